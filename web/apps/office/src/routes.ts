import type { Route } from "@ijkpunt/ui";

export const routes: readonly Route[] = [{ path: "/", load: () => import("./screens/Home.svelte") }];
