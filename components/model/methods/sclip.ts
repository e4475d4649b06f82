import {registerOptions} from "../registerOptions.js";
import {withRegisters} from "../registers.js";
import {defineMethod} from "./method.js";

/** SCLIP: in the last block sm(s qqᵀ) + sm(s kkᵀ) for sm(s qkᵀ); residual and MLP stay (docs/methods.md, 2). */
export const sclip = defineMethod({
  name: "sclip",
  title: "SCLIP",
  about: "Last block: the sum of query-query and key-key attention; residual and MLP kept.",
  source: "Wang et al., ECCV 2024",
  sliding: true,
  options: registerOptions,
  build(base, pixels, options) {
    const network = withRegisters(base, options);
    const {g, tokens, geometry} = network;
    const last = geometry.layers;
    const x = network.trunk(pixels, last - 1).passed(last - 1);
    const {query, key, value} = network.project(network.norm1(x, last), last, tokens);
    const attention = g.add(network.selfAttention(query), network.selfAttention(key));
    const u = g.add(x, network.mix(attention, value, last));
    return network.patchFeatures(g.add(u, network.mlp(u, last)));
  }
});
