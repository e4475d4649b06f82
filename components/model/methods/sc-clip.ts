import type {Method} from "./method.js";
import {lofOutliers} from "./lof.js";
import {above, aggregate, centredSoftmax, cosines, mixPatches, projectPatches, sumOfOutputs} from "./parts.js";
import type {OptionSpecs} from "../../analysis/options.js";
import {repair} from "../som.js";

/** Which blocks SC-CLIP and SFP's released code read; the numbers are those of a 12-block ViT-B. */
export const fusionOptions: OptionSpecs = {
  pre: {
    kind: "number",
    least: 1,
    integer: true,
    default: 9,
    about: "block whose similarities gather the features first"
  },
  post: {kind: "number", least: 1, integer: true, default: 4, about: "block whose similarities gather them at the end"},
  fuse_from: {kind: "number", least: 1, integer: true, default: 4, about: "first block of the second pass's sum"},
  fuse_to: {kind: "number", least: 1, integer: true, default: 10, about: "last block of the second pass's sum"},
  beta: {kind: "number", least: -1, most: 1, default: 0.4, about: "similarities below it count as 0"},
  class_weight: {kind: "number", least: 0, default: 0.3, about: "how much of the class token is added to every patch"}
};

/** SC-CLIP: outliers by LOF repaired once, similarities of middle blocks gather the features (docs/methods.md). */
export const scClip: Method = {
  title: "SC-CLIP",
  about:
    "Outliers (LOF) of the last-but-one block repaired; features gathered by similarities of middle blocks, fused with them.",
  source: "Bai et al., arXiv 2411.15869",
  options: {
    ...fusionOptions,
    neighbours: {kind: "number", least: 1, integer: true, default: 30, about: "LOF's neighbours"},
    contamination: {kind: "number", least: 0.001, most: 0.5, default: 0.05, about: "LOF's share of outliers"}
  },
  build(network, pixels, options) {
    const {g, geometry, grid, patches} = network;
    const last = geometry.layers;
    const {beta, class_weight: weight} = {beta: Number(options.beta), class_weight: Number(options.class_weight)};
    const trunk = network.trunk(pixels, last - 1);
    const block = blockReader(trunk, last);
    const raw = network.patchesOf(block("x", last - 1));
    const {outliers} = lofOutliers(g, raw, patches, Number(options.neighbours), Number(options.contamination));
    network.probe("released.outliers", outliers, [patches], "bool");
    const fixed = repair(g, raw, outliers, grid, "keep").features;
    const similarity = cosines(
      g,
      repair(g, network.patchesOf(block("pre", options.pre)), outliers, grid, "keep").features
    );
    const structure = above(g, cosines(g, network.patchesOf(block("post", options.post))), beta);
    const shared = centredSoftmax(g, similarity, patches);
    const enhance = (features: typeof raw, classToken: typeof raw) => {
      const {key, value} = projectPatches(network, features);
      const attention = g.scale(g.add(shared, network.selfAttention(key)), 0.5);
      return aggregate(g, mixPatches(network, attention, value, classToken, weight), structure);
    };
    const first = enhance(aggregate(g, fixed, above(g, similarity, beta)), network.classOf(block("x", last - 1)));
    const sum = sumOfOutputs(network, fusedBlocks(block, options));
    const second = enhance(network.patchesOf(sum), network.classOf(sum));
    return network.patchHead(g.add(first, second));
  }
};

/** Reads a block's output by number, and says which option asked for one that is not there. */
export function blockReader({layers}: {layers: {output: {name: string}}[]}, last: number) {
  return (option: string, block: string | number) => {
    const layer = layers[Number(block) - 1];
    if (layer) return layer.output;
    throw new RangeError(
      `${option}=${block} is not a block before the last; this model has blocks 1 to ${last - 1} there.`
    );
  };
}

/** The outputs of blocks `fuse_from` to `fuse_to`. */
export function fusedBlocks(
  block: ReturnType<typeof blockReader>,
  {fuse_from: from, fuse_to: to}: Record<string, string | number>
) {
  if (Number(from) > Number(to)) throw new RangeError(`fuse_from=${from} lies behind fuse_to=${to}.`);
  return Array.from({length: Number(to) - Number(from) + 1}, (_, i) => block("fuse_to", Number(from) + i));
}
