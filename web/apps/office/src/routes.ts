import type { Route } from "@ijkpunt/ui";

export const routes: readonly Route[] = [
  { path: "/", load: () => import("./screens/Home.svelte") },
  {
    path: "/statistics",
    load: () => import("./screens/Statistics.svelte"),
    nav: "office-nav-statistics",
    roles: ["office"],
  },
  {
    path: "/question",
    load: () => import("./screens/Question.svelte"),
    nav: "office-nav-question",
    roles: ["office"],
  },
  { path: "/compare", load: () => import("./screens/Compare.svelte"), nav: "office-nav-compare", roles: ["office"] },
  {
    path: "/research",
    load: () => import("./screens/Research.svelte"),
    nav: "office-nav-research",
    roles: ["office"],
  },
  {
    path: "/forecasts",
    load: () => import("./screens/Forecasts.svelte"),
    nav: "office-nav-forecasts",
    roles: ["office"],
  },
  {
    path: "/simulation",
    load: () => import("./screens/Simulation.svelte"),
    nav: "office-nav-simulation",
    roles: ["office"],
  },
  {
    path: "/measurement",
    load: () => import("./screens/Measurement.svelte"),
    nav: "office-nav-measurement",
    roles: ["office", "author"],
  },
  {
    path: "/measurement/runs/:id",
    load: () => import("./screens/MeasurementRun.svelte"),
    roles: ["office", "author"],
  },
  {
    path: "/measurement/items/:id",
    load: () => import("./screens/MeasuredItem.svelte"),
    roles: ["office", "author"],
  },
  {
    path: "/measurement/standards/:id",
    load: () => import("./screens/Standard.svelte"),
    roles: ["office", "author"],
  },
  { path: "/import", load: () => import("./screens/Import.svelte"), nav: "office-nav-import", roles: ["office"] },
  { path: "/books", load: () => import("./screens/Books.svelte"), nav: "office-nav-books", roles: ["office"] },
  {
    path: "/purposes",
    load: () => import("./screens/Purposes.svelte"),
    nav: "office-nav-purposes",
    roles: ["office"],
  },
  { path: "/cases", load: () => import("./screens/Cases.svelte"), nav: "office-nav-cases", roles: ["office"] },
  { path: "/policy", load: () => import("./screens/Policy.svelte"), nav: "office-nav-policy", roles: ["office"] },
  { path: "/mails", load: () => import("./screens/Mails.svelte"), nav: "office-nav-mails", roles: ["office", "admin"] },
  { path: "/kiosks", load: () => import("./screens/Kiosks.svelte"), nav: "office-nav-kiosks", roles: ["admin"] },
  { path: "/keys", load: () => import("./screens/IssuerKeys.svelte"), nav: "office-nav-keys", roles: ["admin"] },
  { path: "/audit", load: () => import("./screens/Audit.svelte"), nav: "office-nav-audit", roles: ["office", "admin"] },
];
