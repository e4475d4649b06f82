/** Tables of positions for grids other than the trained one (docs/methods.md, 1.2). */
import type {Grid} from "../records/record.js";
import type {Convention} from "./geometry.js";
import type {Graph, Value} from "./graph.js";

/** The cubic convolution kernel: A = -0.75 is PyTorch's without antialiasing, -0.5 its with. */
function cubic(x: number, a: number): number {
  const t = Math.abs(x);
  if (t <= 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
  if (t < 2) return a * (((t - 5) * t + 8) * t - 4);
  return 0;
}

/**
 * The matrix, `size` × `trained`, that resamples one axis of a table, with half-pixel centres. "offset" and "size" take
 * four taps, clamped at the border, at coordinates scaled by (size + 0.1) / trained (DINOv2 and the methods' code for
 * CLIP) or by size / trained (transformers). "antialias" is another kernel, stretched where the grid shrinks, whose taps
 * outside are dropped (timm, open_clip, DINOv2 with registers).
 */
export function bicubicMatrix(trained: number, size: number, convention: Convention): Float32Array {
  const matrix = new Float32Array(size * trained);
  for (let d = 0; d < size; ++d) {
    const row = matrix.subarray(d * trained, (d + 1) * trained);
    if (convention === "antialias") antialiased(row, d, trained / size);
    else fourTaps(row, d, (size + (convention === "offset" ? 0.1 : 0)) / trained);
  }
  return matrix;
}

function fourTaps(row: Float32Array, d: number, scale: number): void {
  const source = (d + 0.5) / scale - 0.5;
  const first = Math.floor(source) - 1;
  for (let tap = first; tap < first + 4; ++tap)
    row[Math.min(Math.max(tap, 0), row.length - 1)] += cubic(source - tap, -0.75);
}

function antialiased(row: Float32Array, d: number, step: number): void {
  const centre = (d + 0.5) * step;
  const stretch = Math.max(step, 1);
  const first = Math.max(Math.floor(centre - 2 * stretch + 0.5), 0);
  const end = Math.min(Math.floor(centre + 2 * stretch + 0.5), row.length);
  const weights = Array.from({length: end - first}, (_, k) => cubic((first + k - centre + 0.5) / stretch, -0.5));
  const sum = weights.reduce((a, b) => a + b, 0);
  weights.forEach((weight, k) => (row[first + k] = weight / sum));
}

/** A table for every patch of `grid`, N × D, from that of the trained grid, n² × D, which passes through untouched. */
export function positionsFor(
  g: Graph,
  table: Value,
  {trained, width, convention}: {trained: number; width: number; convention: Convention},
  [rows, columns]: Grid
): Value {
  if (rows === trained && columns === trained) return table;
  const tall = g.matmul(
    g.floats(bicubicMatrix(trained, rows, convention), [rows, trained]),
    g.reshape(table, trained, trained * width)
  );
  const wide = g.matmul(
    g.floats(bicubicMatrix(trained, columns, convention), [columns, trained]),
    g.reshape(tall, rows, trained, width)
  );
  return g.reshape(wide, rows * columns, width);
}
