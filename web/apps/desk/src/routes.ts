import type { Route } from "@ijkpunt/ui";

export const routes: readonly Route[] = [
  { path: "/", load: () => import("./screens/Home.svelte"), nav: "desk-nav-candidates" },
  { path: "/register", load: () => import("./screens/Register.svelte") },
  { path: "/candidates/:id", load: () => import("./screens/Candidate.svelte") },
  { path: "/candidates/:id/correct", load: () => import("./screens/Correct.svelte") },
  { path: "/sessions", load: () => import("./screens/Sessions.svelte"), nav: "desk-nav-sessions" },
  { path: "/sessions/:id", load: () => import("./screens/Session.svelte") },
  { path: "/till", load: () => import("./screens/Till.svelte"), nav: "desk-nav-till", roles: ["desk", "office"] },
];
