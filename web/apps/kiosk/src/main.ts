import { startI18n } from "@ijkpunt/i18n";
import { itemMessages } from "@ijkpunt/item-render";
import { uiMessages } from "@ijkpunt/ui";
import "@ijkpunt/ui/styles.css";
import { mount } from "svelte";
import App from "./App.svelte";
import { keepShell } from "./shell.ts";

const messages = import.meta.glob("./messages/**/*.ftl", { query: "?raw", import: "default" });
// A kiosk greets everybody in Dutch: the choice of the last candidate is not the next one's.
await startI18n(["nl", "en", "fr", "ar"], [uiMessages, itemMessages, messages], "nl");
keepShell();
const target = document.getElementById("app");
if (target) mount(App, { target });
