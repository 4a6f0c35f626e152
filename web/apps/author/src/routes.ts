import type { Route } from "@ijkpunt/ui";

export const routes: readonly Route[] = [
  { path: "/", load: () => import("./screens/Items.svelte"), nav: "author-nav-items", roles: ["author"] },
  { path: "/import", load: () => import("./screens/Import.svelte"), nav: "author-nav-import", roles: ["author"] },
  { path: "/forms", load: () => import("./screens/Forms.svelte"), nav: "author-nav-forms", roles: ["author"] },
  { path: "/forms/:id", load: () => import("./screens/Form.svelte"), roles: ["author"] },
  { path: "/blueprints/:id", load: () => import("./screens/Blueprint.svelte"), roles: ["author"] },
  { path: "/assemblies/:id", load: () => import("./screens/Assembly.svelte"), roles: ["author"] },
  { path: "/new", load: () => import("./screens/New.svelte"), roles: ["author"] },
  { path: "/items/:id/edit", load: () => import("./screens/Edit.svelte"), roles: ["author"] },
  { path: "/sheet", load: () => import("./screens/Sheet.svelte"), nav: "author-nav-sheet", roles: ["author"] },
  { path: "/items/:id", load: () => import("./screens/Item.svelte"), roles: ["author"] },
];
