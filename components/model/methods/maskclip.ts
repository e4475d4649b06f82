import {registerOptions} from "../registerOptions.js";
import {withRegisters} from "../registers.js";
import {defineMethod} from "./method.js";
import {choice} from "../../analysis/options.js";

/** MaskCLIP: the last block's mixing matrix is the identity, so each token keeps its own value (docs/methods.md, 4.1). */
export const maskclip = defineMethod({
  name: "maskclip",
  title: "MaskCLIP",
  about: "Last block: every token's own value; no mixing.",
  source: "Zhou et al., ECCV 2022",
  options: {
    variant: choice({
      values: ["value", "residual"],
      about: "the value alone, as later papers re-code it, or the original's residual and MLP too"
    }),
    ...registerOptions
  },
  build(base, pixels, {variant, ...options}) {
    const network = withRegisters(base, options);
    const {g, geometry} = network;
    const last = geometry.layers;
    const x = network.trunk(pixels, last - 1).passed(last - 1);
    const value = network.ownValue(network.norm1(x, last), last);
    if (variant === "value") return network.patchFeatures(value);
    const u = g.add(x, value);
    return network.patchFeatures(g.add(u, network.mlp(u, last)));
  }
});
