/** A CLIP ViT-B/16 with made-up weights in OpenAI's layout: full size, for times; what it computes means nothing. */
import {seededRandom} from "../components/analysis/random.js";
import {writeSafetensors, type WrittenTensor} from "../components/model/safetensors.js";

const [width, heads, layers, patch, grid, out] = [768, 12, 12, 16, 14, 512];

export const fullSizeConfig = JSON.stringify({vision_config: {num_attention_heads: heads, layer_norm_eps: 1e-5}});

/** The same weights in every run. */
export function fullSizeWeights(): Uint8Array {
  const random = seededRandom(1);
  const tensors: Record<string, WrittenTensor> = {};
  const add = (name: string, shape: number[], value: () => number) => {
    const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
    for (let i = 0; i < data.length; ++i) data[i] = value();
    tensors[`visual.${name}`] = {shape, data};
  };
  const small = () => 0.07 * (random() - 0.5);
  const norm = (name: string) => {
    add(`${name}.weight`, [width], () => 1);
    add(`${name}.bias`, [width], () => 0);
  };
  const linear = (name: string, [rows, columns]: readonly [number, number], join = ".") => {
    add(`${name}${join}weight`, [rows, columns], small);
    add(`${name}${join}bias`, [rows], small);
  };
  add("class_embedding", [width], small);
  add("positional_embedding", [grid * grid + 1, width], small);
  add("conv1.weight", [width, 3, patch, patch], small);
  norm("ln_pre");
  norm("ln_post");
  add("proj", [width, out], small);
  for (let layer = 0; layer < layers; ++layer) {
    const block = `transformer.resblocks.${layer}`;
    norm(`${block}.ln_1`);
    norm(`${block}.ln_2`);
    linear(`${block}.attn.in_proj`, [3 * width, width], "_");
    linear(`${block}.attn.out_proj`, [width, width]);
    linear(`${block}.mlp.c_fc`, [4 * width, width]);
    linear(`${block}.mlp.c_proj`, [width, 4 * width]);
  }
  return writeSafetensors(tensors);
}
