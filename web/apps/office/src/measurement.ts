/** What the screens of measurement share: how numbers, groups and flags are said. */
import type { Schema } from "@ijkpunt/api";
import { formatNumber, t } from "@ijkpunt/i18n";

export type Run = Schema<"RunView">;
export type Flag = Schema<"Flag">;

/** A number of so many decimals; `few` tells whether it was left out for want of answers. */
export function number(value: number | null | undefined, decimals = 2, few = false): string {
  if (value === null || value === undefined) return few ? t("office-m-few") : "–";
  return formatNumber(value, { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

/** A probability, with a bound where it is very small. */
export function probability(value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  return value < 0.001 ? `< ${formatNumber(0.001)}` : number(value, 3);
}

export function percent(value: number | null | undefined, few = false): string {
  if (value === null || value === undefined) return few ? t("office-m-few") : "–";
  return formatNumber(value, { style: "percent", maximumFractionDigits: 0 });
}

export function flagWords(flag: Flag): string {
  return t(`office-m-flag-${flag.kind}`, { option: flag.option ?? "" });
}

/** Flags that mean something is wrong, rather than worth a look. */
export function isGrave(flag: Flag): boolean {
  return flag.kind === "key_wrong" || flag.kind === "negative";
}

export function statusKind(run: Run): "neutral" | "good" | "warn" | "bad" | "info" {
  if (run.status === "done") return run.decision === "rejected" ? "neutral" : "good";
  if (run.status === "failed") return "bad";
  return run.status === "cancelled" ? "neutral" : "info";
}

export function statusWords(run: Run): string {
  return run.decision ? t(`office-m-decision-${run.decision}`) : t(`office-m-status-${run.status}`);
}

const NAMED_GROUPS = [
  "female",
  "male",
  "x",
  "cbe_alfa",
  "cbe_nt2",
  "cbe",
  "cvo_extended",
  "cvo_standard",
  "cvo_short",
  "utc",
];

/** A group of people: gender and advice by word, languages by their name, ages as they are written. */
export function groupWords(group: string, by: Schema<"GroupCriterion">, locale: string): string {
  if (NAMED_GROUPS.includes(group)) return t(`office-m-group-${group}`);
  if (by === "age" && group.startsWith("-")) return t("office-m-group-upto", { age: group.slice(1) });
  if (by === "age") return group;
  try {
    return new Intl.DisplayNames([locale], { type: "language" }).of(group) ?? group;
  } catch {
    return group;
  }
}

export function levelWords(level: string): string {
  return level === "passed" ? t("office-m-passed") : level;
}
