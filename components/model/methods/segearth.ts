import type {Value} from "../graph.js";
import type {Network} from "../network.js";
import type {Projections} from "../tower.js";
import {defineMethod} from "./method.js";

/** SegEarth-OV's last block (its trained upsampler is not part of it). */
export const segearth = defineMethod({
  name: "segearth",
  title: "SegEarth-OV",
  about: "Last block: query-query, key-key and value-value attention summed; no residual, no MLP.",
  source: "Li et al., CVPR 2025",
  options: {},
  build(network, pixels) {
    const last = network.geometry.layers;
    const x = network.trunk(pixels, last - 1).passed(last - 1);
    const projections = network.project(network.norm1(x, last), last, network.tokens);
    return network.patchFeatures(network.mix(threeTerms(network, projections), projections.value, last));
  }
});

/** sm(s qqᵀ) + sm(s kkᵀ) + sm(s vvᵀ): rows sum to 3. */
export function threeTerms(network: Network, {query, key, value}: Projections): Value {
  const {g} = network;
  return g.add(g.add(network.selfAttention(query), network.selfAttention(key)), network.selfAttention(value));
}
