import {linear} from "../weights.js";
import {object} from "./config.js";
import {clipText} from "./clip.js";
import {classTokenWith, clipColours, type Family, type Source} from "./family.js";
import {refuseKeys} from "./refusals.js";
import {patchEmbedding, timmImage} from "./vit.js";

const at = "visual.trunk.";

const known = /^eva02_(base|large)_patch1[46]_clip_\d+$/;

/** EVA-02's CLIP: a table of positions and rotary ones, SwiGLU and attention with inner norms. */
export const eva02: Family = {
  id: "eva02",
  title: "EVA-02 CLIP",
  recognises: ({find}) => find.has(`${at}blocks.0.attn.q_proj.weight`) && find.has(`${at}blocks.0.mlp.fc1_g.weight`),
  read(source: Source) {
    const {find, config} = source;
    const vision = object(object(config.model_cfg).vision_cfg);
    const name = vision.timm_model_name;
    if (name !== undefined && !known.test(String(name)))
      throw new Error(`timm_model_name ${String(name)} is not known here; EVA-02's base and large CLIP towers are.`);
    for (const [key, usual] of [
      ["timm_pool", "token"],
      ["timm_proj", "none"]
    ] as const) {
      const stated = vision[key];
      if (stated !== undefined && stated !== null && stated !== usual && !(usual === "none" && stated === ""))
        throw new Error(`open_clip_config.json: ${key} ${JSON.stringify(stated)} is not known here; ${usual} is.`);
    }
    refuseKeys("timm_model_kwargs", object(vision.timm_model_kwargs), [
      "img_size",
      "patch_size",
      "embed_dim",
      "depth",
      "num_heads"
    ]);
    return {
      naming: "openclip",
      image: {
        ...timmImage(find, at),
        patch: patchEmbedding(find, at),
        projection: linear(find, `${at}head`)
      },
      prefix: classTokenWith(0),
      defaults: {epsilon: 1e-6, activation: "swiglu", ...clipColours},
      positions: {classRow: true, conventions: {original: "antialias", huggingface: "size", timm: "antialias"}},
      // 16 is the architecture's, whatever the trained grid.
      rope: () => ({kind: "eva02", base: 10000, grid: 16}),
      text: clipText(source, {epsilon: 1e-5, activation: "gelu"}),
      ignored: /^logit_(scale|bias)$|\.rope\./
    };
  }
};
