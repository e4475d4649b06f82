import type {Numbers, TokenMatrix} from "./arrays.js";
import {patchDistance} from "./grid.js";
import type {Grid} from "../records/record.js";

/*
 * Where each token's attention goes. Every function gives one share in [0, 1] per row of a map with the class token
 * first; average over `subarray(1)` for patches only. Rows of a softmax sum to 1; other maps must be row-normalised
 * before.
 */

/** a_ii: a token's attention to itself. */
export function massOnDiagonal({tokens, values}: TokenMatrix): Float64Array {
  return Float64Array.from({length: tokens}, (_, i) => values[i * tokens + i]);
}

/** a_i0: attention to the class token. */
export function massOnClass({tokens, values}: TokenMatrix): Float64Array {
  return Float64Array.from({length: tokens}, (_, i) => values[i * tokens]);
}

/** Σ_{j ∈ S} a_ij: attention to a set of patches (mask of N = tokens − 1, as `outliers` of a record's layer). */
export function massOnPatches({tokens, values}: TokenMatrix, patches: Numbers): Float64Array {
  return Float64Array.from({length: tokens}, (_, i) => {
    let mass = 0;
    for (let j = 1; j < tokens; ++j) if (patches[j - 1]) mass += values[i * tokens + j];
    return mass;
  });
}

/**
 * Attention to patches whose centre lies within `radius` patches (Euclidean, inclusive), itself included. The class
 * token has no place: its row is NaN, its column counts as far.
 */
export function massWithin({tokens, values}: TokenMatrix, grid: Grid, radius: number): Float64Array {
  return Float64Array.from({length: tokens}, (_, i) => {
    if (i === 0) return NaN;
    let mass = 0;
    for (let j = 1; j < tokens; ++j) if (patchDistance(grid, i - 1, j - 1) <= radius) mass += values[i * tokens + j];
    return mass;
  });
}

export interface DistanceOptions {
  /** Divide by the row's attention to patches, so that attention to the class token does not pass for nearness. */
  patchesOnly?: boolean;
}

/**
 * Mean attention distance of each patch, Σ_j a_ij · dist(i, j), in patches. Attention to the class token counts as
 * distance 0 unless `patchesOnly`. The class token's own row is NaN.
 */
export function attentionDistance(
  {tokens, values}: TokenMatrix,
  grid: Grid,
  {patchesOnly = false}: DistanceOptions = {}
): Float64Array {
  return Float64Array.from({length: tokens}, (_, i) => {
    if (i === 0) return NaN;
    let total = 0;
    let mass = 0;
    for (let j = 1; j < tokens; ++j) {
      total += values[i * tokens + j] * patchDistance(grid, i - 1, j - 1);
      mass += values[i * tokens + j];
    }
    return patchesOnly ? total / mass : total;
  });
}
