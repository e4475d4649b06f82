/** The text tower's weights under canonical names, from OpenAI's or Hugging Face's. */

import type {Checkpoint} from "../safetensors.js";
import {
  type BlockWeights,
  finder,
  huggingfaceBlocks,
  type Linear,
  linear,
  type Norm,
  norm,
  openaiBlocks,
  type TensorRef
} from "../weights.js";

export interface TextWeights {
  /** One row a token: vocabulary × W. */
  tokens: TensorRef;
  /** One row a place: 77 × W. */
  positions: TensorRef;
  blocks: BlockWeights[];
  normFinal: Norm;
  /** W → E. */
  projection: Linear;
}

/**
 * The text tower of a checkpoint; undefined where it has none. Buffers such as `position_ids` are not looked at.
 *
 * @throws Error naming the tensor that is missing
 */
export function textWeights(checkpoint: Checkpoint): TextWeights | undefined {
  const find = finder(checkpoint);
  if (find.optional("token_embedding.weight"))
    return {
      tokens: find("token_embedding.weight"),
      positions: find("positional_embedding"),
      blocks: openaiBlocks(find, ""),
      normFinal: norm(find, "ln_final"),
      projection: {weight: find("text_projection"), stored: "in×out"}
    };
  const prefix = "text_model.";
  if (find.optional(`${prefix}embeddings.token_embedding.weight`))
    return {
      tokens: find(`${prefix}embeddings.token_embedding.weight`),
      positions: find(`${prefix}embeddings.position_embedding.weight`),
      blocks: huggingfaceBlocks(find, prefix),
      normFinal: norm(find, `${prefix}final_layer_norm`),
      projection: linear(find, "text_projection")
    };
  return undefined;
}
