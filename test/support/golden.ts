/** The golden file: a tiny random CLIP, its inputs, and outputs of an independent float64 reference. */
import {readFileSync} from "node:fs";
import {readModel, type Model} from "../../components/model/model.js";
import type {Pixels} from "../../components/model/runtime.js";
import {writeSafetensors, type WrittenTensor} from "../../components/model/safetensors.js";

export interface Encoded {
  shape: number[];
  f32: string;
}

interface Golden {
  config: {width: number; heads: number; layers: number; out: number; patch: number; grid: number; ln_eps: number};
  weights: Record<string, Encoded>;
  image: Encoded;
  image_nonsquare: Encoded;
  expected: Record<string, Encoded> & {
    layer_outputs: Encoded[];
    layer_headmean_attention: Encoded[];
    sfp_paper_outlier_sets_per_layer: number[][];
    sfp_released_outliers_desc_cls: number[];
    lof_block11: {indices: number[]; scores: Encoded};
  };
}

export const golden: Golden = JSON.parse(
  readFileSync(new URL("../golden/golden_tiny_vit.json", import.meta.url), "utf8")
);

/** Decodes base64 little-endian float32. */
export function decode({f32}: Encoded): Float32Array {
  return new Float32Array(Uint8Array.from(Buffer.from(f32, "base64")).buffer);
}

/** An image of the golden file as the network's input, B = 1. */
export function pixels(encoded: Encoded): Pixels {
  const [channels, height, width] = encoded.shape;
  return {dims: [1, channels as 3, height, width], data: decode(encoded)};
}

/** The tiny model as a safetensors file in OpenAI's layout, its tensors changed where a test asks for it. */
export function goldenWeights(change = (_name: string, data: Float32Array) => data): Uint8Array {
  const tensors: Record<string, WrittenTensor> = {};
  for (const [name, encoded] of Object.entries(golden.weights))
    tensors[`visual.${name}`] = {shape: encoded.shape, data: change(name, decode(encoded))};
  return writeSafetensors(tensors);
}

export const goldenConfig = {
  vision_config: {num_attention_heads: golden.config.heads, layer_norm_eps: golden.config.ln_eps}
};

export function goldenModel(): Model {
  return readModel("golden", goldenWeights(), goldenConfig);
}

/** ‖a − b‖∞ / ‖b‖∞: the largest difference, relative to the largest expected value. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) throw new Error(`${actual.length} values, ${expected.length} expected`);
  let difference = 0;
  let size = 0;
  for (let i = 0; i < expected.length; ++i) {
    // NaN must not pass for equal.
    difference = Math.max(difference, Number.isNaN(actual[i]) ? Infinity : Math.abs(actual[i] - expected[i]));
    size = Math.max(size, Math.abs(expected[i]));
  }
  return difference === 0 ? 0 : difference / size;
}
