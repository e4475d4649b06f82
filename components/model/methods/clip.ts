import {detectionOnly, detectionOptions} from "./detection.js";
import type {Method} from "./method.js";

/**
 * CLIP as it was trained: the last block's patch tokens, through LNpost and the projection. Its options
 * do not change its features, only which outliers it reports.
 */
export const clip: Method = {
  title: "CLIP",
  about: "The model as trained; every patch token through the head.",
  source: "Radford et al., ICML 2021; docs/methods.md",
  options: detectionOptions,
  build(network, pixels, options) {
    const {layers} = network.geometry;
    const x = network.trunk(pixels, layers, detectionOnly(options)).passed(layers);
    network.probeImage(x);
    return network.patchFeatures(x);
  }
};
