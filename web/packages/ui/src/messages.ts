import type { Messages } from "@ijkpunt/i18n";

/** The words of the components themselves. */
export const uiMessages: Messages = import.meta.glob("./messages/*.ftl", { query: "?raw", import: "default" });
