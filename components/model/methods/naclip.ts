import {registerOptions} from "../registerOptions.js";
import {withRegisters} from "../registers.js";
import {defineMethod} from "./method.js";
import {number} from "../../analysis/options.js";
import {gaussian} from "./parts.js";

/** NACLIP: key-key attention with a Gaussian of the patches' distance added to its logits. */
export const naclip = defineMethod({
  name: "naclip",
  title: "NACLIP",
  about: "Last block: key-key attention drawn to the neighbourhood by a Gaussian; no residual, no MLP.",
  source: "Hajimiri et al., WACV 2025",
  sliding: true,
  options: {
    sigma: number({least: 0.01, default: 5, about: "the Gaussian's standard deviation, in patches"}),
    ...registerOptions
  },
  build(base, pixels, {sigma, ...options}) {
    const network = withRegisters(base, options);
    const {g, tokens, geometry} = network;
    const last = geometry.layers;
    const x = network.trunk(pixels, last - 1).passed(last - 1);
    const {key, value} = network.project(network.norm1(x, last), last, tokens);
    const attention = g.softmax(g.add(network.logits(key, key), gaussian(network, sigma)));
    return network.patchFeatures(network.mix(attention, value, last));
  }
});
