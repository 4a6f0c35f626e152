import { startStaffApp } from "@ijkpunt/ui/staff";
import { routes } from "./routes.ts";

void startStaffApp({
  name: "office",
  routes,
  messages: import.meta.glob("./messages/**/*.ftl", { query: "?raw", import: "default" }),
});
