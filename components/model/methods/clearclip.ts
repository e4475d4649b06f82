import type {Value} from "../graph.js";
import type {Network} from "../network.js";
import {registerOptions} from "../registerOptions.js";
import {withRegisters} from "../registers.js";
import {defineMethod} from "./method.js";

/** ClearCLIP: the last block is Wo · [sm(s qqᵀ) v] alone, without residual and MLP (docs/methods.md, 2). */
export const clearclip = defineMethod({
  name: "clearclip",
  title: "ClearCLIP",
  about: "Last block: query-query attention; no residual, no MLP.",
  source: "Lan et al., ECCV 2024",
  options: registerOptions,
  build(base, pixels, options) {
    const network = withRegisters(base, options);
    const last = network.geometry.layers;
    return network.patchFeatures(
      clearclipLayer(network, network.trunk(pixels, last - 1).passed(last - 1), network.tokens)
    );
  }
});

/** ClearCLIP's last block on x_{L-1}, (B·n) × D. Also SFP's ablation without SAE (Table 2). */
export function clearclipLayer(network: Network, x: Value, tokens: number): Value {
  const last = network.geometry.layers;
  const {query, value} = network.project(network.norm1(x, last), last, tokens);
  return network.mix(network.selfAttention(query), value, last);
}
