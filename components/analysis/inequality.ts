import {sorted, sum, type Numbers} from "./arrays.js";

/**
 * Gini coefficient of values ≥ 0: 0 where all are equal, (n − 1) / n where one holds everything. G = Σ_k (2k − n − 1)
 * v_(k) / (n Σ v), v in ascending order, k from 1. NaN values are skipped; NaN for none and for all zero.
 */
export function gini(values: Numbers): number {
  const ascending = sorted(values);
  const n = ascending.length;
  let weighted = 0;
  for (let k = 0; k < n; ++k) weighted += (2 * k + 1 - n) * ascending[k];
  return weighted / (n * sum(ascending));
}

/** Share of the total held by the largest values: the top ⌈share · n⌉ of them, at least one. NaN as in `gini`. */
export function topShare(values: Numbers, share = 0.01): number {
  const ascending = sorted(values);
  const count = Math.max(1, Math.ceil(share * ascending.length));
  return sum(ascending.subarray(Math.max(0, ascending.length - count))) / sum(ascending);
}
