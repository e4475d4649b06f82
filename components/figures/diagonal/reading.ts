import {som, type Heads} from "../../analysis/detectors/som.js";
import {prefixLength, type ImageRecord, type Trunk} from "../../records/record.js";
import type {Rows} from "../frame/rows.js";

export interface DiagonalChoice {
  trunk: Trunk;
  /** 0-based. */
  layer: number;
  factor: number;
  /** 0 for no cap. */
  cap: number;
  heads: Heads;
}

/** One layer as the test of Eq. 4 sees it. Attention is in times uniform: value × number of keys. */
export interface DiagonalReading {
  /** From the class token to each patch. */
  x: Float32Array;
  /** From each patch to itself. */
  y: Float32Array;
  /** factor · x − y; without a cap, above 0 exactly where the patch is in the set. */
  margins: Float32Array;
  members: Uint8Array;
  count: number;
}

/**
 * Reads a layer with the SOM detector. With `any` and `vote` the heads decide one by one, and a patch is read in the
 * head that decides: then the line y = factor · x parts the set from the rest for them as it does for the mean.
 */
export function readDiagonal(record: ImageRecord, choice: DiagonalChoice): DiagonalReading {
  const {heads: count, trunks} = record;
  const {trunk, layer, factor, cap, heads} = choice;
  const patches = record.grid[0] * record.grid[1];
  const part = (values: Float32Array) => values.subarray(layer * count * patches, (layer + 1) * count * patches);
  const [rows, selves] = [part(trunks[trunk].classRows), part(trunks[trunk].diagonals)];
  const {scores, outliers} = som(
    {classRows: rows, diagonals: selves, heads: count},
    {factor, cap: cap || Infinity, heads}
  );
  const keys = prefixLength(record.prefix) + patches;
  const [x, y] = [new Float32Array(patches), new Float32Array(patches)];
  for (let i = 0; i < patches; ++i) {
    if (heads === "mean") {
      for (let h = 0; h < count; ++h) {
        x[i] += (rows[h * patches + i] * keys) / count;
        y[i] += (selves[h * patches + i] * keys) / count;
      }
    } else {
      const h = decidingHead(rows, selves, patches, count, i, factor, scores[i]);
      x[i] = rows[h * patches + i] * keys;
      y[i] = selves[h * patches + i] * keys;
    }
  }
  // The stored set was decided before the values were rounded for storage.
  const byDefault = heads === "mean" && factor === 1 && cap === 0;
  const members = byDefault ? trunks[trunk].outliers.subarray(layer * patches, (layer + 1) * patches) : outliers;
  const margins = Float32Array.from(scores, (score) => score * keys);
  return {x, y, margins, members, count: members.reduce((sum, flag) => sum + flag, 0)};
}

/** The head whose margin is the score. */
function decidingHead(
  rows: Float32Array,
  selves: Float32Array,
  patches: number,
  count: number,
  patch: number,
  factor: number,
  score: number
): number {
  for (let h = 0; h < count; ++h) {
    const at = h * patches + patch;
    if (factor * rows[at] - selves[at] === score) return h;
  }
  return 0;
}

/** A reading as a figure's data, each row with `more` before the patch. */
export function diagonalRows(
  {x, y, margins, members}: DiagonalReading,
  more: Readonly<Record<string, string | number>> = {}
): Rows {
  return Array.from(x, (across, patch) => ({
    ...more,
    patch,
    class_row: across,
    diagonal: y[patch],
    margin: margins[patch],
    outlier: members[patch]
  }));
}
