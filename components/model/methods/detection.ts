import type {SomOptions} from "../network.js";
import {choice, type OptionSpecs, type OptionValues} from "../../analysis/options.js";

/** Options of SOM's test (Eq. 4). */
export const detectionOptions: OptionSpecs = {
  factor: {kind: "number", least: 0, default: 1, about: "multiplies the class token's attention in Eq. 4"},
  cap: {
    kind: "number",
    least: 1,
    integer: true,
    word: "none",
    default: "none",
    about: "most outliers per layer, by class attention"
  },
  heads: choice("Eq. 4 on the head mean, or per head: any head, or most heads", "mean", "any", "vote")
};

/** The test alone: outliers are reported in every layer and repaired in none. */
export function detectionOnly({factor, cap, heads}: OptionValues): SomOptions {
  return {factor, cap, heads, isolated: "keep", from: Infinity} as SomOptions;
}
