import { startI18n, type Locale } from "@ijkpunt/i18n";
import { itemMessages } from "@ijkpunt/item-render";
import { uiMessages } from "@ijkpunt/ui";
import "@ijkpunt/ui/styles.css";
import { mount } from "svelte";
import App from "./App.svelte";

// `?lang=ar&item=choice` shows one interaction in one language, as the browser tests ask for it.
const asked = new URLSearchParams(location.search);
await startI18n(["nl", "en", "fr", "ar"], [uiMessages, itemMessages], (asked.get("lang") ?? "nl") as Locale);
const target = document.getElementById("app");
if (target) mount(App, { target, props: { only: asked.get("item") } });
