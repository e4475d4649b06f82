/**
 * Estimates over images with their 95 % intervals, in two ways that share one interface: `kept` remembers every image
 * and resamples; `summed` remembers sums alone, so that its memory does not grow with the images.
 */
import {bootstrap, ratioInterval, meanInterval, type BootstrapOptions, type Interval} from "../intervals.js";

/** A pooled ratio Σ over / Σ under, or the second ratio minus the first. */
export type Statistic = "mean" | "ratio" | "difference";

/** Numbers of images, one after another: a value; over and under; or two such pairs. */
export interface Estimate {
  add(...values: number[]): void;
  interval(): Interval;
}

/** Remembers every image: percentile bootstraps. */
export function kept(statistic: Statistic, options: BootstrapOptions): Estimate {
  const columns: number[][] = statistic === "mean" ? [[]] : statistic === "ratio" ? [[], []] : [[], [], [], []];
  return {
    add(...values) {
      for (const [i, value] of values.entries()) columns[i].push(value);
    },
    interval() {
      if (statistic === "mean") return meanInterval(columns[0], options);
      if (statistic === "ratio") return ratioInterval(columns[0], columns[1], options);
      return bootstrap(
        columns[0].length,
        (items) => pooled(columns[2], columns[3], items) - pooled(columns[0], columns[1], items),
        options
      );
    }
  };
}

function pooled(over: readonly number[], under: readonly number[], items: Uint32Array): number {
  let [above, below] = [0, 0];
  for (const i of items) {
    above += over[i];
    below += under[i];
  }
  return above / below;
}

/** The 97.5 % quantile of the normal distribution. */
const normal = 1.959964;

/**
 * Remembers sums and sums of products. The interval is that of the normal distribution around the estimate, with the
 * variance of its linearisation (the delta method; Cochran, Sampling Techniques, 1977, Eq. 6.13): of a ratio R = X / Y over n images
 * n / (n − 1) · Σ (x − R y)² / Y². A mean is a ratio whose under is 1. Sums of whole numbers are exact.
 */
export function summed(statistic: Statistic): Estimate {
  const terms = statistic === "difference" ? 4 : 2;
  const sums = new Float64Array(terms);
  const products = new Float64Array(terms * terms);
  let count = 0;
  const add = (values: readonly number[]) => {
    ++count;
    for (let i = 0; i < terms; ++i) {
      sums[i] += values[i];
      for (let j = 0; j < terms; ++j) products[i * terms + j] += values[i] * values[j];
    }
  };
  /** The ratio that begins at a term, and what a step of its two terms changes. */
  const ratio = (at: number) => {
    const value = sums[at] / sums[at + 1];
    return {value, slopes: [1 / sums[at + 1], -value / sums[at + 1]]};
  };
  return {
    add(...values) {
      if (statistic !== "mean") add(values);
      else if (!Number.isNaN(values[0])) add([values[0], 1]);
    },
    interval() {
      const first = ratio(0);
      const second = terms === 4 ? ratio(2) : undefined;
      const estimate = second ? second.value - first.value : first.value;
      const slopes = second ? [...first.slopes.map((slope) => -slope), ...second.slopes] : first.slopes;
      let squares = 0;
      for (let i = 0; i < terms; ++i)
        for (let j = 0; j < terms; ++j) squares += slopes[i] * slopes[j] * products[i * terms + j];
      const half = normal * Math.sqrt((Math.max(0, squares) * count) / (count - 1));
      return {estimate, low: estimate - half, high: estimate + half};
    }
  };
}
