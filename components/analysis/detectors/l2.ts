import type {Numbers} from "../arrays.js";
import {greatest, type Detection} from "./detection.js";

export interface L2Options {
  /** How many patches to take. SFP's released code and an early SC-CLIP: 10. */
  count?: number;
}

/** The patches with the largest token norms ‖x_i‖₂ (N, no class token). It always finds `count`, outliers or not. */
export function l2(norms: Numbers, {count = 10}: L2Options = {}): Detection {
  return {scores: Float64Array.from(norms), outliers: greatest(norms, count)};
}
