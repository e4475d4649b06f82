/** The golden file's features, each with the method and options that must give them. */
import type {GivenOptions} from "../../components/analysis/options.js";
import {decode, golden, type Encoded} from "./golden.js";

export const cases: [name: string, method: string, options?: GivenOptions][] = [
  ["vanilla", "clip"],
  ["vanilla_nonsquare", "clip"],
  ["sclip", "sclip"],
  ["clearclip", "clearclip"],
  ["sfp_paper_block", "sfp"],
  ["sfp_paper_literal", "sfp", {sae: "literal"}],
  ["sfp_paper_clear", "sfp", {sae: "clear"}],
  ["sfp_paper_block_nohai", "sfp", {hai: "off"}],
  ["sfp_paper_som_only_clearclip", "sfp", {sae: "none", hai: "off"}],
  ["sfp_paper_block_iter3", "sfp", {rounds: 3}],
  ["sfp_paper_block_l0_8", "sfp", {l0: 8}],
  ["sfp_paper_block_nocls", "sfp", {class_token: "drop"}],
  ["maskclip_value_only", "maskclip"],
  ["naclip_sigma5", "naclip"],
  ["naclip_sigma5_nonsquare", "naclip"],
  ["segearth_qq_kk_vv", "segearth"],
  ["clip_surgery_last6", "clip-surgery"],
  ["gem_last6_iter1", "gem"],
  ["cliptrase_features", "cliptrase"],
  ["sc_clip", "sc-clip"],
  ["resclip_rcs_tau2_lam0.3", "resclip"],
  ["sfp_released_head", "sfp-released"],
  ["sfp_dec2025_cross_e11", "sfp-2025-12"]
];

/** Expected features; where the class token is included, its row is dropped, as ours drop it. */
export function expectedFeatures(name: string): Float32Array {
  const {shape} = golden.expected[name];
  const values = decode(golden.expected[name]);
  const hasClassToken = shape[0] % golden.config.grid === 1; // both grids have 7 rows
  return hasClassToken ? values.subarray(shape[1]) : values;
}

/** The image that an entry was computed from. */
export function imageOf(name: string): Encoded {
  return name.endsWith("nonsquare") ? golden.image_nonsquare : golden.image;
}
