/** What is refused by name: settings and tensors of variants that are not known here. */
import {object, type Json} from "./config.js";
import type {Source} from "./family.js";

/**
 * Refuses settings that change what a tower computes.
 *
 * @param harmless keys that may have any value
 * @param usual keys that may have this one value
 */
export function refuseKeys(where: string, settings: Json, harmless: readonly string[], usual: Json = {}): void {
  for (const [key, value] of Object.entries(settings)) {
    if (harmless.includes(key) || value === undefined || value === null || value === false) continue;
    if (key in usual && value === usual[key]) continue;
    throw new Error(`The config's ${where}.${key} = ${JSON.stringify(value)} is a variant that is not known here.`);
  }
}

/** What tensors usually mean that nothing read. */
const meanings: readonly [RegExp, string][] = [
  [/ls_?\d\.gamma|gamma_\d|layer_scale\d/, "LayerScale"],
  [/register_tokens|reg_token|storage_tokens/, "registers"],
  [/dist_token|head_dist/, "a distilled DeiT"],
  [/(cls|local_cls)_norm/, "DINOv3 with norms of its own for class and storage tokens"],
  [/attn\.norm|mlp\.norm/, "inner norms, as in EVA-02"],
  [/[qk]_norm/, "norms of queries and keys"],
  [/relative_position_bias|rel_pos/, "BEiT's relative positions"],
  [/fc_norm/, "average pooling"],
  [/attn_pool|attnpool|head\.(probe|attention)/, "a pooling head"],
  [/patch_embed\.backbone|stages\.|layer\d\.\d+\.(conv|bn)/, "a convolutional network"],
  [/norm_pre|ln_pre|pre_la?y/, "a norm before the first block"],
  [/w12|fc1_[gx]|gate_proj|weights_in/, "a gated MLP"],
  [/bias$/, "a bias where this family has none"],
  [/text/, "a text tower of another kind"],
  [/optimizer|ema|momentum/, "a training checkpoint; export the model's weights alone"]
];

/** Refuses a checkpoint with tensors that nothing has read. */
export function refuseLeft({find}: Source, ignored: RegExp, title: string, file: string): void {
  const left = find
    .left()
    .map(({name}) => name)
    .filter((name) => !ignored.test(name));
  if (!left.length) return;
  const [, meaning] = meanings.find(([pattern]) => pattern.test(left[0])) ?? [];
  const shown = left.slice(0, 4).join(", ") + (left.length > 4 ? ` and ${left.length - 4} more` : "");
  throw new Error(
    `${file}: read as ${title}, these tensors would be passed over: ${shown}${meaning ? ` (${meaning})` : ""}. ` +
      "The file is of another kind, damaged, or holds more than one model."
  );
}

/** Variants that names or the config give away, and that are not known here. */
export function refuseVariants({find, config}: Source): void {
  const has = (pattern: RegExp) => find.left().some(({name}) => pattern.test(name));
  const type = String(config.model_type ?? "");
  const architecture = String(config.architecture ?? object(object(config.model_cfg).vision_cfg).timm_model_name ?? "");
  const patch = find.checkpoint.tensors.get("vision_model.embeddings.patch_embedding.weight");
  const problem =
    type === "siglip2" || patch?.shape.length === 2
      ? "SigLIP 2 NaFlex (patches as vectors, its own positions)"
      : type === "dinov3_convnext" || has(/(^|\.)stages\.\d/)
        ? "a ConvNeXt"
        : has(/^visual\.(layer\d\.\d|attnpool\.)/)
          ? "a CLIP ResNet"
          : has(/(^|\.)dist_token$/)
            ? "a distilled DeiT (dist_token)"
            : has(/relative_position_bias_table|relative_position_bias/)
              ? "a BEiT (relative positions)"
              : has(/attn\.[qk]_norm\./)
                ? "a ViT with norms of queries and keys (attn.q_norm)"
                : has(/(^|\.)fc_norm\./)
                  ? "a ViT with average pooling (fc_norm)"
                  : has(/patch_embed\.backbone\./)
                    ? "a hybrid of a ConvNet and a ViT (patch_embed.backbone)"
                    : /^eva02_enormous|^eva_giant/.test(architecture)
                      ? `${architecture}, another kind of EVA`
                      : has(/(^|\.)cls_norm\./)
                        ? "DINOv3 with untied norms (cls_norm)"
                        : has(/layernorm_before\./)
                          ? "transformers' own ViT; timm's file of the same model is known"
                          : undefined;
  if (problem) throw new Error(`This is ${problem}, which is not known here.`);
}
