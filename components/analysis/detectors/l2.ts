import type {Numbers} from "../arrays.js";
import {greatest, type Detection} from "./detection.js";
import {count} from "../options.js";
import {defineDetector} from "./detector.js";

export interface L2Options {
  /** How many patches to take. SFP's released code and an early SC-CLIP: 10. */
  count?: number;
}

/** The patches with the largest token norms ‖x_i‖₂ (N, no class token). It always finds `count`, outliers or not. */
export function l2(norms: Numbers, {count = 10}: L2Options = {}): Detection {
  return {scores: Float64Array.from(norms), outliers: greatest(norms, count)};
}

export const l2Detector = defineDetector({
  name: "l2",
  label: "L2",
  title: "largest norms",
  about: "the patches with the largest token norms, always as many as count",
  source: "SFP's released code",
  reading: "L2 looks at the token’s norm and finds a fixed number whatever the layer.",
  unit: {label: "norm, times the median", shown: "over median", from: 1},
  colour: "#9c6b4e",
  dash: "9 2 2 2",
  ranksBy: "norm",
  needs: ["norms"],
  options: {
    count: count({
      least: 0,
      slider: 60,
      default: 10,
      about: "how many patches it takes, outliers or not; SFP's released code: 10",
      label: "L2 takes",
      unit: "largest"
    })
  },
  detect: ({norms}, options) => l2(norms, options),
  caption: ({count: most}) => `the ${most} largest`
});
