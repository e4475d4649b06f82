import {siglipOpenClipText, siglipText} from "../text/weights.js";
import {linear, norm, split, type Finder, type ImageWeights, type PoolWeights} from "../weights.js";
import type {Activation} from "../geometry.js";
import {huggingfaceBlocks} from "./blocks.js";
import {object} from "./config.js";
import {halfColours, type Family, type Source, type TextReading} from "./family.js";
import {patchEmbedding, timmImage} from "./vit.js";

/** Where timm's names begin: bare, or behind open_clip's `visual.trunk.`. */
const timmPrefix = ({find}: Source) => ["", "visual.trunk."].find((prefix) => find.has(`${prefix}attn_pool.latent`));

/** timm's architectures that have the tanh GELU; the others have the exact one. */
const tanh = /vit_base_patch32_siglip_256|vit_large_patch16_siglip_512|vit_so400m_patch16_|vit_giantopt_/;

/** SigLIP, and SigLIP 2 at a fixed resolution: no class token, a head that pools by attention. */
export const siglip: Family = {
  id: "siglip",
  title: "SigLIP",
  recognises: (source) =>
    timmPrefix(source) !== undefined ||
    (source.find.has("vision_model.embeddings.patch_embedding.weight") &&
      !source.find.has("vision_model.embeddings.class_embedding")),
  read(source) {
    const {find, config, kind} = source;
    const prefix = timmPrefix(source);
    const architecture = String(
      config.architecture ?? object(object(config.model_cfg).vision_cfg).timm_model_name ?? ""
    );
    const own = architecture ? (tanh.test(architecture) ? "gelu_pytorch_tanh" : "gelu") : undefined;
    return {
      naming: prefix === undefined ? "huggingface" : kind === "openclip" ? "openclip" : "timm",
      image:
        prefix === undefined
          ? huggingfaceImage(find)
          : {
              ...timmImage(find, prefix),
              patch: patchEmbedding(find, prefix),
              pool: timmPool(find, `${prefix}attn_pool.`)
            },
      prefix: {classToken: false, registers: 0},
      defaults: {
        epsilon: 1e-6,
        activation: prefix === undefined ? "gelu_pytorch_tanh" : own,
        ...halfColours,
        squash: true
      },
      positions: {classRow: false, conventions: {original: "size", huggingface: "size", timm: "antialias"}},
      text: textOf(source),
      ignored: /(^|\.)position_ids$|^logit_(scale|bias)$/
    };
  }
};

function huggingfaceImage(find: Finder): ImageWeights {
  const prefix = "vision_model.";
  const at = `${prefix}head.`;
  const packed = {weight: find(`${at}attention.in_proj_weight`), bias: find(`${at}attention.in_proj_bias`)};
  const [query, key, value] = split({...packed, stored: "out×in"}, 3);
  return {
    patch: {
      weight: find(`${prefix}embeddings.patch_embedding.weight`),
      bias: find(`${prefix}embeddings.patch_embedding.bias`)
    },
    positions: find(`${prefix}embeddings.position_embedding.weight`),
    blocks: huggingfaceBlocks(find, prefix),
    normPost: norm(find, `${prefix}post_layernorm`),
    pool: {
      probe: find(`${at}probe`),
      query,
      key,
      value,
      output: linear(find, `${at}attention.out_proj`),
      norm: norm(find, `${at}layernorm`),
      expand: linear(find, `${at}mlp.fc1`),
      contract: linear(find, `${at}mlp.fc2`)
    }
  };
}

function timmPool(find: Finder, at: string): PoolWeights {
  const [key, value] = split(linear(find, `${at}kv`), 2);
  return {
    probe: find(`${at}latent`),
    query: linear(find, `${at}q`),
    key,
    value,
    output: linear(find, `${at}proj`),
    norm: norm(find, `${at}norm`),
    expand: linear(find, `${at}mlp.fc1`),
    contract: linear(find, `${at}mlp.fc2`)
  };
}

/** Neither words nor padding are masked, and the last place of the whole context is the text's. */
function textOf({find, config}: Source): TextReading | undefined {
  const own = siglipText(find);
  const weights = own ?? siglipOpenClipText(find);
  if (!weights) return undefined;
  const text = object(object(config.model_cfg).text_cfg);
  const approximate = object(text.act_kwargs).approximate === "tanh";
  const activation: Activation = own || approximate ? "gelu_pytorch_tanh" : "gelu";
  return {weights, defaults: {epsilon: 1e-6, activation}, mask: "none", at: "last"};
}
