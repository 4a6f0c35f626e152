/** How a mark came about, in words that a teacher uses. */
import { formatNumber, t } from "@ijkpunt/i18n";

export interface Step {
  step: string;
  /** The variable that it is about. */
  note?: string;
  values?: unknown[];
  result: unknown;
}
export interface Marked {
  outcomes: Record<string, unknown>;
  trace: Step[];
  problems: string[];
  max_score: number;
  /** By response and identifier, the words on the screen. */
  labels: Record<string, Record<string, string>>;
}
export interface Sentence {
  text: string;
  good?: boolean;
}

/** Steps that only prepare what a later one says. */
const QUIET = [
  "variable",
  "correct",
  "base-value",
  "if",
  "else",
  "else-if",
  "not",
  "sum",
  "null",
  "multiple",
  "ordered",
];

export function sentencesOf(marked: Marked): Sentence[] {
  const sentences: Sentence[] = [];
  const given = new Map<string, unknown>();
  let about = "";
  for (const { step, note, values, result } of marked.trace) {
    if (step === "variable" && note && note !== "SCORE") {
      about = note;
      given.set(note, result);
    }
    const words = (value: unknown, response = about) => inWords(marked, response, value);
    if (step === "match" && values?.length === 2) {
      const facts = { given: words(values[0]), key: words(values[1]) };
      const right = result === true;
      sentences.push({ text: t(right ? "author-said-right" : "author-said-wrong", facts), good: right });
    } else if (step === "is-null") {
      if (result === true) sentences.push({ text: t("author-said-empty"), good: false });
    } else if (step === "map-response") {
      const points = Number(result ?? 0);
      const facts = { given: words(given.get(note ?? about), note ?? about), points: formatNumber(points) };
      sentences.push({ text: t("author-said-points", facts), good: points > 0 });
    } else if (step === "and" || step === "or") {
      sentences.push({ text: t(`author-said-${step}-${result === true ? "yes" : "no"}`), good: result === true });
    } else if (step === "set" && note === "SCORE") {
      sentences.push({ text: t("author-said-score", { points: formatNumber(Number(result ?? 0)) }) });
    } else if (step === "set") {
      sentences.push({ text: t("author-said-set", { name: note ?? "", value: plain(result) }) });
    } else if (!QUIET.includes(step)) {
      sentences.push({ text: t("author-said-step", { step, value: plain(result) }) });
    }
  }
  return sentences;
}

function inWords(marked: Marked, response: string, value: unknown): string {
  if (value === null || value === undefined) return t("author-said-nothing");
  if (Array.isArray(value))
    return value.length === 0
      ? t("author-said-nothing")
      : value.map((one) => inWords(marked, response, one)).join("; ");
  const text = String(value);
  const known = marked.labels[response] ?? {};
  const parts = text.split(" ");
  // A pair says what went with what.
  if (known[text] === undefined && parts.length === 2 && parts.every((part) => part in known)) {
    return parts.map((part) => nameOf(known, part)).join(" → ");
  }
  return text in known ? nameOf(known, text) : text;
}

function nameOf(known: Record<string, string>, identifier: string): string {
  const words = known[identifier]?.trim();
  if (words) return words;
  return t("author-said-place", { n: identifier.replace(/^\D+/u, "") || identifier });
}

const plain = (value: unknown): string =>
  value === null ? t("author-null") : Array.isArray(value) ? value.map(plain).join(", ") : String(value);
