import {descending, type Numbers} from "../arrays.js";

/** What a detector says about N patches. */
export interface Detection {
  /**
   * One number per patch, larger is more outlying, in the detector's own unit. NaN: nothing can be said; never in the
   * set.
   */
  scores: Float64Array;
  /** 1 where the patch is in the outlier set. */
  outliers: Uint8Array;
}

/** 1 where a score lies strictly above the threshold. */
export function above(scores: Numbers, threshold: number): Uint8Array {
  return Uint8Array.from({length: scores.length}, (_, i) => Number(scores[i] > threshold));
}

/**
 * 1 at the `count` largest keys among the candidates (all, unless given). Equal keys: the lower index first. NaN never.
 */
export function greatest(keys: Numbers, count: number, candidates?: Numbers): Uint8Array {
  const chosen = new Uint8Array(keys.length);
  let left = count;
  for (const i of descending(keys)) {
    if (!(left > 0) || Number.isNaN(keys[i])) break;
    if (candidates && !candidates[i]) continue;
    chosen[i] = 1;
    --left;
  }
  return chosen;
}

/** The positions where a mask is set, ascending. */
export function indicesOf(mask: Numbers): number[] {
  const indices: number[] = [];
  for (let i = 0; i < mask.length; ++i) if (mask[i]) indices.push(i);
  return indices;
}
