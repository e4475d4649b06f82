import {defineMethod} from "./method.js";
import {lofOutliers} from "./lof.js";
import {keepAbove, aggregate, centredSoftmax, rowCosines, mixPatches, projectPatches} from "./parts.js";
import {count, layer, number} from "../../analysis/options.js";
import {repairInGraph} from "../som.js";
import type {Value} from "../graph.js";
import type {Network, TrunkGraph} from "../network.js";

/** Which blocks SC-CLIP and SFP's released code read; the numbers are those of a 12-block ViT-B. */
export const fusionOptions = {
  pre: layer({default: 9, about: "block whose similarities gather the features first"}),
  post: layer({default: 4, about: "block whose similarities gather them at the end"}),
  fuse_from: layer({default: 4, about: "first block of the second pass's sum"}),
  fuse_to: layer({default: 10, about: "last block of the second pass's sum"}),
  beta: number({least: -1, most: 1, default: 0.4, about: "similarities below it count as 0"}),
  class_weight: number({least: 0, default: 0.3, about: "how much of the class token is added to every patch"})
};

/** SC-CLIP: outliers by LOF repaired once, similarities of middle blocks gather the features (docs/methods.md, 2). */
export const scClip = defineMethod({
  name: "sc-clip",
  title: "SC-CLIP",
  about:
    "Outliers (LOF) of the last-but-one block repaired; features gathered by similarities of middle blocks, fused with them.",
  source: "Bai et al., arXiv 2411.15869",
  sliding: true,
  options: {
    ...fusionOptions,
    neighbours: count({least: 1, default: 30, about: "LOF's neighbours"}),
    contamination: number({least: 0.001, most: 0.5, default: 0.05, about: "LOF's share of outliers"})
  },
  build(network, pixels, {pre, post, beta, class_weight, neighbours, contamination, ...options}) {
    const {g, geometry, grid, patches} = network;
    const last = geometry.layers;
    const trunk = network.trunk(pixels, last - 1);
    const block = (layerNumber: number) => trunk.layers[layerNumber - 1].output;
    const raw = network.patchesOf(block(last - 1));
    const {outliers} = lofOutliers(g, raw, patches, neighbours, contamination);
    network.probe("released.outliers", outliers, [patches], "bool");
    const fixed = repairInGraph(g, raw, outliers, grid, "keep").features;
    const similarity = rowCosines(g, repairInGraph(g, network.patchesOf(block(pre)), outliers, grid, "keep").features);
    const structure = keepAbove(g, rowCosines(g, network.patchesOf(block(post))), beta);
    const shared = centredSoftmax(g, similarity, patches);
    const enhance = (features: typeof raw, classToken: typeof raw) => {
      const {key, value} = projectPatches(network, features);
      const attention = g.scale(g.add(shared, network.selfAttention(key)), 0.5);
      return aggregate(g, mixPatches(network, attention, value, classToken, class_weight), structure);
    };
    const first = enhance(aggregate(g, fixed, keepAbove(g, similarity, beta)), network.classOf(block(last - 1)));
    const sum = fusedSum(network, trunk, options);
    const second = enhance(network.patchesOf(sum), network.classOf(sum));
    return network.patchHead(g.add(first, second));
  }
});

/** Σ x_l over blocks `fuse_from` to `fuse_to`, (B·T) × D. */
export function fusedSum(
  network: Network,
  {layers}: TrunkGraph,
  {fuse_from: from, fuse_to: to}: {fuse_from: number; fuse_to: number}
): Value {
  if (from > to) throw new RangeError(`fuse_from=${from} lies behind fuse_to=${to}.`);
  return layers
    .slice(from - 1, to)
    .map(({output}) => output)
    .reduce((sum, x) => network.g.add(sum, x));
}
