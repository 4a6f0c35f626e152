/** A table as a CSV file that is made on the spot: commas and decimal points, as R, pandas and `ijkpunt measure` read it. */

export type Cell = string | number | boolean | null | undefined;

export function csvText(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const written = (cell: Cell) => {
    const text = cell === null || cell === undefined ? "" : String(cell);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [header, ...rows].map((row) => `${row.map(written).join(",")}\r\n`).join("");
}

/** Hands the file to the browser. */
export function downloadCsv(name: string, header: readonly string[], rows: readonly (readonly Cell[])[]): void {
  const url = URL.createObjectURL(new Blob([csvText(header, rows)], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `${name}.csv`;
  link.click();
  // The browser has taken the file by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
