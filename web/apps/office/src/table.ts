/** A table of the yearly report as the server sends it, and what of it is shown. */
export type Row = Record<string, string | number | null>;

export interface TableData {
  table: string;
  title: { nl: string; en: string; fr: string };
  definition: { nl: string; en: string; fr: string };
  origin: { revision: number; snapshot_name: string | null; program: string };
  columns: string[];
  rows: Row[];
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
