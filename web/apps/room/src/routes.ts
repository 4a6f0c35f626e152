import type { Route } from "@ijkpunt/ui";

export const routes: readonly Route[] = [
  { path: "/", load: () => import("./screens/Sessions.svelte") },
  { path: "/sessions/:id", load: () => import("./screens/Room.svelte") },
];
