import type {Grid} from "../../analysis/record.js";

/** Dense features of a batch of windows, before L2 normalisation: B × N × `width`, patches in row-major order. */
export interface WindowFeatures {
  grid: Grid;
  width: number;
  data: Float32Array;
}

/** Unit-length text vectors, one row a query: Q × E. */
export type TextMatrix = Float32Array;

/**
 * Cosines of every patch with every query: (B·N) × Q, queries innermost. A patch whose feature is zero scores 0.
 *
 * This is the one matrix product that is not on the device, so it is blocked: four patches share each text row read.
 *
 * @throws RangeError when features and text have different widths
 */
export function cosines({width, data}: WindowFeatures, text: TextMatrix): Float32Array {
  if (text.length % width || text.length === 0)
    throw new RangeError(`Text vectors of ${text.length} numbers are not rows of ${width}, the width of the features.`);
  const queries = text.length / width;
  const patches = data.length / width;
  const out = new Float32Array(patches * queries);
  // Doubles: engines widen every float32 they multiply, and here each number is used Q or N times.
  const vectors = Float64Array.from(text);
  const block = new Float64Array(4 * width);
  for (let patch = 0; patch < patches; patch += 4) {
    const count = Math.min(4, patches - patch);
    block.fill(0);
    for (let i = 0; i < count; ++i) unitRow(data, (patch + i) * width, width, block, i * width);
    for (let query = 0; query < queries; ++query) {
      const row = query * width;
      let a = 0;
      let b = 0;
      let c = 0;
      let d = 0;
      for (let k = 0; k < width; ++k) {
        const t = vectors[row + k];
        a += t * block[k];
        b += t * block[width + k];
        c += t * block[2 * width + k];
        d += t * block[3 * width + k];
      }
      const to = patch * queries + query;
      out[to] = a;
      if (count > 1) out[to + queries] = b;
      if (count > 2) out[to + 2 * queries] = c;
      if (count > 3) out[to + 3 * queries] = d;
    }
  }
  return out;
}

function unitRow(source: Float32Array, from: number, width: number, target: Float64Array, to: number): void {
  let squares = 0;
  for (let k = 0; k < width; ++k) squares += source[from + k] * source[from + k];
  const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
  for (let k = 0; k < width; ++k) target[to + k] = source[from + k] * scale;
}
