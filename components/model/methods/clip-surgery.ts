import {defineMethod} from "./method.js";
import {count} from "../../analysis/options.js";

/**
 * CLIP Surgery: beside the ordinary path a second one gathers value-value attention of the last blocks,
 * always projected from the ordinary path, without MLPs. Its feature surgery is about heat maps and is in
 * `segmentation/surgery.ts`.
 */
export const clipSurgery = defineMethod({
  name: "clip-surgery",
  title: "CLIP Surgery",
  about: "The last six blocks' value-value attention, added up on a path of its own without MLPs.",
  source: "Li et al., Pattern Recognition 2025",
  sliding: true,
  options: {
    depth: count({least: 1, default: 6, about: "how many of the last blocks have the second path"})
  },
  build(network, pixels, {depth}) {
    const {g, tokens, geometry} = network;
    const {layers} = geometry;
    const trunk = network.trunk(pixels, layers);
    const first = Math.max(1, layers - depth + 1);
    let gathered = trunk.passed(first - 1);
    for (let layer = first; layer <= layers; ++layer) {
      const {value} = network.project(network.norm1(trunk.passed(layer - 1), layer), layer, tokens);
      gathered = g.add(gathered, network.mix(network.selfAttention(value), value, layer));
    }
    return network.patchFeatures(gathered);
  }
});
