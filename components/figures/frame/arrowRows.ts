/** A figure's rows as an Arrow file, for pyarrow, R, DuckDB or Polars. Loaded when one is asked for. */
import {
  Field,
  Float64,
  Int32,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  tableToIPC,
  Utf8,
  type Data,
  type DataType
} from "apache-arrow";
import type {Rows} from "./rows.js";

type Cell = string | number | undefined;

/**
 * Rows as an Arrow IPC file with the columns of the CSV: whole numbers as int32, other numbers as float64, words as
 * utf8. What a row does not have (no value, or an empty word) is null.
 *
 * @param words what the file says of itself, as the schema's metadata
 */
export function toArrow(rows: Rows, words: Readonly<Record<string, string>> = {}): Uint8Array<ArrayBuffer> {
  const columns = Object.keys(rows[0] ?? {}).map((name) => {
    const data = columnOf(rows.map((row) => row[name] as Cell));
    return {field: new Field(name, data.type, data.nullCount > 0), data};
  });
  const fields = columns.map(({field}) => field);
  const schema = new Schema(fields, new Map(Object.entries(words)));
  const children = columns.map(({data}) => data);
  const batch = makeData({type: new Struct(fields), length: rows.length, nullCount: 0, children} as never);
  return Uint8Array.from(tableToIPC(new Table(schema, [new RecordBatch(schema, batch as never)]), "file"));
}

// Arrow's own builders compile a function from a string, which the pages' policy forbids.
function columnOf(cells: readonly Cell[]): Data<DataType> {
  const length = cells.length;
  const nullBitmap = new Uint8Array(Math.ceil(length / 8));
  let nullCount = 0;
  cells.forEach((cell, i) => {
    if (cell === undefined || cell === "") ++nullCount;
    else nullBitmap[i >> 3] |= 1 << (i & 7);
  });
  const valid = {length, nullCount, ...(nullCount && {nullBitmap})};
  const present = cells.filter((cell) => cell !== undefined && cell !== "");
  if (!present.every((cell) => typeof cell === "number")) return words(cells, valid);
  const numbers = cells.map((cell) => (typeof cell === "number" ? cell : 0));
  return present.every(isInt32)
    ? makeData({type: new Int32(), data: Int32Array.from(numbers), ...valid})
    : makeData({type: new Float64(), data: Float64Array.from(numbers), ...valid});
}

function isInt32(value: Cell): boolean {
  return typeof value === "number" && value === (value | 0);
}

function words(cells: readonly Cell[], valid: {length: number; nullCount: number}): Data<DataType> {
  const encoded = cells.map((cell) => new TextEncoder().encode(cell === undefined ? "" : String(cell)));
  const valueOffsets = new Int32Array(cells.length + 1);
  encoded.forEach(({length}, i) => (valueOffsets[i + 1] = valueOffsets[i] + length));
  const data = new Uint8Array(valueOffsets[cells.length]);
  encoded.forEach((bytes, i) => data.set(bytes, valueOffsets[i]));
  return makeData({type: new Utf8(), valueOffsets, data, ...valid});
}
