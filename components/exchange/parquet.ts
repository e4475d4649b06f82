/** Arrays in a Parquet file: a row an array and layer, so that DuckDB and Polars can ask for one. */
import {ByteWriter, parquetWrite} from "hyparquet-writer";
import {elements} from "./stored.js";
import type {Tensor} from "./write.js";

/** Arrays that have no axis of layers. */
const whole = /^(features|logits$)/;

interface Row {
  name: string;
  /** 1-based; null for an array that has none. */
  layer: number | null;
  shape: number[];
  values: number[];
}

/** The bytes of a Parquet file with the columns name, layer, shape and values. */
export function writeParquet(
  arrays: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>>
): Uint8Array {
  const rows = Object.entries(arrays).flatMap(([name, {shape, data}]): Row[] => {
    if (whole.test(name)) return [{name, layer: null, shape: [...shape], values: Array.from(data)}];
    const [layers, ...rest] = shape;
    const size = elements(rest);
    return Array.from({length: layers}, (_, layer) => ({
      name,
      layer: layer + 1,
      shape: rest,
      values: Array.from(data.subarray(layer * size, (layer + 1) * size))
    }));
  });
  const list = (name: string, type: "INT32" | "FLOAT") => [
    {name, converted_type: "LIST" as const, repetition_type: "REQUIRED" as const, num_children: 1},
    {name: "list", repetition_type: "REPEATED" as const, num_children: 1},
    {name: "element", type, repetition_type: "REQUIRED" as const}
  ];
  const writer = new ByteWriter();
  parquetWrite({
    writer,
    schema: [
      {name: "root", num_children: 4},
      {name: "name", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "REQUIRED"},
      {name: "layer", type: "INT32", repetition_type: "OPTIONAL"},
      ...list("shape", "INT32"),
      ...list("values", "FLOAT")
    ],
    columnData: [
      {name: "name", data: rows.map(({name}) => name)},
      {name: "layer", data: rows.map(({layer}) => layer)},
      {name: "shape", data: rows.map(({shape}) => shape)},
      {name: "values", data: rows.map(({values}) => values), encoding: "PLAIN"}
    ],
    rowGroupSize: 64,
    statistics: false,
    kvMetadata: Object.entries(metadata).map(([key, value]) => ({key, value}))
  });
  return new Uint8Array(writer.getBuffer());
}
