import {defineMethod} from "./method.js";
import {layer, number} from "../../analysis/options.js";
import {gaussian} from "./parts.js";

/**
 * ResCLIP's residual cross-correlation self-attention (RCS): the last block's attention mixed with the mean of the
 * middle blocks'. Its semantic feedback (SFR) comes in as a map, which `segmentation/semantic.ts` makes of a first
 * segmentation (docs/methods.md, 4.3).
 */
export const resclip = defineMethod({
  name: "resclip",
  title: "ResCLIP",
  about:
    "Last block: key-key attention with NACLIP's Gaussian, mixed with the mean attention of blocks 6 to 9; no residual, no MLP.",
  source: "Yang et al., CVPR 2025",
  options: {
    tau: number({least: 0.01, default: 2, about: "scale of the mixed attention, τ2"}),
    lambda: number({least: 0, most: 1, default: 0.3, about: "share of the middle blocks' attention, λ2"}),
    from: layer({default: 6, about: "first of the middle blocks"}),
    to: layer({default: 9, about: "last of the middle blocks"}),
    sigma: number({least: 0, default: 5, about: "the Gaussian's standard deviation in patches; 0 leaves it out"}),
    feedback_tau: number({least: 0.01, default: 1.8, about: "with segment --feedback: scale of the logits, τ1"}),
    feedback_lambda: number({
      least: 0,
      most: 1,
      default: 0.7,
      about: "with segment --feedback: share of the first segmentation, λ1"
    })
  },
  build(network, pixels, {from, to, lambda, sigma, tau, feedback_tau, feedback_lambda}, {semantic}) {
    const {g, tokens, geometry} = network;
    const last = geometry.layers;
    if (from > to) throw new RangeError(`resclip: from=${from} lies behind to=${to}; there is nothing to average.`);
    const trunk = network.trunk(pixels, last - 1);
    const maps = trunk.layers.slice(from - 1, to).map(({attention}) => attention);
    const middle = g.scale(
      maps.reduce((sum, map) => g.add(sum, map)),
      1 / maps.length
    );
    const {key, value} = network.project(network.norm1(trunk.passed(last - 1), last), last, tokens);
    const alike = network.logits(key, key);
    const logits = semantic
      ? g.scale(g.add(g.scale(alike, 1 - feedback_lambda), g.scale(semantic, feedback_lambda)), feedback_tau)
      : alike;
    const own = g.softmax(sigma ? g.add(logits, gaussian(network, sigma)) : logits);
    const attention = g.scale(g.add(g.scale(own, 1 - lambda), g.scale(middle, lambda)), tau);
    return network.patchFeatures(network.mix(attention, value, last));
  }
});
