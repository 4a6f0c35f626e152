import { startI18n } from "@ijkpunt/i18n";
import { uiMessages } from "@ijkpunt/ui";
import "@ijkpunt/ui/styles.css";
import { mount } from "svelte";
import App from "./App.svelte";

const messages = import.meta.glob("./messages/*.ftl", { query: "?raw", import: "default" });
await startI18n(["nl", "en", "fr", "ar"], [uiMessages, messages]);
const target = document.getElementById("app");
if (target) mount(App, { target });
