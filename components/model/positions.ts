/** Positional embeddings for grids other than the trained one (docs/methods.md, 1.2). */
import type {Grid} from "../records/record.js";
import type {Graph, Value} from "./graph.js";

/** The cubic convolution kernel with A = -0.75, as PyTorch's bicubic without antialiasing uses it. */
function cubic(x: number): number {
  const a = -0.75;
  const t = Math.abs(x);
  if (t <= 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
  if (t < 2) return a * (((t - 5) * t + 8) * t - 4);
  return 0;
}

/**
 * The matrix, `size` × `trained`, that resamples one axis of the embedding. Source coordinates use the
 * scale (size + 0.1) / trained that the methods' code hands to PyTorch, not size / trained; taps are
 * clamped at the border.
 */
export function bicubicMatrix(trained: number, size: number): Float32Array {
  const matrix = new Float32Array(size * trained);
  const scale = (size + 0.1) / trained;
  for (let d = 0; d < size; ++d) {
    const source = (d + 0.5) / scale - 0.5;
    const first = Math.floor(source) - 1;
    for (let tap = first; tap < first + 4; ++tap)
      matrix[d * trained + Math.min(Math.max(tap, 0), trained - 1)] += cubic(source - tap);
  }
  return matrix;
}

/**
 * The embedding of the class token and of every patch of `grid`, T × D. `positions` is (n² + 1) × D.
 * The trained grid passes through untouched.
 */
export function positionsFor(g: Graph, positions: Value, trained: number, width: number, [rows, columns]: Grid): Value {
  const table = g.reshape(positions, trained * trained + 1, width);
  if (rows === trained && columns === trained) return table;
  const patches = g.slice(table, 0, 1, trained * trained + 1);
  const tall = g.matmul(
    g.floats(bicubicMatrix(trained, rows), [rows, trained]),
    g.reshape(patches, trained, trained * width)
  );
  const wide = g.matmul(
    g.floats(bicubicMatrix(trained, columns), [columns, trained]),
    g.reshape(tall, rows, trained, width)
  );
  return g.concat([g.slice(table, 0, 0, 1), g.reshape(wide, rows * columns, width)], 0);
}
