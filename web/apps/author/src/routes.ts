import type { Route } from "@ijkpunt/ui";

export const routes: readonly Route[] = [
  { path: "/", load: () => import("./screens/Items.svelte"), nav: "author-nav-items", roles: ["author"] },
  { path: "/import", load: () => import("./screens/Import.svelte"), nav: "author-nav-import", roles: ["author"] },
  { path: "/items/:id", load: () => import("./screens/Item.svelte"), roles: ["author"] },
];
