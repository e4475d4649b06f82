import {huggingfaceText, openaiText} from "../text/weights.js";
import {unbiased, norm, type ImageWeights} from "../weights.js";
import {huggingfaceBlocks, openaiBlocks} from "./blocks.js";
import {imageConfig, object, type Json} from "./config.js";
import {classTokenWith, clipColours, type Family, type Reading, type Source, type TextReading} from "./family.js";
import {refuseKeys} from "./refusals.js";

/** Buffers and scales that no feature depends on. */
const ignored = /(^|\.)(position_ids|logit_scale|logit_bias|attn_mask)$|^(context_length|input_resolution|vocab_size)$/;

/** Which of the two places OpenAI's names are found at, if any: `visual.conv1.weight`, or bare. */
function openaiPrefix({find}: Source): string | undefined {
  return ["visual.", ""].find((prefix) => find.has(`${prefix}class_embedding`) && find.has(`${prefix}conv1.weight`));
}

function huggingfacePrefix({find}: Source): string | undefined {
  return ["vision_model.", ""].find((prefix) => find.has(`${prefix}embeddings.class_embedding`));
}

const hasClipNames = (source: Source) => openaiPrefix(source) !== undefined || huggingfacePrefix(source) !== undefined;

/** OpenAI's own repositories, and timm's copies of the same weights. */
const fromOpenai = /^openai\/|^timm\/.*\.openai$/;

/** Width, patch and features of the ViTs that OpenAI published. */
const published = ["768 32 512", "768 16 512", "1024 14 768"];

/**
 * Whether files with CLIP's names are OpenAI's. The equations are the same; they differ in the activation, and in how
 * positions are resampled. transformers' config tells neither: sizes that OpenAI never published, or an exact GELU, do.
 */
function isOpenai(source: Source): boolean {
  const {config, kind, repository} = source;
  if (repository) return fromOpenai.test(repository);
  if (kind === "openclip") return false;
  const prefix = huggingfacePrefix(source);
  if (prefix === undefined || config.model_type === undefined) return true;
  const {activation = "quick_gelu"} = imageConfig(config, kind);
  const {shape} = source.find(`${prefix}embeddings.patch_embedding.weight`);
  const features = source.find.optional("visual_projection.weight")?.shape[0] ?? Number(config.projection_dim ?? 512);
  return activation === "quick_gelu" && published.includes([shape[0], shape[2], features].join(" "));
}

/** OpenAI's CLIP, in its own names and in transformers'. */
export const clip: Family = {
  id: "clip",
  title: "CLIP (OpenAI)",
  recognises: (source) => hasClipNames(source) && isOpenai(source),
  read(source) {
    const reading = readClip(source);
    const guesses: string[] = [];
    if (source.kind !== "huggingface" && source.repository === undefined)
      guesses.push("The activation is taken for quick_gelu, OpenAI's: nothing in the files says it.");
    // MetaCLIP's files, and others trained with quick_gelu, cannot be told from OpenAI's by their config.
    if (source.repository === undefined && source.config.model_type !== undefined)
      guesses.push(
        "The weights are taken for OpenAI's, whose code resamples positions with an offset on grids other than the trained one: sizes and activation are theirs, and no record of a download says where the files are from. --positions timm takes open_clip's way."
      );
    return {
      ...reading,
      defaults: {...reading.defaults, activation: "quick_gelu"},
      positions: {classRow: true, conventions: {original: "offset", huggingface: "size", timm: "antialias"}},
      guesses
    };
  }
};

/** open_clip's ViTs (LAION, DataComp, MetaCLIP, ...): CLIP's equations, mostly with the exact GELU. */
export const openclip: Family = {
  id: "openclip",
  title: "open_clip",
  recognises: (source) => hasClipNames(source) && !isOpenai(source),
  read(source) {
    if (source.kind === "openclip") refuseOpenClip(source.config);
    const reading = readClip(source);
    return {
      ...reading,
      defaults: {...reading.defaults, activation: source.kind === "huggingface" ? "quick_gelu" : undefined},
      positions: {classRow: true, conventions: {original: "antialias", huggingface: "size", timm: "antialias"}}
    };
  }
};

function readClip(source: Source): Omit<Reading, "positions"> {
  const {config, kind} = source;
  const prefix = openaiPrefix(source);
  const text = clipText(source, {epsilon: 1e-5, activation: kind === "openclip" ? undefined : "quick_gelu"});
  const image = prefix === undefined ? huggingfaceImage(source) : openaiImage(source, prefix);
  if (text && !image.projection)
    throw new Error(
      "The weights have a text tower but no projection of images (visual.proj, visual_projection.weight); the file is incomplete."
    );
  if (kind === "huggingface" && config.model_type !== undefined && !String(config.model_type).startsWith("clip"))
    throw new Error(`config.json: model_type ${String(config.model_type)} does not go with CLIP's names.`);
  return {
    naming: prefix === undefined ? "huggingface" : kind === "openclip" ? "openclip" : "original",
    image,
    prefix: classTokenWith(0),
    defaults: {epsilon: 1e-5, ...clipColours},
    text,
    ignored
  };
}

function openaiImage({find}: Source, prefix: string): ImageWeights {
  const projection = find.optional(`${prefix}proj`);
  return {
    patch: {weight: find(`${prefix}conv1.weight`)},
    classToken: find(`${prefix}class_embedding`),
    positions: find(`${prefix}positional_embedding`),
    normPre: norm(find, `${prefix}ln_pre`),
    blocks: openaiBlocks(find, prefix),
    normPost: norm(find, `${prefix}ln_post`),
    projection: projection && {weight: projection, stored: "in×out"}
  };
}

function huggingfaceImage(source: Source): ImageWeights {
  const {find} = source;
  const prefix = huggingfacePrefix(source)!;
  return {
    patch: {weight: find(`${prefix}embeddings.patch_embedding.weight`)},
    classToken: find(`${prefix}embeddings.class_embedding`),
    positions: find(`${prefix}embeddings.position_embedding.weight`),
    // The published files do spell it so.
    normPre: norm(find, find.has(`${prefix}pre_layrnorm.weight`) ? `${prefix}pre_layrnorm` : `${prefix}pre_layernorm`),
    blocks: huggingfaceBlocks(find, prefix),
    normPost: norm(find, `${prefix}post_layernorm`),
    projection: find.has("visual_projection.weight") ? unbiased(find, "visual_projection") : undefined
  };
}

/** CLIP's text tower, under any of its names; undefined where there is none. */
export function clipText(
  {find, config, kind}: Source,
  defaults: {epsilon: number; activation?: "quick_gelu" | "gelu"}
): TextReading | undefined {
  const openai = openaiText(find);
  const weights = openai ?? huggingfaceText(find);
  if (!weights) return undefined;
  const problem = kind === "openclip" ? textProblem(object(object(config.model_cfg).text_cfg)) : undefined;
  if (problem) return {refused: problem};
  // By transformers' older configs, 2 stands for the largest id.
  const end = openai ? undefined : object(config.text_config).eos_token_id;
  const at = typeof end === "number" && end !== 2 ? {id: end} : "largest";
  return {weights, defaults, mask: "causal", at};
}

const textKeys = [
  "context_length",
  "vocab_size",
  "width",
  "heads",
  "layers",
  "mlp_ratio",
  "hf_tokenizer_name",
  "tokenizer_kwargs",
  "pad_id",
  "pool_type"
];

function textProblem(text: Json): string | undefined {
  if (text.pool_type !== undefined && text.pool_type !== "argmax")
    return `its text tower has pool_type ${String(text.pool_type)}`;
  const odd = Object.keys(text).find((key) => !textKeys.includes(key) && isSet(text[key]));
  return odd && `its text tower has ${odd}, which is not known here`;
}

const isSet = (value: unknown) => value !== undefined && value !== null && value !== false;

function refuseOpenClip(config: Json): void {
  const vision = object(object(config.model_cfg).vision_cfg);
  if (Array.isArray(vision.layers))
    throw new Error("This is a CLIP ResNet (vision_cfg.layers is a list); only its ViTs are known here.");
  refuseKeys(
    "vision_cfg",
    vision,
    ["image_size", "layers", "width", "patch_size", "head_width", "mlp_ratio", "patch_dropout", "output_tokens"],
    {
      pool_type: "tok"
    }
  );
}
