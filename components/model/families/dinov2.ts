import {norm, type ImageWeights} from "../weights.js";
import {dinov2Blocks} from "./blocks.js";
import {classTokenWith, imagenetColours, type Family, type Source} from "./family.js";
import {architectureOf, hasScales, hasTimmNames, patchEmbedding, requireScales, tableRows, timmImage} from "./vit.js";

/** What stands before transformers' names. */
const prefixes = ["", "dinov2.", "dinov2_with_registers.", "backbone."];
const huggingfacePrefix = ({find}: Source) =>
  prefixes.find(
    (prefix) => find.has(`${prefix}embeddings.cls_token`) && find.has(`${prefix}encoder.layer.0.norm1.weight`)
  );

function hasOwnNames(source: Source): boolean {
  const {find, config, kind} = source;
  if (!hasTimmNames(source) || !find.has("cls_token") || !find.has("pos_embed")) return false;
  if (kind === "timm") return /dinov2/.test(architectureOf(source));
  if (kind === "original") return "interpolate_offset" in config || "num_register_tokens" in config;
  const rows = tableRows(source) ?? 0;
  return (
    find.has("register_tokens") || find.has("reg_token") || (hasScales(source) && Number.isInteger(Math.sqrt(rows - 1)))
  );
}

/** DINOv2, with registers and without, in its own names, transformers' and timm's. */
export const dinov2: Family = {
  id: "dinov2",
  title: "DINOv2",
  recognises: (source) => huggingfacePrefix(source) !== undefined || hasOwnNames(source),
  read(source) {
    const {find, kind} = source;
    const prefix = huggingfacePrefix(source);
    const image = prefix === undefined ? ownImage(source) : huggingfaceImage(source, prefix);
    requireScales(image, "DINOv2");
    const registers = image.registers?.shape.at(-2) ?? 0;
    if (!registers && (/reg4/.test(architectureOf(source)) || source.config.model_type === "dinov2_with_registers"))
      throw new Error(
        "The config says that this DINOv2 has registers, and the weights have no register tokens; the file is incomplete."
      );
    return {
      naming: prefix !== undefined ? "huggingface" : kind === "timm" || find.has("reg_token") ? "timm" : "original",
      image,
      prefix: classTokenWith(registers),
      defaults: {epsilon: 1e-6, activation: "gelu", ...imagenetColours},
      // timm's files with registers have the class token's row added to it already.
      positions: {
        classRow: find.has("reg_token") ? "either" : true,
        conventions: registers
          ? {original: "antialias", huggingface: "antialias", timm: "antialias"}
          : {original: "offset", huggingface: "size", timm: "antialias"}
      },
      ignored: /(^|\.)mask_token$|^classifier\./
    };
  }
};

function ownImage({find}: Source): ImageWeights {
  return {
    ...timmImage(find),
    patch: patchEmbedding(find),
    registers: find.optional("register_tokens") ?? find.optional("reg_token")
  };
}

function huggingfaceImage({find}: Source, prefix: string): ImageWeights {
  const at = `${prefix}embeddings.`;
  return {
    patch: {
      weight: find(`${at}patch_embeddings.projection.weight`),
      bias: find(`${at}patch_embeddings.projection.bias`)
    },
    classToken: find(`${at}cls_token`),
    registers: find.optional(`${at}register_tokens`),
    positions: find(`${at}position_embeddings`),
    blocks: dinov2Blocks(find, prefix),
    normPost: norm(find, `${prefix}layernorm`)
  };
}
