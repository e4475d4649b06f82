import {descending, median, type Features} from "./arrays.js";

/** One activation that stands out. */
export interface Activation {
  token: number;
  channel: number;
  /** Signed. */
  value: number;
}

export interface MassiveActivations {
  /** Largest in magnitude first; fewer where there are fewer. */
  top: Activation[];
  /** Median magnitude over all tokens and channels. */
  median: number;
}

/**
 * Massive activations (arXiv 2402.17762): the largest |x_l[i, k]| of a layer, and the median they dwarf. NaN is
 * skipped.
 */
export function massiveActivations({values, width}: Features, count = 3): MassiveActivations {
  const magnitudes = Float64Array.from(values, Math.abs);
  const top = Array.from(descending(magnitudes).subarray(0, count))
    .filter((index) => !Number.isNaN(magnitudes[index]))
    .map((index) => ({token: Math.floor(index / width), channel: index % width, value: values[index]}));
  return {top, median: median(magnitudes)};
}
