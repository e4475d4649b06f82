import {median, type Numbers} from "../arrays.js";
import {above, type Detection} from "./detection.js";
import {number} from "../options.js";
import {defineDetector} from "./detector.js";

/**
 * Makes the median absolute deviation of a normal sample its standard deviation: 1 / Φ⁻¹(3/4); its inverse is 0.6745.
 */
export const MAD_TO_SIGMA = 1.4826;

export interface MadOptions {
  /** In robust standard deviations. 3.5 is the usual cut (Iglewicz and Hoaglin, 1993). */
  threshold?: number;
}

/**
 * Robust z-score of token norms (N, no class token): z_i = (‖x_i‖ − m) / (1.4826 · median_j |‖x_j‖ − m|) with m the
 * median. One-sided: only large norms are outliers. Where more than half of the norms are equal the deviation is 0, and
 * every other norm lies ±∞ away.
 */
export function mad(norms: Numbers, {threshold = 3.5}: MadOptions = {}): Detection {
  const centre = median(norms);
  const offsets = Float64Array.from(norms, (norm) => norm - centre);
  const sigma = MAD_TO_SIGMA * median(offsets.map(Math.abs));
  const scores = offsets.map((offset) => (offset === 0 ? 0 : offset / sigma));
  return {scores, outliers: above(scores, threshold)};
}

export const madDetector = defineDetector({
  name: "mad",
  label: "MAD",
  title: "robust z of the norm",
  about: "norms many robust standard deviations above the median",
  source: "Iglewicz and Hoaglin, 1993",
  reading: "MAD looks at the token’s norm too, and may find none.",
  unit: {label: "robust z"},
  colour: "#97bbf5",
  dash: "2 3",
  ranksBy: "norm",
  needs: ["norms"],
  options: {
    threshold: number({
      least: 0,
      slider: 20,
      step: 0.5,
      default: 3.5,
      about: "robust standard deviations above the median at which the set begins; the usual cut: 3.5",
      label: "MAD from",
      unit: "σ"
    })
  },
  detect: ({norms}, options) => mad(norms, options),
  caption: ({threshold}) => `above ${threshold}`
});
