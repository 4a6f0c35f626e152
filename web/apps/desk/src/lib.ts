/** What several screens of the desk need: names, texts in the language of the screen, money and moments as people type them. */
import type { Schema } from "@ijkpunt/api";
import { i18n, t } from "@ijkpunt/i18n";

export type Candidate = Schema<"CandidateView">;
export type Enrolment = Schema<"EnrolmentView">;
export type Booking = Schema<"BookingView">;
export type Session = Schema<"SessionView">;
export type Order = Schema<"OrderView">;
export type Duplicate = Schema<"Duplicate">;
type Texts = Schema<"Texts">;

export function fullName(person: { given_names: string; family_name: string }): string {
  return [person.given_names, person.family_name].filter(Boolean).join(" ");
}

/** A text of the catalogue in the language of the screen. */
export function said(texts: Texts): string {
  return i18n.locale === "ar" ? texts.nl : texts[i18n.locale];
}

export function levelName(level: string): string {
  return /^[AB]\d$/.test(level) ? level : t(`desk-level-${level}`);
}

export function sessionName(session: { kind: string; band?: string | null }): string {
  const kind = t(`desk-kind-${session.kind}`);
  return session.band ? `${kind} ${bandName(session.band)}` : kind;
}

export function bandName(band: string): string {
  return band === "A1A2" ? "A1/A2" : "B1/B2";
}

export function languageName(code: string): string {
  return new Intl.DisplayNames([i18n.formatLocale], { type: "language" }).of(code) ?? code;
}

/** The languages that candidates at the desk ask for most; another one is typed as its code. */
export const LANGUAGES = [
  ...["nl", "en", "fr", "ar", "tr", "fa", "ps", "ti", "so", "uk", "ru", "es", "pt", "it", "de", "pl", "ro", "bg"],
  ...["sq", "sr", "hu", "el", "ku", "ur", "hi", "bn", "pa", "ne", "zh", "th", "vi", "tl", "am", "rw", "ln", "hy", "ka"],
];

/** `90`, `90,5` and `90.50` in cents; undefined when it is no amount. */
export function parseEuro(text: string): number | undefined {
  const match = /^\s*(\d{1,6})(?:[.,](\d{1,2}))?\s*$/.exec(text.replace("€", ""));
  if (!match) return undefined;
  return Number(match[1]) * 100 + Number((match[2] ?? "").padEnd(2, "0"));
}

export function writeEuro(cents: number): string {
  return (cents / 100).toFixed(2).replace(".", ",");
}

/** The instant at which a clock in Belgium shows this date and time, whatever the time zone of this computer. */
export function belgianInstant(date: string, time: string): string | undefined {
  const guess = new Date(`${date}T${time}:00Z`);
  if (Number.isNaN(guess.getTime())) return undefined;
  const shown = new Intl.DateTimeFormat("sv-SE", {
    timeZone: "Europe/Brussels",
    dateStyle: "short",
    timeStyle: "medium",
  });
  const ahead = new Date(`${shown.format(guess).replace(" ", "T")}Z`).getTime() - guess.getTime();
  return new Date(guess.getTime() - ahead).toISOString();
}

/** The kinds of session in which something of this enrolment can still be booked, in the order in which they are sat. */
export function bookableKinds(enrolment: Enrolment): { kind: Session["kind"]; band: string | undefined }[] {
  if (enrolment.status !== "open") return [];
  const wanted = enrolment.progress.filter((part) => part.state === "to_book" || part.state === "not_passed");
  const kinds = new Map<string, { kind: Session["kind"]; band: string | undefined }>();
  for (const part of wanted) {
    kinds.set(`${part.sitting} ${part.band}`, { kind: part.sitting, band: part.band ?? undefined });
  }
  const list = [...kinds.values()].sort((one, other) => one.kind.localeCompare(other.kind));
  if (enrolment.band) list.push({ kind: "prescreening", band: undefined });
  return list;
}
