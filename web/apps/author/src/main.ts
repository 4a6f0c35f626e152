import { itemMessages } from "@ijkpunt/item-render";
import { startStaffApp } from "@ijkpunt/ui/staff";
import { routes } from "./routes.ts";

void startStaffApp({
  name: "author",
  routes,
  // Apart from our own: both have a `messages/nl.ftl`.
  shared: [itemMessages],
  messages: import.meta.glob("./messages/**/*.ftl", { query: "?raw", import: "default" }),
});
