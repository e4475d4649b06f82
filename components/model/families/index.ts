/** Every family of models, and which one a checkpoint is of. */
import {clip, openclip} from "./clip.js";
import {deit3, vit} from "./vit.js";
import {dino} from "./dino.js";
import {dinov2} from "./dinov2.js";
import {dinov3} from "./dinov3.js";
import {eva02} from "./eva02.js";
import type {Family, Source} from "./family.js";
import {refuseVariants} from "./refusals.js";
import {siglip} from "./siglip.js";

/** The first that recognises a file has it: plain ViTs, which have the fewest marks, come last. */
export const families: readonly Family[] = [eva02, siglip, dinov3, dinov2, deit3, clip, openclip, dino, vit];

/**
 * The family of a checkpoint.
 *
 * @throws Error saying what it is where that is known, or else what was looked for
 */
export function familyOf(source: Source): Family {
  refuseVariants(source);
  const found = families.find((family) => family.recognises(source));
  if (found) return found;
  const some = [...source.find.checkpoint.tensors.keys()].slice(0, 3).join(", ");
  throw new Error(
    `These weights (${some || "none"}, ...) follow none of the known names: OpenAI's and open_clip's visual.conv1.weight, ` +
      "Hugging Face's vision_model.embeddings or encoder.layer, timm's and DINO's patch_embed.proj.weight."
  );
}
