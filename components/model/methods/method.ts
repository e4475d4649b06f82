import type {Value} from "../graph.js";
import type {Network} from "../network.js";
import type {OptionSpecs, OptionValues} from "../../analysis/options.js";

/**
 * A way to get dense features out of a frozen ViT. A new method is a file in this folder and a line in
 * `index.ts`.
 */
export interface Method {
  /** As people write it: "ClearCLIP". */
  title: string;
  /** One sentence: what it changes. */
  about: string;
  /** Where it is defined: an equation, a paper, a section of docs/methods.md. */
  source: string;
  options: OptionSpecs;
  /**
   * Adds the method to the network and returns its dense features before L2 normalisation, B × N × E,
   * patches only. Whatever else it computes it may offer as probes.
   *
   * @param semantic which patches belong together, B × 1 × T × T, where the caller knows (ResCLIP's SFR)
   */
  build(network: Network, pixels: Value, options: OptionValues, semantic?: Value): Value;
}
