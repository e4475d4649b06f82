import type {Value} from "../graph.js";
import type {Network, TrunkGraph} from "../network.js";
import {detect, repairInGraph} from "../som.js";
import {lofOutliers} from "./lof.js";
import {defineMethod} from "./method.js";
import {choice, countOr, number, type ValuesOf} from "../../analysis/options.js";
import {keepAbove, aggregate, centredSoftmax, rowCosines, mixPatches, projectPatches} from "./parts.js";
import {fusedSum, fusionOptions} from "./sc-clip.js";

/** The released code's detector: the constants it hides, as options. */
export const releasedDetection = {
  detector: choice({
    values: ["som", "l2", "lof"],
    about: "class against self, the ten largest norms, or SC-CLIP's LOF"
  }),
  factor: number({
    least: 0,
    slider: 3,
    default: 1.5,
    about: "multiplies the class token's attention; hidden in the code as 0.3 · 5"
  }),
  cap: countOr("none", {least: 1, slider: 60, default: 10, about: "most outliers, by class attention"})
};

/** What becomes of an outlier all of whose neighbours are outliers. */
export const isolatedBug = choice({
  values: ["fix", "keep"],
  about: "an isolated outlier is kept, or becomes a zero vector as in the code"
});

/**
 * SFP as released (March 2026), another algorithm than the paper's: no repair between blocks, one detection
 * before the last, SC-CLIP's similarity aggregation and second pass, no integrated attention (docs/methods.md, 4.4).
 */
export const sfpReleased = defineMethod({
  name: "sfp-released",
  title: "SFP, released code",
  short: "SFP, released",
  about: "Outliers repaired once, before the last block; SC-CLIP's aggregation and fusion; no integrated attention.",
  source: "github.com/Kimsure/SFP, commit 2804f5b",
  options: {
    ...releasedDetection,
    ...fusionOptions,
    bugs: isolatedBug
  },
  build(network, pixels, options) {
    const {g, geometry, grid, patches} = network;
    const {beta, class_weight: weight} = options;
    const trunk = network.trunk(pixels, geometry.layers - 1);
    const block = (layerNumber: number) => trunk.layers[layerNumber - 1].output;
    const x = block(geometry.layers - 1);
    const outliers = releasedOutliers(network, trunk, options);
    const fix = (features: Value) =>
      repairInGraph(g, features, outliers, grid, options.bugs === "keep" ? "zero" : "keep").features;
    const similarity = keepAbove(g, rowCosines(g, fix(network.patchesOf(block(options.pre)))), beta);
    const structure = keepAbove(g, rowCosines(g, network.patchesOf(block(options.post))), beta);
    const shared = centredSoftmax(g, similarity, patches);

    const gathered = aggregate(g, fix(network.patchesOf(x)), similarity);
    const {query, key, value} = projectPatches(network, gathered);
    const attention = g.scale(g.add(g.add(network.selfAttention(key), network.selfAttention(query)), shared), 1 / 3);
    const first = mixPatches(network, attention, value, network.classOf(x), weight);

    const sum = fusedSum(network, trunk, options);
    const summed = projectPatches(network, network.patchesOf(sum)).value;
    const second = mixPatches(network, shared, summed, network.classOf(sum), weight);
    return network.patchHead(g.add(aggregate(g, first, structure), aggregate(g, second, structure)));
  }
});

/** The set of block L − 1, B × N, offered as the probe "released.outliers". */
export function releasedOutliers(
  network: Network,
  {layers}: TrunkGraph,
  {detector, factor, cap}: ValuesOf<typeof releasedDetection>
): Value {
  const {g, patches} = network;
  const layer = layers.at(-1)!;
  const features = network.patchesOf(layer.output);
  const norms = g.norm(features, 2, false);
  const test = {factor, cap, heads: "mean"} as const;
  const outliers =
    detector === "l2"
      ? detect(g, {...layer, norms}, {...test, cap: cap === "none" ? patches : cap, choose: "norm"}, patches)
      : detector === "lof"
        ? lofOutliers(g, features, patches).outliers
        : detect(g, {...layer, norms}, test, patches);
  network.probe("released.outliers", outliers, [patches], "bool");
  return outliers;
}
