/** What the methods since SFP compute on the toy of the Method page, in float64; the graphs' versions are in `components/model/methods`. */
import {rowsToOne} from "../../analysis/integration.js";

/** Rows of numbers, one a token or patch. */
export interface Rows {
  width: number;
  values: Float64Array;
}

const count = ({width, values}: Rows): number => values.length / width;

/** A Bᵀ of rows. */
function products(a: Rows, b: Rows): Float64Array {
  const [n, m] = [count(a), count(b)];
  return Float64Array.from({length: n * m}, (_, cell) => {
    const [i, j] = [Math.floor(cell / m) * a.width, (cell % m) * b.width];
    let sum = 0;
    for (let k = 0; k < a.width; ++k) sum += a.values[i + k] * b.values[j + k];
    return sum;
  });
}

const transposed = ({width, values}: Rows): Rows => {
  const n = values.length / width;
  return {
    width: n,
    values: Float64Array.from({length: values.length}, (_, i) => values[(i % n) * width + Math.floor(i / n)])
  };
};

const times = (a: Rows, b: Rows): Rows => ({width: b.width, values: products(a, transposed(b))});

/** Rows at unit length. */
function unit({width, values}: Rows): Rows {
  const out = values.slice();
  for (let from = 0; from < out.length; from += width) {
    const row = out.subarray(from, from + width);
    const length = Math.hypot(...row);
    if (length > 0) row.forEach((value, k) => (row[k] = value / length));
  }
  return {width, values: out};
}

function softmaxRows(logits: Float64Array, width: number): Float64Array {
  const out = logits.slice();
  for (let from = 0; from < out.length; from += width) {
    const row = out.subarray(from, from + width);
    const largest = Math.max(...row);
    row.forEach((value, k) => (row[k] = Math.exp(value - largest)));
  }
  return Float64Array.from(rowsToOne(out));
}

/** PEARL's soft rotation of M: coupled Newton–Schulz steps towards M (MᵀM)^(−1/2). */
export function pearlRotation(m: Rows, iterations: number): Rows {
  const d = m.width;
  const identity = (scale: number) => Float64Array.from({length: d * d}, (_, i) => (i % (d + 1) ? 0 : scale));
  const a = times(transposed(m), m);
  const norm = Math.max(Math.hypot(...a.values), 1e-6);
  let y: Rows = {width: d, values: a.values.map((value, i) => value / norm + (i % (d + 1) ? 0 : 1e-6))};
  let z: Rows = {width: d, values: identity(1)};
  for (let step = 0; step < iterations; ++step) {
    const zy = times(z, y).values;
    const t: Rows = {width: d, values: identity(1.5).map((value, i) => value - zy[i] / 2)};
    [y, z] = [times(y, t), times(t, z)];
  }
  return {width: d, values: times(m, z).values.map((value) => value / Math.sqrt(norm))};
}

/** PEARL's attention, T × T: keys turned towards queries, plus α times centred keys with each other. Row 0 is the class token. */
export function pearlAttention(
  q: Rows,
  k: Rows,
  {alpha, iterations}: {alpha: number; iterations: number}
): Float64Array {
  const {width} = q;
  const lengths = Array.from({length: count(q)}, (_, i) =>
    i ? Math.hypot(...q.values.subarray(i * width, (i + 1) * width)) : 0
  );
  const sum = lengths.reduce((a, b) => a + b, 1e-6);
  const centred = ({values}: Rows): Rows => {
    const mean = new Float64Array(width);
    values.forEach((value, i) => (mean[i % width] += (lengths[Math.floor(i / width)] / sum) * value));
    return {width, values: values.map((value, i) => value - mean[i % width])};
  };
  const [qc, kc] = [centred(q), centred(k)];
  const turned = times(k, pearlRotation(times(transposed(kc), qc), iterations));
  const [first, second] = [products(q, turned), products(kc, kc)];
  return softmaxRows(
    first.map((value, i) => (value + alpha * second[i]) / Math.sqrt(width)),
    count(k)
  );
}

/** ProxyCLIP's weights, M × M, of a second model's features: similarities above β means, else nothing. */
export function proxyWeights(features: Rows, {beta, gamma}: {beta: number; gamma: number}): Float64Array {
  const n = count(features);
  const similarity = products(unit(features), unit(features));
  const mean = similarity.reduce((a, b) => a + b, 0) / similarity.length;
  const logits = similarity
    .map((value) => gamma * (value - beta * mean))
    .map((value) => (value < 0 ? -Infinity : value));
  for (let i = 0; i < n; ++i)
    // A row without a similar patch attends to itself.
    if (logits.subarray(i * n, (i + 1) * n).every((value) => value === -Infinity)) logits[i * n + i] = 0;
  return softmaxRows(logits, n);
}

/** GLA-CLIP's weights without anchors: the patches of all windows compare with all, and no row is ever empty. */
export function sharedWeights(
  keys: Rows,
  {beta, gamma, cut}: {beta: number; gamma: number; cut: number}
): Float64Array {
  const n = count(keys);
  const similarity = products(unit(keys), unit(keys));
  const mean = similarity.reduce((a, b) => a + b, 0) / similarity.length;
  const logits = similarity.map((value) => gamma * (value - beta * mean));
  for (let from = 0; from < logits.length; from += n) {
    const row = logits.subarray(from, from + n);
    const least = Math.min(Math.max(...row), cut);
    row.forEach((value, j) => (row[j] = value < least ? -Infinity : value));
  }
  return softmaxRows(logits, n);
}

/** RF-CLIP's test: patches in which a channel holds more than σ / D of the sum. */
export function distracted({width, values}: Rows, channels: readonly number[], sigma: number): Uint8Array {
  return Uint8Array.from({length: values.length / width}, (_, i) => {
    const row = values.subarray(i * width, (i + 1) * width);
    const least = Math.min(...row);
    const sum = Math.max(
      row.reduce((total, value) => total + value - least, 0),
      1e-8
    );
    return Number(channels.some((channel) => (row[channel] - least) / sum > sigma / width));
  });
}
