import type {Numbers, TokenMatrix} from "./arrays.js";

/** Which sums are made 1 first: rows then columns (Eq. 10 as printed), or columns then rows. */
export type PassOrder = "rc" | "cr";

type Pass = (matrix: Numbers) => Float64Array;

export interface NormaliseOptions {
  order?: PassOrder;
  /** Rounds of one row pass and one column pass. The paper prints 1. */
  rounds?: number;
}

/** Sums below this are taken for zero, and their row or column becomes zero. */
export const EMPTY_SUM = 1e-12;

/**
 * Eq. 8: the patch-to-patch part of a head-mean map, with the columns of outliers zeroed: N × N.
 * Rows are not renormalised.
 */
export function maskedMap({tokens, prefix = 1, values}: TokenMatrix, outliers: Numbers): Float64Array {
  const patches = Math.max(0, tokens - prefix);
  const masked = new Float64Array(patches * patches);
  for (let i = 0; i < patches; ++i) {
    for (let j = 0; j < patches; ++j) {
      if (!outliers[j]) masked[i * patches + j] = values[(i + prefix) * tokens + j + prefix];
    }
  }
  return masked;
}

/**
 * Eq. 9: A = Σ_l of the masked maps from layer `from` (0-based; the paper's l₀ is from + 1) on: N × N. Empty without
 * layers.
 */
export function summedMaps(maps: readonly TokenMatrix[], outliers: readonly Numbers[], from = 0): Float64Array {
  const masked = maps.map((map, l) => (l < from ? undefined : maskedMap(map, outliers[l])));
  const total = new Float64Array(masked.find((map) => map)?.length ?? 0);
  for (const map of masked) map?.forEach((value, cell) => (total[cell] += value));
  return total;
}

/** Eq. 10: Sinkhorn's alternating normalisation of an n × n matrix with entries ≥ 0, as a copy. */
export function normalised(matrix: Numbers, {order = "rc", rounds = 1}: NormaliseOptions = {}): Float64Array {
  const passes = passesOf(order);
  let result: Float64Array = Float64Array.from(matrix);
  for (let round = 0; round < rounds; ++round) for (const pass of passes) result = pass(result);
  return result;
}

/** The two passes of a round, in order. */
export function passesOf(order: PassOrder): readonly Pass[] {
  switch (order) {
    case "rc":
      return [rowsToOne, columnsToOne];
    case "cr":
      return [columnsToOne, rowsToOne];
  }
  throw new Error(`invalid order: ${order}`);
}

/** Each row divided by its sum. Read a row of the result as weights. */
export function rowsToOne(matrix: Numbers): Float64Array {
  const sums = rowSums(matrix);
  return divided(matrix, (row) => sums[row]);
}

export function columnsToOne(matrix: Numbers): Float64Array {
  const sums = columnSums(matrix);
  return divided(matrix, (_, column) => sums[column]);
}

export function rowSums(matrix: Numbers): Float64Array {
  const size = sideLength(matrix);
  const sums = new Float64Array(size);
  for (let cell = 0; cell < matrix.length; ++cell) sums[Math.floor(cell / size)] += matrix[cell];
  return sums;
}

export function columnSums(matrix: Numbers): Float64Array {
  const size = sideLength(matrix);
  const sums = new Float64Array(size);
  for (let cell = 0; cell < matrix.length; ++cell) sums[cell % size] += matrix[cell];
  return sums;
}

/** Eq. 11: F_vis = A · F, with A of N × N and F of N × D. */
export function integrated(matrix: Numbers, features: Numbers): Float64Array {
  const size = sideLength(matrix);
  const width = size ? features.length / size : 0;
  const result = new Float64Array(size * width);
  for (let i = 0; i < size; ++i) {
    for (let j = 0; j < size; ++j) {
      const weight = matrix[i * size + j];
      for (let d = 0; d < width; ++d) result[i * width + d] += weight * features[j * width + d];
    }
  }
  return result;
}

/** Rows of a square matrix. */
export function sideLength(matrix: Numbers): number {
  return Math.round(Math.sqrt(matrix.length));
}

function divided(matrix: Numbers, by: (row: number, column: number) => number): Float64Array {
  const size = sideLength(matrix);
  return Float64Array.from(matrix, (value, cell) => {
    const total = by(Math.floor(cell / size), cell % size);
    return total < EMPTY_SUM ? 0 : value / total;
  });
}
