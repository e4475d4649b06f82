import {classTokenWith, imagenetColours, type Family} from "./family.js";
import {architectureOf, hasScales, hasTimmNames, patchEmbedding, timmImage} from "./vit.js";

/**
 * DINO: timm's names without a classifier. Its own code resamples positions as CLIP's methods do, with 0.1 added to the
 * grid, and its pixels have ImageNet's colours.
 */
export const dino: Family = {
  id: "dino",
  title: "DINO",
  recognises: (source) =>
    hasTimmNames(source) &&
    source.find.has("cls_token") &&
    source.find.has("patch_embed.proj.bias") &&
    !["head.weight", "norm_pre.weight", "fc_norm.weight", "reg_token"].some(source.find.has) &&
    !hasScales(source) &&
    (architectureOf(source) === "" || /dino/.test(architectureOf(source))),
  read({find}) {
    return {
      naming: "original",
      image: {...timmImage(find), patch: patchEmbedding(find)},
      prefix: classTokenWith(0),
      defaults: {epsilon: 1e-6, activation: "gelu", ...imagenetColours},
      positions: {classRow: true, conventions: {original: "offset", huggingface: "size", timm: "antialias"}},
      ignored: /^$/
    };
  }
};
