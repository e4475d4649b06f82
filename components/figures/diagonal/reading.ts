import {detectors, type OpenOptions} from "../../analysis/detectors/index.js";
import {knownOf} from "../../analysis/detectors/layer.js";
import {prefixLength, type ImageRecord, type Trunk} from "../../records/record.js";
import type {Rows} from "../frame/rows.js";

/** A layer (0-based), and how it is tested. */
export type DiagonalChoice = OpenOptions["som"] & {readonly trunk: Trunk; readonly layer: number};

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
 * head that decides: then the line y = factor · x separates the set from the rest for them as it does for the mean.
 */
export function readDiagonal(record: ImageRecord, {trunk, layer, ...options}: DiagonalChoice): DiagonalReading {
  const {heads: count, grid} = record;
  const {factor, heads} = options;
  const patches = grid[0] * grid[1];
  const part = (values: Float32Array) => values.subarray(layer * count * patches, (layer + 1) * count * patches);
  const [rows, selves] = [part(record.trunks[trunk].classRows), part(record.trunks[trunk].diagonals)];
  const {scores, outliers: members} = detectors.som.detect(knownOf(record, trunk, layer), options);
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
