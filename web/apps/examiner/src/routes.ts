import type { Route } from "@ijkpunt/ui";

export const routes: readonly Route[] = [
  { path: "/", load: () => import("./screens/Queue.svelte") },
  { path: "/scripts/:id", load: () => import("./screens/Script.svelte") },
];
