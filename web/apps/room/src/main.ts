import { startStaffApp } from "@ijkpunt/ui/staff";
import { routes } from "./routes.ts";

void startStaffApp({
  name: "room",
  routes,
  messages: import.meta.glob("./messages/**/*.ftl", { query: "?raw", import: "default" }),
});
