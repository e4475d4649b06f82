import type {Method} from "./method.js";

/** CLIP as it was trained: the last block's patch tokens, through LNpost and the projection. */
export const clip: Method = {
  title: "CLIP",
  about: "The model as trained; every patch token through the head.",
  source: "Radford et al., ICML 2021; docs/methods.md, Notation",
  options: {},
  build(network, pixels) {
    const {layers} = network.geometry;
    const x = network.trunk(pixels, layers).passed(layers);
    network.probeImage(x);
    return network.patchFeatures(x);
  }
};
