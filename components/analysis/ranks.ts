import {mean, type Numbers} from "./arrays.js";

/** Ranks from 1, smallest first; equal values share the mean of their ranks. NaN has rank NaN. */
export function midRanks(values: Numbers): Float64Array {
  const known = Array.from(values, (_, i) => i).filter((i) => !Number.isNaN(values[i]));
  const order = known.toSorted((i, j) => (values[i] < values[j] ? -1 : Number(values[i] > values[j])));
  const ranks = new Float64Array(values.length).fill(NaN);
  for (let start = 0, end = 0; start < order.length; start = end) {
    while (end < order.length && values[order[end]] === values[order[start]]) ++end;
    for (let k = start; k < end; ++k) ranks[order[k]] = (start + 1 + end) / 2;
  }
  return ranks;
}

/**
 * Spearman's rank correlation: Pearson's, of the mid-ranks. Pairs with a NaN are left out. NaN where one side is
 * constant or fewer than two pairs remain.
 */
export function spearman(a: Numbers, b: Numbers): number {
  const [left, right] = complete(a, b);
  return pearson(midRanks(left), midRanks(right));
}

function complete(a: Numbers, b: Numbers): [number[], number[]] {
  const kept = Array.from(a, (_, i) => i).filter((i) => !Number.isNaN(a[i]) && !Number.isNaN(b[i]));
  return [kept.map((i) => a[i]), kept.map((i) => b[i])];
}

function pearson(a: Numbers, b: Numbers): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  let [product, squareA, squareB] = [0, 0, 0];
  for (let i = 0; i < a.length; ++i) {
    product += (a[i] - meanA) * (b[i] - meanB);
    squareA += (a[i] - meanA) ** 2;
    squareB += (b[i] - meanB) ** 2;
  }
  return product / Math.sqrt(squareA * squareB);
}
