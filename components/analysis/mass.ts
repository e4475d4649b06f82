import type {Numbers, TokenMatrix} from "./arrays.js";
import {patchDistance} from "./grid.js";
import type {Grid} from "../records/record.js";

/*
 * Where each token's attention goes. Every function gives one share in [0, 1] per row of a map whose first P tokens are
 * the class token and the registers; average over `subarray(P)` for patches only. Rows of a softmax sum to 1; other maps
 * must be row-normalised before.
 */

/** a_ii: a token's attention to itself. */
export function massOnDiagonal({tokens, values}: TokenMatrix): Float64Array {
  return Float64Array.from({length: tokens}, (_, i) => values[i * tokens + i]);
}

/** a_i0: attention to the class token; 0 where there is none. */
export function massOnClass({tokens, prefix = 1, values}: TokenMatrix): Float64Array {
  return Float64Array.from({length: tokens}, (_, i) => (prefix ? values[i * tokens] : 0));
}

/** Σ_{0 < j < P} a_ij: attention to the registers. */
export function massOnRegisters({tokens, prefix = 1, values}: TokenMatrix): Float64Array {
  return Float64Array.from({length: tokens}, (_, i) => {
    let mass = 0;
    for (let j = 1; j < prefix; ++j) mass += values[i * tokens + j];
    return mass;
  });
}

/** Σ_{j ∈ S} a_ij: attention to a set of patches (mask of N = tokens − P, as `outliers` of a record's layer). */
export function massOnPatches({tokens, prefix = 1, values}: TokenMatrix, patches: Numbers): Float64Array {
  return Float64Array.from({length: tokens}, (_, i) => {
    let mass = 0;
    for (let j = prefix; j < tokens; ++j) if (patches[j - prefix]) mass += values[i * tokens + j];
    return mass;
  });
}

/**
 * Attention to patches whose centre lies within `radius` patches (Euclidean, inclusive), itself included. Class token
 * and registers have no place: their rows are NaN, their columns count as far.
 */
export function massWithin({tokens, prefix = 1, values}: TokenMatrix, grid: Grid, radius: number): Float64Array {
  return Float64Array.from({length: tokens}, (_, i) => {
    if (i < prefix) return NaN;
    let mass = 0;
    for (let j = prefix; j < tokens; ++j)
      if (patchDistance(grid, i - prefix, j - prefix) <= radius) mass += values[i * tokens + j];
    return mass;
  });
}

export interface DistanceOptions {
  /** Divide by the row's attention to patches, so that attention to the prefix does not pass for nearness. */
  patchesOnly?: boolean;
}

/**
 * Mean attention distance of each patch, Σ_j a_ij · dist(i, j), in patches. Attention to class token and
 * registers counts as distance 0 unless `patchesOnly`. Their own rows are NaN.
 */
export function attentionDistance(
  {tokens, prefix = 1, values}: TokenMatrix,
  grid: Grid,
  {patchesOnly = false}: DistanceOptions = {}
): Float64Array {
  return Float64Array.from({length: tokens}, (_, i) => {
    if (i < prefix) return NaN;
    let total = 0;
    let mass = 0;
    for (let j = prefix; j < tokens; ++j) {
      total += values[i * tokens + j] * patchDistance(grid, i - prefix, j - prefix);
      mass += values[i * tokens + j];
    }
    return patchesOnly ? total / mass : total;
  });
}
