/** A table of figures as the server sends it, and what of it is shown. */
import { formatNumber, i18n, t } from "@ijkpunt/i18n";
import type { Column } from "@ijkpunt/ui";

export type Row = Record<string, string | number | null>;

export interface TableData {
  table: string;
  title: { nl: string; en: string; fr: string };
  definition: { nl: string; en: string; fr: string };
  origin: { revision: number; snapshot_name: string | null; protected: boolean; program: string };
  columns: string[];
  rows: Row[];
}

/** A text in the languages of the staff. */
export function words(text: { nl: string; en: string; fr: string }): string {
  const language = i18n.locale;
  return language === "en" || language === "fr" ? text[language] : text.nl;
}

const HEADINGS = [
  "test_purpose",
  "agency",
  "site",
  "test_type",
  "year",
  "month",
  "part",
  "purpose",
  "kind",
  "result",
  "gender",
  "age",
  "band",
  "advice",
  "region",
  "target_group",
  "language",
  "profile",
  "total",
];

/** Columns that the server names by a code are shown by a word. */
export function heading(column: string): string {
  return HEADINGS.includes(column) ? t(`office-column-${column}`) : column;
}

/** How the columns of a table are shown; shares are the numbers that are no whole ones. */
export function columnsOf(data: TableData, shown: readonly string[]): Column<Row>[] {
  const shares = data.rows.some((row) =>
    data.columns.some((name) => typeof row[name] === "number" && !Number.isInteger(row[name])),
  );
  const written = (value: string | number | null | undefined, column: string) => {
    if (value === null || value === undefined) return "–";
    if (typeof value === "string") return value;
    const share = column === "aandeel geslaagd" || (shares && data.table === "own-question");
    return share ? formatNumber(value, { style: "percent", maximumFractionDigits: 1 }) : formatNumber(value);
  };
  return shown.map((column) => ({
    id: column,
    label: heading(column),
    numeric: data.rows.some((row) => typeof row[column] === "number" || row[column] === "*"),
    text: (row) => written(row[column], column),
  }));
}

const isYear = (column: string) => /^\d{4}$/.test(column);

/** The columns to show: every one that is no year, and the years from the first to the last that were chosen. */
export function cells(data: TableData, from: string, to: string): string[] {
  return data.columns.filter((column) => !isYear(column) || ((!from || column >= from) && (!to || column <= to)));
}

/** What a chart shows: the largest rows by year; nothing for tables that have no column a year. */
export function chartOf(data: TableData, from: string, to: string) {
  const all = data.columns.filter(isYear);
  if (all.length === 0) return undefined;
  const years = cells(data, from, to).filter(isYear);
  const [first = ""] = data.columns;
  const rows = data.rows.filter((row) => row[first] !== "totaal");
  const size = (row: Row) => years.reduce((sum, year) => sum + (Number(row[year]) || 0), 0);
  const largest = rows.toSorted((left, right) => size(right) - size(left)).slice(0, 5);
  const series = largest
    .filter((row) => size(row) > 0)
    .map((row) => ({
      label: String(row[first]),
      values: years.map((year) => (typeof row[year] === "number" ? row[year] : null)),
    }));
  return { all, years, series };
}
