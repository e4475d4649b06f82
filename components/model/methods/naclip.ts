import type {Method} from "./method.js";
import {gaussian} from "./parts.js";

/** NACLIP: key-key attention with a Gaussian of the patches' distance added to its logits. */
export const naclip: Method = {
  title: "NACLIP",
  about: "Last block: key-key attention drawn to the neighbourhood by a Gaussian; no residual, no MLP.",
  source: "Hajimiri et al., WACV 2025",
  options: {sigma: {kind: "number", least: 0.01, default: 5, about: "the Gaussian's standard deviation, in patches"}},
  build(network, pixels, {sigma}) {
    const {g, tokens, geometry} = network;
    const last = geometry.layers;
    const x = network.trunk(pixels, last - 1).passed(last - 1);
    const {key, value} = network.project(network.norm1(x, last), last, tokens);
    const attention = g.softmax(g.add(network.logits(key, key), gaussian(network, Number(sigma))));
    return network.patchFeatures(network.mix(attention, value, last));
  }
};
