import {count, number} from "../../analysis/options.js";
import {defineMethod} from "./method.js";
import {sclip} from "./sclip.js";

/**
 * LaVG: SCLIP's features, gathered within regions that a second model's keys cut the picture into. The features are the
 * graph's; regions and scores come after it, without LaVG's CRF (docs/methods.md, 5.4).
 */
export const lavg = defineMethod({
  name: "lavg",
  title: "LaVG",
  about: "SCLIP's features, averaged within regions that normalised cuts of a second model's keys find; no CRF.",
  source: "Kang and Cho, ECCV 2024",
  proxy: "regions",
  options: {
    tau: number({least: -1, most: 1, default: 0.3, about: "keys more alike than this are joined"}),
    masks: count({least: 1, most: 32, slider: 16, default: 8, about: "regions at most, besides what is left"})
  },
  build: (network, pixels) => sclip.build(network, pixels)
});
