import type { Messages } from "@ijkpunt/i18n";

/** Our own words around an item. */
export const itemMessages: Messages = import.meta.glob("./messages/*.ftl", { query: "?raw", import: "default" });
