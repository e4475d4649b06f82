import {tokenCount, type Features, type Numbers} from "./arrays.js";
import {neighbours} from "./grid.js";
import type {Grid} from "../records/record.js";

export interface RepairOptions {
  /**
   * What to do with an outlier that has no valid neighbour.
   * - `keep`: leave it as it is (SC-CLIP's rule)
   * - `widen`: look two steps away, then three, until there is one; keep it where all patches are outliers
   * - `zero`: write zeros (the released code's error, for study)
   */
  isolated?: "keep" | "widen" | "zero";
}

export interface Repaired {
  /** N × D. */
  values: Float64Array;
  /** 1 where an outlier had no valid neighbour: N. */
  isolated: Uint8Array;
}

/**
 * SFP Eq. 5: each outlier becomes the mean of its neighbours that are inside the grid and not outliers, all from the
 * old values. Divided by their number, not by 8, which would shrink tokens at borders and beside other outliers. The
 * reference, in float64, for the graph's version. Patches only: the class token is never repaired.
 */
export function repair(
  features: Features,
  grid: Grid,
  outliers: Numbers,
  {isolated: rule = "keep"}: RepairOptions = {}
): Repaired {
  const {values, width} = features;
  const patches = tokenCount(features);
  const repaired = Float64Array.from(values);
  const isolated = new Uint8Array(patches);
  const widest = rule === "widen" ? Math.max(...grid) : 1;
  for (let i = 0; i < patches; ++i) {
    if (!outliers[i]) continue;
    let valid: number[] = [];
    for (let ring = 1; ring <= widest && !valid.length; ++ring) {
      valid = neighbours(grid, i, ring).filter((j) => !outliers[j]);
      if (!valid.length) isolated[i] = 1;
    }
    if (!valid.length && rule !== "zero") continue;
    for (let d = 0; d < width; ++d) {
      let total = 0;
      for (const j of valid) total += values[j * width + d];
      repaired[i * width + d] = total / Math.max(1, valid.length);
    }
  }
  return {values: repaired, isolated};
}
