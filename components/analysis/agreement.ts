import type {Numbers} from "./arrays.js";

/** Two sets over the same patches, counted. */
export interface Overlap {
  both: number;
  onlyA: number;
  onlyB: number;
  neither: number;
}

/** Counts of two masks of the same length. Add the fields over images before dividing, for a corpus. */
export function overlap(a: Numbers, b: Numbers): Overlap {
  const counts: Overlap = {both: 0, onlyA: 0, onlyB: 0, neither: 0};
  for (let i = 0; i < a.length; ++i) ++counts[a[i] ? (b[i] ? "both" : "onlyA") : b[i] ? "onlyB" : "neither"];
  return counts;
}

/** |A ∩ B| / |A ∪ B|. NaN where both are empty. */
export function jaccard({both, onlyA, onlyB}: Overlap): number {
  return both / (both + onlyA + onlyB);
}

/**
 * A statistic for every pair of sets, row-major: row a, column b. With `precision`, row = found, column = truth;
 * `recall` is its transpose.
 */
export function agreementMatrix(
  sets: readonly Numbers[],
  statistic: (counts: Overlap) => number = jaccard
): Float64Array {
  return Float64Array.from(sets.flatMap((a) => sets.map((b) => statistic(overlap(a, b)))));
}
