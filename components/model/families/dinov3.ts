import {dinov3Periods} from "../rope.js";
import {readFloats} from "../safetensors.js";
import {norm, type ImageWeights} from "../weights.js";
import {dinov3Blocks} from "./blocks.js";
import {positive} from "./config.js";
import {classTokenWith, imagenetColours, type Family, type Source} from "./family.js";
import {architectureOf, hasTimmNames, patchEmbedding, requireScales, timmImage} from "./vit.js";

const satelliteColours = {mean: [0.43, 0.411, 0.296], std: [0.213, 0.156, 0.143]} as const;

const prefixes = [
  ["", ""],
  ["", "model."],
  ["dinov3_vit.", "dinov3_vit."],
  ["model.", "model."]
] as const;

/** Where transformers' embeddings, and its layers, are found. */
const huggingfacePrefix = ({find}: Source) =>
  prefixes.find(
    ([outer, inner]) => find.has(`${outer}embeddings.cls_token`) && find.has(`${inner}layer.0.norm1.weight`)
  );

const hasOwnNames = (source: Source) =>
  hasTimmNames(source) &&
  (source.find.has("storage_tokens") ||
    /dinov3/.test(architectureOf(source)) ||
    "pos_embed_rope_base" in source.config ||
    (!source.find.has("pos_embed") && source.find.has("blocks.0.gamma_1")));

/** DINOv3: registers, rotary positions, no bias of keys. */
export const dinov3: Family = {
  id: "dinov3",
  title: "DINOv3",
  recognises: (source) => huggingfacePrefix(source) !== undefined || hasOwnNames(source),
  read(source) {
    const {find, config, kind} = source;
    const prefix = huggingfacePrefix(source);
    if (kind === "original") refuseRope(source);
    const image = prefix === undefined ? ownImage(source) : huggingfaceImage(source, prefix);
    requireScales(image, "DINOv3");
    const registers = image.registers?.shape.at(-2) ?? 0;
    if (!registers)
      throw new Error(
        "DINOv3 has storage tokens, and these weights have none (storage_tokens, register_tokens, reg_token); the file is incomplete."
      );
    const periods = find.optional("rope_embed.periods");
    const base = positive(config.rope_theta) ?? positive(config.pos_embed_rope_base) ?? 100;
    const satellite = /sat493m/i.test(`${source.repository ?? ""} ${architectureOf(source)}`);
    return {
      naming: prefix !== undefined ? "huggingface" : find.has("storage_tokens") ? "original" : "timm",
      image,
      prefix: classTokenWith(registers),
      defaults: {
        epsilon: 1e-5,
        activation: "gelu",
        image: 224,
        ...(satellite ? satelliteColours : imagenetColours)
      },
      rope: (headWidth) => ({
        kind: "dinov3",
        // The published files went through bfloat16: what the file says is what the original computes with.
        periods: periods ? [...readFloats(find.checkpoint, periods)] : dinov3Periods(base, headWidth)
      }),
      ignored: /(^|\.)mask_token$|(^|\.)(local_cls_norm|rope_embed|rope_embeddings)\./
    };
  }
};

function ownImage({find, config}: Source): ImageWeights {
  const image = {
    ...timmImage(find),
    patch: patchEmbedding(find),
    registers: find.optional("storage_tokens") ?? find.optional("reg_token")
  };
  if (image.blocks.some(({key}) => key.bias) && config.mask_k_bias !== false)
    throw new Error(
      "DINOv3 masks the bias of keys, and these weights have one without attn.qkv.bias_mask; the file is incomplete."
    );
  return image;
}

function huggingfaceImage({find, config}: Source, [outer, inner]: readonly [string, string]): ImageWeights {
  const at = `${outer}embeddings.`;
  const blocks = dinov3Blocks(find, inner);
  for (const [part, projection] of [
    ["query", "query"],
    ["key", "key"],
    ["value", "value"]
  ] as const) {
    const stated = config[`${part}_bias`];
    if (typeof stated === "boolean" && blocks.some((block) => (block[projection].bias !== undefined) !== stated))
      throw new Error(
        `config.json says ${part}_bias ${stated}, the weights say otherwise; one of the two is of another model.`
      );
  }
  return {
    patch: {weight: find(`${at}patch_embeddings.weight`), bias: find(`${at}patch_embeddings.bias`)},
    classToken: find(`${at}cls_token`),
    registers: find.optional(`${at}register_tokens`),
    blocks,
    normPost: norm(find, find.has(`${outer}norm.weight`) ? `${outer}norm` : `${inner}norm`)
  };
}

/** Rotary positions of other kinds than the released backbones have. */
function refuseRope({config}: Source): void {
  const normalised = config.pos_embed_rope_normalize_coords;
  if (normalised !== undefined && normalised !== "separate")
    throw new Error(`pos_embed_rope_normalize_coords ${String(normalised)} is not known here; "separate" is.`);
  for (const key of ["pos_embed_rope_min_period", "pos_embed_rope_max_period"])
    if (config[key] !== undefined && config[key] !== null)
      throw new Error(`${key} is not known here; rotary positions by a base are.`);
  if (config.untie_cls_and_patch_norms === true)
    throw new Error("This is DINOv3 with untied norms (cls_norm), which is not known here.");
}
