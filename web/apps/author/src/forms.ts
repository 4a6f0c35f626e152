/** Forms and blueprints: the shape of a blueprint's body, and words for what it asks. */
import type { Schema } from "@ijkpunt/api";
import { formatNumber, t } from "@ijkpunt/i18n";

export type Part = Schema<"FormPart">;
export type StockItem = Schema<"StockItem">;

export const PARTS = ["prescreening", "reading", "listening", "writing", "speaking", "mo"] as const;
export const ATTRIBUTES = ["skill", "level", "topic", "text_type", "core"] as const;
export type Attribute = (typeof ATTRIBUTES)[number];

export interface Quota {
  of: { on: Attribute; value: string }[];
  min: number;
  max: number | null;
}

/** What the server keeps of a blueprint. */
export interface Body {
  forms: number;
  items: number;
  quotas: Quota[];
  target: {
    aim: "near" | "at_least" | "most";
    points: { theta: number; information: number }[];
    tolerance: number;
  } | null;
  max_forms_per_item: number;
  max_overlap: number | null;
  max_shared_in_use: number | null;
  max_exposure: number | null;
  pinned: string[];
  forbidden: string[];
}

export const hasBand = (part: string) => !["prescreening", "mo"].includes(part);

export function partName(part: string, band: string | null | undefined): string {
  const name = t(`author-form-part-${part}`);
  return band ? t("author-form-part-band", { part: name, band: `${band.slice(0, 2)}/${band.slice(2)}` }) : name;
}

export function fits(item: StockItem, quota: Quota): boolean {
  return quota.of.every(({ on, value }) => String(item[on] ?? "") === value);
}

export function quotaName(quota: Quota | undefined): string {
  if (!quota) return "";
  const said = quota.of.map(({ on, value }) => {
    if (on === "skill") return t(`author-skill-${value}`);
    if (on === "core") return t(value === "true" ? "author-core-only" : "author-core-none");
    return value;
  });
  return said.join(", ");
}

type Row = Schema<"ReportRow">;

/** A requirement in words. */
export function requirementName(row: Row, body: Body | undefined): string {
  if (row.kind === "quota") return quotaName(body?.quotas[row.index ?? -1]);
  if (row.kind === "target") {
    return t("author-information-at", { theta: formatNumber(body?.target?.points[row.index ?? -1]?.theta ?? 0) });
  }
  return t(`author-requirement-${row.kind}`, { name: row.name ?? "" });
}

/** Saves rows as a file that a spreadsheet opens. */
export function downloadCsv(name: string, rows: readonly (readonly (string | number | null)[])[]): void {
  const cell = (value: string | number | null) => {
    const text = value === null ? "" : String(value);
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const text = rows.map((row) => row.map(cell).join(",")).join("\r\n");
  const url = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/csv" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `${name}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
