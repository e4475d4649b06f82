import {registerOptions} from "../registerOptions.js";
import {withRegisters} from "../registers.js";
import {detectionOnly, detectionOptions} from "./detection.js";
import {defineMethod} from "./method.js";

/**
 * CLIP as it was trained: the last block's patch tokens, through LNpost and the projection. Its options
 * do not change its features, only which outliers it reports.
 */
export const clipMethod = defineMethod({
  name: "clip",
  title: "CLIP",
  about: "The model as trained; every patch token through the head.",
  source: "Radford et al., ICML 2021",
  sliding: true,
  options: {...detectionOptions, ...registerOptions},
  build(base, pixels, options) {
    const network = withRegisters(base, options);
    const {layers} = network.geometry;
    const x = network.trunk(pixels, layers, detectionOnly(options)).passed(layers);
    network.probeImage(x);
    return network.patchFeatures(x);
  }
});
