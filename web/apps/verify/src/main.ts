import { spokenLocale, startI18n, type Locale } from "@ijkpunt/i18n";
import { uiMessages } from "@ijkpunt/ui";
import "@ijkpunt/ui/styles.css";
import { mount } from "svelte";
import App from "./App.svelte";

const LOCALES: readonly Locale[] = ["nl", "en", "fr", "ar"];
const messages = import.meta.glob("./messages/*.ftl", { query: "?raw", import: "default" });
await startI18n(LOCALES, [uiMessages, messages], spokenLocale(LOCALES));
const target = document.getElementById("app");
if (target) mount(App, { target });
