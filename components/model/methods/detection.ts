import type {SomOptions} from "../network.js";
import {choice, countOr, number, type ValuesOf} from "../../analysis/options.js";

/** Options of SOM's test (Eq. 4). */
export const detectionOptions = {
  factor: number({
    least: 0,
    slider: 3,
    default: 1,
    trunk: true,
    about: "multiplies the class token's attention in Eq. 4",
    label: "factor m of Eq. 4",
    sweep: ["0.5", "0.75", "1.25", "1.5", "2", "3"]
  }),
  cap: countOr("none", {
    least: 1,
    slider: 60,
    default: "none",
    trunk: true,
    about: "most outliers per layer, by class attention",
    label: "most outliers a layer",
    sweep: ["5", "10", "20"]
  }),
  heads: choice({
    values: ["mean", "any", "vote"],
    trunk: true,
    about: "Eq. 4 on the head mean, or per head: any head, or most heads",
    label: "heads, before the test",
    sweep: ["any", "vote"]
  })
};

/** The test alone: outliers are reported in every layer and repaired in none. */
export function detectionOnly({factor, cap, heads}: ValuesOf<typeof detectionOptions>): SomOptions {
  return {factor, cap, heads, isolated: "keep", from: Infinity};
}
