import {mean, tokenCount, type Features, type Numbers} from "./arrays.js";
import {neighbours} from "./grid.js";
import type {Grid} from "../records/record.js";

/** Tokens at unit length, N × D. A zero token has no direction: NaN. */
export function unitTokens(features: Features): Float64Array {
  const {values, width} = features;
  const units = new Float64Array(tokenCount(features) * width);
  for (let start = 0; start < units.length; start += width) {
    let square = 0;
    for (let d = 0; d < width; ++d) square += values[start + d] ** 2;
    const norm = Math.sqrt(square);
    for (let d = 0; d < width; ++d) units[start + d] = values[start + d] / norm;
  }
  return units;
}

/** Cosine of every token with a vector (D): a token of the same map, or a word. NaN where either has no direction. */
export function cosinesTo(features: Features, vector: Numbers): Float64Array {
  const {width} = features;
  const units = unitTokens(features);
  const target = unitTokens({width, values: vector});
  return Float64Array.from({length: tokenCount(features)}, (_, i) => dot(units, i, target, 0, width));
}

/** Cosine of every token with token i of the same map. */
export function cosinesToToken(features: Features, i: number): Float64Array {
  const {values, width} = features;
  return cosinesTo(
    features,
    Array.from({length: width}, (_, d) => values[i * width + d])
  );
}

/**
 * Mean cosine of each patch with its 8 neighbours, or with the 4 that share a side; fewer at borders. NaN without any.
 */
export function neighbourCosines(features: Features, grid: Grid, count: 4 | 8 = 8): Float64Array {
  const {width} = features;
  const [, columns] = grid;
  const units = unitTokens(features);
  return Float64Array.from({length: tokenCount(features)}, (_, i) => {
    const sharesSide = (j: number): boolean => i % columns === j % columns || Math.abs(i - j) === 1;
    const around = neighbours(grid, i).filter((j) => count === 8 || sharesSide(j));
    return mean(around.map((j) => dot(units, i, units, j, width)));
  });
}

/**
 * Mean cosine over the pairs of different tokens in a set (mask of N). Tokens without direction are left out; NaN for
 * fewer than two. From ‖Σ u‖² = n + Σ_{i≠j} cos(i, j), so linear in the number of tokens.
 */
export function meanPairwiseCosine(features: Features, set: Numbers): number {
  const {width} = features;
  const units = unitTokens(features);
  const total = new Float64Array(width);
  let count = 0;
  for (let i = 0; i < tokenCount(features); ++i) {
    if (!set[i] || Number.isNaN(dot(units, i, units, i, width))) continue;
    for (let d = 0; d < width; ++d) total[d] += units[i * width + d];
    ++count;
  }
  return (dot(total, 0, total, 0, width) - count) / (count * (count - 1));
}

function dot(a: Float64Array, i: number, b: Float64Array, j: number, width: number): number {
  let product = 0;
  for (let d = 0; d < width; ++d) product += a[i * width + d] * b[j * width + d];
  return product;
}
