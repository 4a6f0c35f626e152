import { startI18n, type Messages } from "@ijkpunt/i18n";
import { mount } from "svelte";
import "../styles/index.css";
import type { Route } from "../helpers/router.svelte.ts";
import { uiMessages } from "../messages.ts";
import StaffApp from "./StaffApp.svelte";

/** The whole of a staff app but its screens: log-in, top bar, languages, routing. */
export async function startStaffApp(app: {
  name: StaffAppName;
  routes: readonly Route[];
  messages: Messages;
  /** Words of other packages that the app draws with. */
  shared?: readonly Messages[];
}): Promise<void> {
  await startI18n(["nl", "en", "fr"], [uiMessages, ...(app.shared ?? []), app.messages]);
  const target = document.getElementById("app");
  if (target) mount(StaffApp, { target, props: { name: app.name, routes: app.routes } });
}

export const STAFF_APPS = ["desk", "room", "examiner", "author", "office"] as const;
export type StaffAppName = (typeof STAFF_APPS)[number];
