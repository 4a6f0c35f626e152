/**
 * Messages in Fluent. One locale is loaded at a time, Dutch being the fallback only in so far as every locale is
 * held by a test to have exactly the messages of Dutch.
 */
import { FluentBundle, FluentResource, type FluentVariable } from "@fluent/bundle";

export type Locale = "nl" | "en" | "fr" | "ar";

/** What `import.meta.glob("./messages/**\/*.ftl", { query: "?raw", import: "default" })` gives. */
export type Messages = Record<string, () => Promise<unknown>>;

const FORMAT_LOCALES: Record<Locale, string> = { nl: "nl-BE", en: "en-GB", fr: "fr-BE", ar: "ar-MA" };
const STORED_LOCALE = "ijkpunt-locale";

interface State {
  locale: Locale;
  /** The locale for Intl: Belgian habits; in Arabic the digits that clocks and prices here are written in. */
  formatLocale: string;
  dir: "ltr" | "rtl";
  locales: readonly Locale[];
}

const state = $state<State>({ locale: "nl", formatLocale: "nl-BE", dir: "ltr", locales: ["nl"] });
let bundle = $state.raw<FluentBundle>(new FluentBundle("nl"));
let sources: Messages[] = [];
let wanted: Locale = "nl";

/** The current locale, to be read; `useLocale` changes it. */
export const i18n: Readonly<State> = state;

export function directionOf(locale: string): "ltr" | "rtl" {
  return /^(ar|ary|fa|prs|ps|ckb|ur|he)\b/.test(locale) ? "rtl" : "ltr";
}

/** The locale that this browser chose before, or asks for, among those offered. */
export function rememberedLocale(locales: readonly Locale[]): Locale {
  const asked = [readStoredLocale(), ...navigator.languages.map((language) => language.slice(0, 2))];
  return locales.find((locale) => locale === asked[0]) ?? locales[0] ?? "nl";
}

/** For pages whose readers are strangers: what they chose before, else the first language of their browser that we speak. */
export function spokenLocale(locales: readonly Locale[]): Locale {
  const asked = [readStoredLocale(), ...navigator.languages.map((language) => language.slice(0, 2))];
  return asked.flatMap((one) => locales.filter((locale) => locale === one))[0] ?? locales[0] ?? "nl";
}

function readStoredLocale(): string | null {
  try {
    return localStorage.getItem(STORED_LOCALE);
  } catch {
    return null;
  }
}

/** Says which locales and messages there are, and loads the first. */
export async function startI18n(locales: readonly Locale[], messages: Messages[], first?: Locale): Promise<void> {
  state.locales = locales;
  sources = messages;
  await useLocale(first ?? rememberedLocale(locales), { remember: false });
}

/** Loads a locale and speaks it from then on. A slower, earlier choice never overtakes a later one. */
export async function useLocale(locale: Locale, { remember = true } = {}): Promise<void> {
  wanted = locale;
  const loads = sources.flatMap((messages) =>
    Object.entries(messages)
      .filter(([path]) => localeOfPath(path) === locale)
      .map(([, load]) => load()),
  );
  const texts = (await Promise.all(loads)) as string[];
  if (wanted !== locale) return;
  const next = new FluentBundle(FORMAT_LOCALES[locale], { useIsolating: directionOf(locale) === "rtl" });
  for (const text of texts) next.addResource(new FluentResource(text), { allowOverrides: true });
  bundle = next;
  state.locale = locale;
  state.formatLocale = FORMAT_LOCALES[locale];
  state.dir = directionOf(locale);
  document.documentElement.lang = locale;
  document.documentElement.dir = state.dir;
  if (remember) {
    try {
      localStorage.setItem(STORED_LOCALE, locale);
    } catch {
      // A browser that keeps nothing asks again next time.
    }
  }
}

/** `./messages/nl.ftl` and `./messages/nl/bookings.ftl` are both Dutch. */
function localeOfPath(path: string): string | undefined {
  return /\/(nl|en|fr|ar)(?:\.ftl|\/[^/]+\.ftl)$/.exec(path)?.[1];
}

/** The message in the current locale; a missing one shows its id, which the tests do not let through. */
export function t(id: string, args?: Record<string, FluentVariable>): string {
  const [messageId, attribute] = id.split(".", 2) as [string, string?];
  const message = bundle.getMessage(messageId);
  const pattern = attribute ? message?.attributes[attribute] : message?.value;
  return pattern ? bundle.formatPattern(pattern, args ?? null, []) : id;
}
