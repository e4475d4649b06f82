import type {Grid} from "../../records/record.js";

/** Dense features of a batch of windows, before L2 normalisation: B × N × `width`, patches in row-major order. */
export interface WindowFeatures {
  grid: Grid;
  width: number;
  data: Float32Array;
  /** Scores of the method's own in place of cosines: (B·N) × Q, queries innermost. */
  scores?: Float32Array;
}

/** Unit-length text vectors, one row a query: Q × E. */
export type TextMatrix = Float32Array;

/**
 * Cosines of every patch with every query: (B·N) × Q, queries innermost. A patch whose feature is zero scores 0.
 *
 * This is the one matrix product that is not on the device, so it is blocked: four patches by two queries share what
 * is read, and what is read lies side by side.
 *
 * @throws RangeError when features and text have different widths
 */
export function cosines({width, data}: WindowFeatures, text: TextMatrix): Float32Array {
  if (text.length % width || text.length === 0)
    throw new RangeError(`Text vectors of ${text.length} numbers are not rows of ${width}, the width of the features.`);
  const queries = text.length / width;
  const patches = data.length / width;
  const out = new Float32Array(patches * queries);
  const vectors = inPairs(text, width);
  const block = new Float64Array(4 * width);
  for (let patch = 0; patch < patches; patch += 4) {
    const count = Math.min(4, patches - patch);
    block.fill(0);
    for (let i = 0; i < count; ++i) unitRow(data, (patch + i) * width, width, block, i);
    for (let query = 0, at = 0; query < queries; query += 2) {
      let [a0, b0, c0, d0, a1, b1, c1, d1] = [0, 0, 0, 0, 0, 0, 0, 0];
      for (let k = 0; k < 4 * width; k += 4, at += 2) {
        const t = vectors[at];
        const u = vectors[at + 1];
        const a = block[k];
        const b = block[k + 1];
        const c = block[k + 2];
        const d = block[k + 3];
        a0 += t * a;
        b0 += t * b;
        c0 += t * c;
        d0 += t * d;
        a1 += u * a;
        b1 += u * b;
        c1 += u * c;
        d1 += u * d;
      }
      for (let j = 0; j < Math.min(2, queries - query); ++j) {
        const to = patch * queries + query + j;
        out[to] = j ? a1 : a0;
        if (count > 1) out[to + queries] = j ? b1 : b0;
        if (count > 2) out[to + 2 * queries] = j ? c1 : c0;
        if (count > 3) out[to + 3 * queries] = j ? d1 : d0;
      }
    }
  }
  return out;
}

/**
 * Two rows at a time, their numbers side by side, as doubles: engines widen every float32 they multiply, and here each
 * number is used once for every patch. An odd last row has zeros beside it.
 */
function inPairs(rows: Float32Array, width: number): Float64Array {
  const count = rows.length / width;
  const pairs = new Float64Array(2 * Math.ceil(count / 2) * width);
  for (let row = 0; row < count; ++row)
    for (let k = 0; k < width; ++k) pairs[(row - (row % 2)) * width + 2 * k + (row % 2)] = rows[row * width + k];
  return pairs;
}

/** Writes a row at unit length into place `place` of four. */
function unitRow(source: Float32Array, from: number, width: number, target: Float64Array, place: number): void {
  let squares = 0;
  for (let k = 0; k < width; ++k) squares += source[from + k] * source[from + k];
  const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
  for (let k = 0; k < width; ++k) target[4 * k + place] = source[from + k] * scale;
}
