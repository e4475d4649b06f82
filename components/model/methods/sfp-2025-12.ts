import {repair} from "../som.js";
import type {Method} from "./method.js";
import {choice} from "../../analysis/options.js";
import {mixPatches, projectPatches, sumOfOutputs} from "./parts.js";
import {blockReader, fusedBlocks, fusionOptions} from "./sc-clip.js";
import {releasedDetection, releasedOutliers} from "./sfp-released.js";
import type {Value} from "../graph.js";

/** SFP's code as of December 2025, to which its only published log belongs: one repair, two passes of the same attention. */
export const sfp202512: Method = {
  title: "SFP, code of December 2025",
  about:
    "Outliers repaired once, before the last block; the mean of query-query and key-key attention, also over summed blocks.",
  source: "github.com/Kimsure/SFP, log of 7 December 2025",
  options: {
    ...releasedDetection,
    fuse_from: fusionOptions.fuse_from,
    fuse_to: {...fusionOptions.fuse_to, kind: "number", least: 1, default: 11},
    class_weight: fusionOptions.class_weight,
    bugs: choice("an isolated outlier is kept, or becomes a zero vector as in the code", "fix", "keep")
  },
  build(network, pixels, options) {
    const {g, geometry, grid} = network;
    const last = geometry.layers;
    const trunk = network.trunk(pixels, last - 1);
    const block = blockReader(trunk, last);
    const x = block("x", last - 1);
    const outliers = releasedOutliers(network, trunk, options);
    const pass = (features: Value, classToken: Value) => {
      const {query, key, value} = projectPatches(network, features);
      const attention = g.scale(g.add(network.selfAttention(key), network.selfAttention(query)), 0.5);
      return mixPatches(network, attention, value, classToken, Number(options.class_weight));
    };
    const fixed = repair(g, network.patchesOf(x), outliers, grid, options.bugs === "keep" ? "zero" : "keep").features;
    const first = pass(fixed, network.classOf(x));
    const sum = sumOfOutputs(network, fusedBlocks(block, options));
    return network.patchHead(g.add(first, pass(network.patchesOf(sum), network.classOf(sum))));
  }
};
