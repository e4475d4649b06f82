import {repairInGraph} from "../som.js";
import {defineMethod} from "./method.js";
import {mixPatches, projectPatches} from "./parts.js";
import {fusedSum, fusionOptions} from "./sc-clip.js";
import {isolatedBug, releasedDetection, releasedOutliers} from "./sfp-released.js";
import type {Value} from "../graph.js";

/** SFP's code as of December 2025, to which its only published log belongs: one repair, two passes of the same attention. */
export const sfp202512 = defineMethod({
  name: "sfp-2025-12",
  title: "SFP, code of December 2025",
  short: "SFP, Dec. 2025",
  about:
    "Outliers repaired once, before the last block; the mean of query-query and key-key attention, also over summed blocks.",
  source: "github.com/Kimsure/SFP, log of 7 December 2025",
  options: {
    ...releasedDetection,
    fuse_from: fusionOptions.fuse_from,
    fuse_to: {...fusionOptions.fuse_to, default: 11},
    class_weight: fusionOptions.class_weight,
    bugs: isolatedBug
  },
  build(network, pixels, options) {
    const {g, geometry, grid} = network;
    const trunk = network.trunk(pixels, geometry.layers - 1);
    const x = trunk.passed(geometry.layers - 1);
    const outliers = releasedOutliers(network, trunk, options);
    const pass = (features: Value, classToken: Value) => {
      const {query, key, value} = projectPatches(network, features);
      const attention = g.scale(g.add(network.selfAttention(key), network.selfAttention(query)), 0.5);
      return mixPatches(network, attention, value, classToken, options.class_weight);
    };
    const fixed = repairInGraph(
      g,
      network.patchesOf(x),
      outliers,
      grid,
      options.bugs === "keep" ? "zero" : "keep"
    ).features;
    const first = pass(fixed, network.classOf(x));
    const sum = fusedSum(network, trunk, options);
    return network.patchHead(g.add(first, pass(network.patchesOf(sum), network.classOf(sum))));
  }
});
