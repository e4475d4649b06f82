/** A record at full precision, for NumPy, PyTorch, pyarrow, Polars, DuckDB and R. */
import {writeSafetensors} from "../model/safetensors.js";
import type {Grid, Prefix, Provenance} from "../records/record.js";
import {exportFormatWord} from "./exportVersion.js";
import {writeNpy, writeNpyText, writeNpz, type NpyData} from "./npy.js";
import {elements} from "./stored.js";

/** An array with its shape. */
export interface Tensor {
  shape: readonly number[];
  data: NpyData;
}

/** What is exported: arrays by their names, and what they are of. */
export interface Export {
  image: string;
  grid: Grid;
  prefix: Prefix;
  provenance: Provenance;
  arrays: Readonly<Record<string, Tensor>>;
}

/** The formats, by the ends of their names. */
export const exportFormats = [".npz", ".arrow", ".parquet", ".safetensors"] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** Which format a file's name asks for. */
export function exportFormat(name: string): ExportFormat | undefined {
  return exportFormats.find((end) => name.toLowerCase().endsWith(end));
}

/** The bytes of an export. */
export async function writeExport(what: Export, format: ExportFormat): Promise<Uint8Array> {
  const words = metadata(what);
  switch (format) {
    case ".npz": {
      const arrays = Object.entries(what.arrays).map(([name, tensor]) => [name, writeNpy(tensor)] as const);
      const texts = Object.entries(words).map(([name, text]) => [name, writeNpyText(text)] as const);
      return writeNpz(Object.fromEntries([...arrays, ...texts]));
    }
    case ".arrow":
      return (await import("./arrowTensors.js")).writeArrowTensors(what.arrays, words);
    case ".parquet":
      return (await import("./parquet.js")).writeParquet(what.arrays, words);
    case ".safetensors":
      return writeSafetensors(
        Object.fromEntries(
          Object.entries(what.arrays).map(([name, {shape, data}]) => [
            name,
            {
              shape: [...shape],
              ...(data instanceof Uint8Array ? {type: "U8" as const, data} : {data: Float32Array.from(data)})
            }
          ])
        ),
        words
      );
  }
}

/** What a file says of itself, in words and JSON. */
function metadata({image, grid, prefix, provenance}: Export): Record<string, string> {
  return {
    format: exportFormatWord,
    image,
    grid: JSON.stringify(grid),
    prefix: JSON.stringify(prefix),
    provenance: JSON.stringify(provenance)
  };
}

/** Names of arrays that an export adds to those that an import reads; an import computes them anew. */
export const derivedArrays =
  /^(class_rows|diagonals|class_self|norms|outliers|lof)(_purified)?$|^(format|image|grid|prefix|provenance)$/;

/**
 * Joins layers of an array.
 *
 * @throws RangeError when they do not fill the shape
 */
export function joinLayers(layers: readonly (Float32Array | Uint8Array)[], shape: readonly number[]): Tensor {
  const whole = layers[0] instanceof Uint8Array ? new Uint8Array(elements(shape)) : new Float32Array(elements(shape));
  let at = 0;
  for (const layer of layers) {
    whole.set(layer, at);
    at += layer.length;
  }
  if (at !== whole.length) throw new RangeError(`${at} values do not fill the shape (${shape.join(", ")})`);
  return {shape, data: whole};
}
