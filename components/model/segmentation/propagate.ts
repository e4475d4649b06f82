/** PEARL's propagation of scores over the picture (docs/methods.md, 5.1), in float64: float32 loses its conjugacy. */
import {choice, count, type ValuesOf} from "../../analysis/options.js";
import type {PixelPlanes} from "../image/normalise.js";
import {linearTaps} from "../image/taps.js";

export const propagationOptions = {
  bugs: choice({
    values: ["fix", "keep"],
    about: "multiply by the matrix of the texts' similarities, or, as the code does, by its diagonal alone"
  }),
  grid: count({
    least: 1,
    default: 80,
    about: "the picture is averaged to about so many cells a side; 224 for Cityscapes"
  })
};

export type PropagationOptions = ValuesOf<typeof propagationOptions>;

export interface Propagation {
  /** The scores of a query at the picture's size, H × W. */
  plane(query: number): Float64Array;
  /** The texts' similarities, rows summing to one: C × C. */
  similarity: Float64Array;
  /** How far each cell's own scores are trusted. */
  trust: Float64Array;
  /** Weights between a cell and its right neighbour, rows × (columns − 1), and the one below, (rows − 1) × columns. */
  weights: {columns: Float64Array; rows: Float64Array};
  /** The scores before they are enlarged, C × rows × columns. */
  small: {rows: number; columns: number; values: Float64Array};
}

/** Steps of conjugate gradients: not converged, and so part of the method. */
const steps = 25;

/**
 * Scores that follow the picture's edges.
 *
 * @param image the network's own view, at the size of the scores
 * @param scores of a query, H × W: cosines, not multiplied by anything
 * @param text unit rows, C × D
 */
export function propagate(
  image: PixelPlanes,
  scores: (query: number) => ArrayLike<number>,
  text: ArrayLike<number>,
  queries: number,
  {bugs, grid}: PropagationOptions
): Propagation {
  const {height, width} = image;
  const down = Math.max(1, halfEven(height / grid));
  const across = Math.max(1, halfEven(width / grid));
  const rows = Math.floor(height / down);
  const columns = Math.floor(width / across);
  const size = rows * columns;
  const shrink = (plane: ArrayLike<number>) => averaged(plane, width, {rows, columns, down, across});
  const start = new Float64Array(queries * size);
  for (let query = 0; query < queries; ++query) start.set(shrink(scores(query)), query * size);
  const similarity = textSimilarity(text, queries);
  const shares = softmaxOver(start, queries, size);
  const mixed = similar(shares, similarity, queries, size, bugs);
  const agreement = (a: number, b: number) => {
    let sum = 0;
    for (let c = 0; c < queries; ++c) sum += shares[c * size + b] * mixed[c * size + a];
    return Math.min(Math.max(sum, 0), 1);
  };
  const trust = Float64Array.from({length: size}, (_, cell) => {
    let most = -Infinity;
    for (let c = 0; c < queries; ++c) most = Math.max(most, shares[c * size + cell]);
    return Math.max(most, 0.05) ** 2 * (1 + agreement(cell, cell));
  });
  const weights = edgeWeights(greyOf(image, shrink), rows, columns, agreement);
  const values = solve(start, queries, {trust, weights, rows, columns});
  return {
    plane: (query) => enlarged(values.subarray(query * size, (query + 1) * size), [rows, columns], [height, width]),
    similarity,
    trust,
    weights,
    small: {rows, columns, values}
  };
}

/** Rounds to the nearest whole number, halves to the even one. */
function halfEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest < 0.5 || (rest === 0.5 && below % 2 === 0) ? below : below + 1;
}

/** Means of blocks; what is left over at the ends is dropped. */
function averaged(
  plane: ArrayLike<number>,
  width: number,
  {rows, columns, down, across}: {rows: number; columns: number; down: number; across: number}
): Float64Array {
  const out = new Float64Array(rows * columns);
  for (let y = 0; y < rows * down; ++y)
    for (let x = 0; x < columns * across; ++x)
      out[Math.floor(y / down) * columns + Math.floor(x / across)] += plane[y * width + x];
  return out.map((sum) => sum / (down * across));
}

/** sm(t tᵀ / 0.5) with 10 added to its diagonal, rows summing to one. */
function textSimilarity(text: ArrayLike<number>, queries: number): Float64Array {
  const width = text.length / queries;
  const out = new Float64Array(queries * queries);
  const lengths = Float64Array.from({length: queries}, (_, c) => {
    let squares = 0;
    for (let k = 0; k < width; ++k) squares += text[c * width + k] ** 2;
    return Math.sqrt(squares);
  });
  for (let a = 0; a < queries; ++a) {
    const row = out.subarray(a * queries, (a + 1) * queries);
    for (let b = 0; b < queries; ++b) {
      let product = 0;
      for (let k = 0; k < width; ++k) product += text[a * width + k] * text[b * width + k];
      row[b] = product / (lengths[a] * lengths[b]) / 0.5;
    }
    const most = Math.max(...row);
    let total = 0;
    for (let b = 0; b < queries; ++b) total += row[b] = Math.exp(row[b] - most);
    for (let b = 0; b < queries; ++b) row[b] = row[b] / total + (a === b ? 10 : 0);
    const sum = row.reduce((all, value) => all + value, 0);
    for (let b = 0; b < queries; ++b) row[b] /= sum + 1e-6;
  }
  return out;
}

/** Softmax over the queries in each cell, C × cells. */
function softmaxOver(scores: Float64Array, queries: number, size: number): Float64Array {
  const out = new Float64Array(scores.length);
  for (let cell = 0; cell < size; ++cell) {
    let most = -Infinity;
    for (let c = 0; c < queries; ++c) most = Math.max(most, scores[c * size + cell]);
    let total = 0;
    for (let c = 0; c < queries; ++c) total += out[c * size + cell] = Math.exp(scores[c * size + cell] - most);
    for (let c = 0; c < queries; ++c) out[c * size + cell] /= total;
  }
  return out;
}

/** S p in each cell, or with `bugs=keep` the diagonal of S times p. */
function similar(
  shares: Float64Array,
  similarity: Float64Array,
  queries: number,
  size: number,
  bugs: PropagationOptions["bugs"]
): Float64Array {
  const out = new Float64Array(shares.length);
  for (let c = 0; c < queries; ++c)
    for (let d = bugs === "keep" ? c : 0; d < (bugs === "keep" ? c + 1 : queries); ++d) {
      const weight = similarity[c * queries + d];
      for (let cell = 0; cell < size; ++cell) out[c * size + cell] += weight * shares[d * size + cell];
    }
  return out;
}

/** The grey values of the normalised picture, averaged. */
function greyOf({data, height, width}: PixelPlanes, shrink: (plane: ArrayLike<number>) => Float64Array): Float64Array {
  const plane = (channel: number) => shrink(data.subarray(channel * height * width, (channel + 1) * height * width));
  const [red, green, blue] = [0, 1, 2].map(plane);
  return red.map((value, i) => 0.299 * value + 0.587 * green[i] + 0.114 * blue[i]);
}

/** How strongly neighbours hold together: little across an edge, more where their shares agree; at most 1. */
function edgeWeights(
  grey: Float64Array,
  rows: number,
  columns: number,
  agreement: (a: number, b: number) => number
): Propagation["weights"] {
  const along = (count: number, from: (i: number) => number, step: number) => {
    const steepness = Float64Array.from({length: count}, (_, i) => Math.abs(grey[from(i) + step] - grey[from(i)]));
    const mean = steepness.reduce((sum, value) => sum + value, 0) / Math.max(count, 1);
    return steepness.map((value, i) =>
      Math.min(1, Math.exp((-5 * value) / (mean + 1e-6)) * (1 + agreement(from(i), from(i) + step)))
    );
  };
  const inRow = columns - 1;
  return {
    columns: along(rows * inRow, (i) => Math.floor(i / inRow) * columns + (i % inRow), 1),
    rows: along((rows - 1) * columns, (i) => i, columns)
  };
}

type System = Pick<Propagation, "trust" | "weights"> & {rows: number; columns: number};

/** (diag(trust) + Laplacian) X = trust · y by conjugate gradients from y on, one step length for all queries. */
function solve(start: Float64Array, queries: number, system: System): Float64Array {
  const {trust} = system;
  const size = trust.length;
  const x = Float64Array.from(start);
  const r = applied(x, queries, system).map((value, i) => trust[i % size] * start[i] - value);
  let p = Float64Array.from(r);
  let norm = dot(r, r);
  for (let step = 0; step < steps; ++step) {
    const ap = applied(p, queries, system);
    const alpha = norm / (dot(p, ap) + 1e-12);
    for (let i = 0; i < x.length; ++i) {
      x[i] += alpha * p[i];
      r[i] -= alpha * ap[i];
    }
    const next = dot(r, r);
    const beta = next / (norm + 1e-12);
    p = p.map((value, i) => r[i] + beta * value);
    norm = next;
  }
  return x;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; ++i) sum += a[i] * b[i];
  return sum;
}

function applied(x: Float64Array, queries: number, {trust, weights, rows, columns}: System): Float64Array {
  const size = trust.length;
  const out = x.map((value, i) => trust[i % size] * value);
  for (let c = 0; c < queries; ++c) {
    const pull = (a: number, b: number, weight: number) => {
      const flow = weight * (x[a] - x[b]);
      out[a] += flow;
      out[b] -= flow;
    };
    for (let row = 0; row < rows; ++row)
      for (let column = 0; column < columns; ++column) {
        const at = c * size + row * columns + column;
        if (column < columns - 1) pull(at, at + 1, weights.columns[row * (columns - 1) + column]);
        if (row < rows - 1) pull(at, at + columns, weights.rows[row * columns + column]);
      }
  }
  return out;
}

/** Bilinear, half-pixel centres, no antialiasing. */
export function enlarged(
  values: Float64Array,
  [rows, columns]: readonly [number, number],
  [height, width]: readonly [number, number]
): Float64Array {
  if (rows === height && columns === width) return values;
  const down = linearTaps(rows, height);
  const across = linearTaps(columns, width);
  const out = new Float64Array(height * width);
  for (let y = 0; y < height; ++y) {
    const [above, below, v] = [down.first[y] * columns, down.second[y] * columns, down.weight[y]];
    for (let x = 0; x < width; ++x) {
      const [left, right, u] = [across.first[x], across.second[x], across.weight[x]];
      const upper = values[above + left] * (1 - u) + values[above + right] * u;
      const lower = values[below + left] * (1 - u) + values[below + right] * u;
      out[y * width + x] = upper * (1 - v) + lower * v;
    }
  }
  return out;
}
