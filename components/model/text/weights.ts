/** The text tower's weights under canonical names, from any of the names they are published with. */

import {huggingfaceBlocks, openaiBlocks} from "../families/blocks.js";
import {
  type BlockWeights,
  type Finder,
  linear,
  type Linear,
  unbiased,
  norm,
  type Norm,
  type TensorRef
} from "../weights.js";

export interface TextWeights {
  /** One row a token: vocabulary × W. */
  tokens: TensorRef;
  /** One row a place: context × W. */
  positions: TensorRef;
  blocks: BlockWeights[];
  normFinal: Norm;
  /** W → E. */
  projection: Linear;
}

/** OpenAI's and open_clip's names, bare or behind `text.`; undefined where there are none. */
export function openaiText(find: Finder): TextWeights | undefined {
  const prefix = ["", "text."].find(
    (start) => find.has(`${start}token_embedding.weight`) && find.has(`${start}text_projection`)
  );
  if (prefix === undefined) return undefined;
  return {...openaiTower(find, prefix), projection: {weight: find(`${prefix}text_projection`), stored: "in×out"}};
}

/** transformers' CLIP. */
export function huggingfaceText(find: Finder): TextWeights | undefined {
  if (!find.has("text_model.embeddings.token_embedding.weight")) return undefined;
  return {...huggingfaceTower(find), projection: unbiased(find, "text_projection")};
}

/** transformers' SigLIP, whose last layer has a bias. */
export function siglipText(find: Finder): TextWeights | undefined {
  if (!find.has("text_model.embeddings.token_embedding.weight")) return undefined;
  return {...huggingfaceTower(find), projection: linear(find, "text_model.head")};
}

/** SigLIP as open_clip stores it. */
export function siglipOpenClipText(find: Finder): TextWeights | undefined {
  if (!find.has("text.text_projection.weight")) return undefined;
  return {...openaiTower(find, "text."), projection: linear(find, "text.text_projection")};
}

function openaiTower(find: Finder, prefix: string): Omit<TextWeights, "projection"> {
  return {
    tokens: find(`${prefix}token_embedding.weight`),
    positions: find(`${prefix}positional_embedding`),
    blocks: openaiBlocks(find, prefix),
    normFinal: norm(find, `${prefix}ln_final`)
  };
}

function huggingfaceTower(find: Finder): Omit<TextWeights, "projection"> {
  const prefix = "text_model.";
  return {
    tokens: find(`${prefix}embeddings.token_embedding.weight`),
    positions: find(`${prefix}embeddings.position_embedding.weight`),
    blocks: huggingfaceBlocks(find, prefix),
    normFinal: norm(find, `${prefix}final_layer_norm`)
  };
}
