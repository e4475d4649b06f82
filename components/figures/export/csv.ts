import type {Rows} from "../frame/rows.js";

/** Rows as CSV text (RFC 4180): a header of column names, quotes only where they are needed. */
export function toCsv(rows: Rows): string {
  if (rows.length === 0) return "";
  const columns = Object.keys(rows[0]);
  const cell = (value: string | number) =>
    /[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value);
  return [columns, ...rows.map((row) => columns.map((column) => row[column]))]
    .map((line) => line.map(cell).join(","))
    .join("\n");
}
