/** Vision transformers with timm's names: plain ones, its CLIP towers, and DeiT-III. */
import {linear, norm, type Finder, type ImageWeights} from "../weights.js";
import {timmBlocks} from "./blocks.js";
import {object, preprocessing} from "./config.js";
import {
  classTokenWith,
  clipColours,
  halfColours,
  imagenetColours,
  type Family,
  type Reading,
  type Source
} from "./family.js";

const timmConventions = {original: "antialias", huggingface: "size", timm: "antialias"} as const;

export const hasTimmNames = ({find}: Source) =>
  find.has("patch_embed.proj.weight") && find.has("blocks.0.norm1.weight");

export const architectureOf = ({config}: Source) => String(config.architecture ?? "");

/** The rows of a table of positions. */
export const tableRows = ({find}: Source) => find.checkpoint.tensors.get("pos_embed")?.shape.at(-2);

/** What all images towers with these names have. */
export function timmImage(find: Finder, prefix = ""): Omit<ImageWeights, "patch"> {
  return {
    classToken: find.optional(`${prefix}cls_token`),
    positions: find.optional(`${prefix}pos_embed`),
    blocks: timmBlocks(find, prefix),
    normPost: norm(find, `${prefix}norm`)
  };
}

/** A patch embedding with its bias. */
export function patchEmbedding(find: Finder, prefix = "") {
  return {weight: find(`${prefix}patch_embed.proj.weight`), bias: find(`${prefix}patch_embed.proj.bias`)};
}

/** Plain ViTs of timm (augreg and others), and its image towers of CLIP. */
export const vit: Family = {
  id: "vit",
  title: "ViT (timm)",
  recognises: (source) => hasTimmNames(source) && source.find.has("cls_token"),
  read(source) {
    const {find} = source;
    const architecture = architectureOf(source);
    const clipLike = /_clip_/.test(architecture) || find.has("norm_pre.weight");
    const quick = /quickgelu/.test(architecture);
    const image: ImageWeights = {
      ...timmImage(find),
      patch: clipLike ? {weight: find("patch_embed.proj.weight")} : patchEmbedding(find),
      normPre: clipLike ? norm(find, "norm_pre") : undefined,
      classifier: classifierOf(source)
    };
    const reading: Reading = {
      naming: "timm",
      image,
      prefix: classTokenWith(0),
      defaults: {
        epsilon: clipLike ? 1e-5 : 1e-6,
        activation: clipLike && !architecture ? undefined : quick ? "quick_gelu" : "gelu",
        ...(clipLike ? clipColours : halfColours)
      },
      positions: {classRow: true, conventions: timmConventions},
      ignored: /^$/
    };
    const stated = preprocessing(source.config, {}).mean !== undefined;
    return {
      ...reading,
      guesses: stated ? [] : ["Mean and standard deviation of pixels are taken for 0.5: no config states them."]
    };
  }
};

/** DeiT-III: LayerScale, and positions without a row for the class token. */
export const deit3: Family = {
  id: "deit3",
  title: "DeiT-III",
  recognises: (source) =>
    hasTimmNames(source) &&
    source.find.has("cls_token") &&
    !["reg_token", "register_tokens", "storage_tokens"].some(source.find.has) &&
    (architectureOf(source).startsWith("deit3") ||
      (hasScales(source) && Number.isInteger(Math.sqrt(tableRows(source) ?? 2)))),
  read(source) {
    const {find} = source;
    const image: ImageWeights = {
      ...timmImage(find),
      patch: patchEmbedding(find),
      classifier: classifierOf(source)
    };
    requireScales(image, "DeiT-III");
    return {
      naming: find.has("blocks.0.gamma_1") ? "original" : "timm",
      image,
      prefix: classTokenWith(0),
      defaults: {epsilon: 1e-6, activation: "gelu", ...imagenetColours},
      positions: {classRow: false, conventions: timmConventions},
      ignored: /^$/
    };
  }
};

/**
 * The classifier of a model that reads its class token.
 *
 * @throws Error where the config says that it reads something else
 */
function classifierOf({find, config}: Source): ImageWeights["classifier"] {
  if (!find.has("head.weight")) return undefined;
  const pool = object(config.model_args).global_pool ?? config.global_pool ?? "token";
  if (pool !== "token")
    throw new Error(
      `config.json: global_pool ${JSON.stringify(pool)} is not known here; "token" is: classes are read from the class token.`
    );
  return linear(find, "head");
}

/** Whether the first block has a LayerScale. */
export const hasScales = ({find}: Source) => find.has("blocks.0.ls1.gamma") || find.has("blocks.0.gamma_1");

/** Refuses a file of a family that has LayerScale in every block, where they are missing. */
export function requireScales({blocks}: ImageWeights, title: string): void {
  if (blocks.some(({scale1}) => !scale1))
    throw new Error(
      `${title} has LayerScale in every block, and these weights have none (ls1.gamma, gamma_1); the file is incomplete.`
    );
}
