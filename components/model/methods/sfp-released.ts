import type {Value} from "../graph.js";
import type {Network, Trunk} from "../network.js";
import {detect, repair} from "../som.js";
import {lofOutliers} from "./lof.js";
import type {Method} from "./method.js";
import {choice, type OptionSpecs, type OptionValues} from "../../analysis/options.js";
import {above, aggregate, centredSoftmax, cosines, mixPatches, projectPatches, sumOfOutputs} from "./parts.js";
import {blockReader, fusedBlocks, fusionOptions} from "./sc-clip.js";

/** The released code's detector: the constants it hides, as options. */
export const releasedDetection: OptionSpecs = {
  detector: choice("class against self, the ten largest norms, or SC-CLIP's LOF", "som", "l2", "lof"),
  factor: {
    kind: "number",
    least: 0,
    default: 1.5,
    about: "multiplies the class token's attention; hidden in the code as 0.3 · 5"
  },
  cap: {kind: "number", least: 1, integer: true, word: "none", default: 10, about: "most outliers, by class attention"}
};

/**
 * SFP as released (March 2026), another algorithm than the paper's: no repair between blocks, one detection
 * before the last, SC-CLIP's similarity aggregation and second pass, no integrated attention (docs/methods.md).
 */
export const sfpReleased: Method = {
  title: "SFP, released code",
  about: "Outliers repaired once, before the last block; SC-CLIP's aggregation and fusion; no integrated attention.",
  source: "github.com/Kimsure/SFP, commit 2804f5b",
  options: {
    ...releasedDetection,
    ...fusionOptions,
    bugs: choice("an isolated outlier is kept, or becomes a zero vector as in the code", "fix", "keep")
  },
  build(network, pixels, options) {
    const {g, geometry, grid, patches} = network;
    const last = geometry.layers;
    const beta = Number(options.beta);
    const weight = Number(options.class_weight);
    const trunk = network.trunk(pixels, last - 1);
    const block = blockReader(trunk, last);
    const x = block("x", last - 1);
    const outliers = releasedOutliers(network, trunk, options);
    const fix = (features: Value) =>
      repair(g, features, outliers, grid, options.bugs === "keep" ? "zero" : "keep").features;
    const similarity = above(g, cosines(g, fix(network.patchesOf(block("pre", options.pre)))), beta);
    const structure = above(g, cosines(g, network.patchesOf(block("post", options.post))), beta);
    const shared = centredSoftmax(g, similarity, patches);

    const gathered = aggregate(g, fix(network.patchesOf(x)), similarity);
    const {query, key, value} = projectPatches(network, gathered);
    const attention = g.scale(g.add(g.add(network.selfAttention(key), network.selfAttention(query)), shared), 1 / 3);
    const first = mixPatches(network, attention, value, network.classOf(x), weight);

    const sum = sumOfOutputs(network, fusedBlocks(block, options));
    const summed = projectPatches(network, network.patchesOf(sum)).value;
    const second = mixPatches(network, shared, summed, network.classOf(sum), weight);
    return network.patchHead(g.add(aggregate(g, first, structure), aggregate(g, second, structure)));
  }
};

/** The set of block L − 1, B × N, offered as the probe "released.outliers". */
export function releasedOutliers(network: Network, {layers}: Trunk, {detector, factor, cap}: OptionValues): Value {
  const {g, patches} = network;
  const layer = layers.at(-1)!;
  const features = network.patchesOf(layer.output);
  const largest = () => {
    // The cap picks the largest norms among all patches: a test that every patch passes.
    const norms = g.unsqueeze(g.norm(features, 2, false), 1);
    const zeros = g.scale(norms, 0);
    return detect(
      g,
      {classRow: norms, diagonal: g.subtract(zeros, g.scalar(1))},
      {factor: 1, cap: cap === "none" ? patches : Number(cap), heads: "mean"},
      patches
    );
  };
  const outliers =
    detector === "l2"
      ? largest()
      : detector === "lof"
        ? lofOutliers(g, features, patches).outliers
        : detect(g, layer, {factor: Number(factor), cap: cap as number | "none", heads: "mean"}, patches);
  network.probe("released.outliers", outliers, [patches], "bool");
  return outliers;
}
