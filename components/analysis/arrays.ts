/**
 * The little arithmetic that every measurement shares. As in d3-array, NaN marks a missing value: aggregates skip it,
 * and an aggregate of nothing is NaN (a sum of nothing is 0).
 */

/** Any array of numbers that is only read: Float32Array, Float64Array, Uint8Array, number[]. */
export type Numbers = ArrayLike<number>;

/** A square matrix over tokens, row-major. An `AttentionMap` is one. */
export interface TokenMatrix {
  tokens: number;
  /** Tokens before the patches; 1, the class token, where nothing is said. */
  prefix?: number;
  values: Numbers;
}

/** Tokens with their features: a row of `width` numbers each. A `FeatureMap` is one. */
export interface Features {
  width: number;
  values: Numbers;
}

/** The values that are not NaN, in ascending order, as a copy. */
export function sorted(values: Numbers): Float64Array {
  return Float64Array.from(values)
    .filter((value) => !Number.isNaN(value))
    .toSorted();
}

/**
 * The p-quantile of values in ascending order, linear between neighbours (R's type 7, NumPy's and PyTorch's default).
 */
export function quantileSorted(ascending: Numbers, p: number): number {
  const position = (ascending.length - 1) * p;
  const below = Math.floor(position);
  if (!(position >= 0 && below < ascending.length)) return NaN;
  if (position === below) return ascending[below]; // also keeps ∞ − ∞ out of the interpolation
  return ascending[below] + (ascending[below + 1] - ascending[below]) * (position - below);
}

export function quantile(values: Numbers, p: number): number {
  return quantileSorted(sorted(values), p);
}

export function median(values: Numbers): number {
  return quantile(values, 0.5);
}

export function sum(values: Numbers): number {
  let total = 0;
  for (let i = 0; i < values.length; ++i) if (!Number.isNaN(values[i])) total += values[i];
  return total;
}

export function mean(values: Numbers): number {
  let total = 0;
  let count = 0;
  for (let i = 0; i < values.length; ++i) {
    if (Number.isNaN(values[i])) continue;
    total += values[i];
    ++count;
  }
  return total / count;
}

/** The largest value; NaN for none. */
export function max(values: Numbers): number {
  let greatest = NaN;
  for (let i = 0; i < values.length; ++i) if (!(values[i] <= greatest) && values[i] === values[i]) greatest = values[i];
  return greatest;
}

/** Where the largest value is, the first of equals; NaN is passed over. −1 of none. */
export function argmax(values: Numbers): number {
  let at = -1;
  for (let i = 0; i < values.length; ++i) if (values[i] > (at < 0 ? -Infinity : values[at])) at = i;
  return at;
}

/** Positions 0…n−1 ordered by value, largest first, equal values by position, NaN last. */
export function descending(values: Numbers): Uint32Array {
  const key = (i: number): number => (Number.isNaN(values[i]) ? -Infinity : values[i]);
  const compare = (i: number, j: number): number => (key(i) === key(j) ? i - j : key(j) - key(i));
  const missing = (i: number): number => Number(Number.isNaN(values[i]));
  return Uint32Array.from(values, (_, i) => i).toSorted((i, j) => missing(i) - missing(j) || compare(i, j));
}

/** How many tokens a feature map holds. */
export function tokenCount({values, width}: Features): number {
  return width > 0 ? Math.floor(values.length / width) : 0;
}
