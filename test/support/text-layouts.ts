/**
 * Checkpoints in the layouts in which CLIP is published: names, shapes, element types and buffers, with random
 * numbers for weights. All are exact in half precision, so that OpenAI's layout (halves) and Hugging Face's (floats) can
 * hold the very same network.
 */

export interface ClipSizes {
  width: number;
  layers: number;
  heads: number;
  patch: number;
  /** Side of the trained patch grid. */
  grid: number;
  features: number;
  textWidth: number;
  textLayers: number;
  textHeads: number;
  vocabulary: number;
}

/** A CLIP that runs at once, for tests in which its size does not matter. */
export const smallClip: ClipSizes = {
  width: 64,
  layers: 1,
  heads: 1,
  patch: 4,
  grid: 2,
  features: 48,
  textWidth: 64,
  textLayers: 2,
  textHeads: 1,
  vocabulary: 515
};

const base = {width: 768, layers: 12, heads: 12, features: 512, textWidth: 512, textLayers: 12, textHeads: 8};

/** The models as published (docs/methods.md, 1.2). */
export const published = {
  "clip-vit-b-16": {...base, patch: 16, grid: 14, vocabulary: 49408},
  "clip-vit-b-32": {...base, patch: 32, grid: 7, vocabulary: 49408},
  "clip-vit-l-14": {
    width: 1024,
    layers: 24,
    heads: 16,
    patch: 14,
    grid: 16,
    features: 768,
    textWidth: 768,
    textLayers: 12,
    textHeads: 12,
    vocabulary: 49408
  }
} satisfies Record<string, ClipSizes>;

/** What Hugging Face's `config.json` says, as far as anyone reads it. */
export function configOf(sizes: ClipSizes): object {
  return {
    model_type: "clip",
    projection_dim: sizes.features,
    text_config: {
      hidden_act: "quick_gelu",
      hidden_size: sizes.textWidth,
      intermediate_size: 4 * sizes.textWidth,
      layer_norm_eps: 1e-5,
      max_position_embeddings: 77,
      num_attention_heads: sizes.textHeads,
      num_hidden_layers: sizes.textLayers
    },
    vision_config: {
      hidden_act: "quick_gelu",
      hidden_size: sizes.width,
      image_size: sizes.grid * sizes.patch,
      intermediate_size: 4 * sizes.width,
      layer_norm_eps: 1e-5,
      num_attention_heads: sizes.heads,
      num_hidden_layers: sizes.layers,
      patch_size: sizes.patch
    }
  };
}

type Shapes = Map<string, number[]>;

/** Names and shapes of the float tensors under Hugging Face's names. */
export function huggingfaceShapes(sizes: ClipSizes): Shapes {
  const shapes: Shapes = new Map([["logit_scale", []]]);
  const put = (name: string, ...shape: number[]): unknown => shapes.set(name, shape);
  const affine = (name: string, ...shape: number[]): void => {
    put(`${name}.weight`, ...shape);
    put(`${name}.bias`, shape[0]);
  };
  const tower = (prefix: string, width: number, layers: number): void => {
    for (let i = 0; i < layers; i++) {
      const layer = `${prefix}.encoder.layers.${i}`;
      for (const norm of ["layer_norm1", "layer_norm2"]) affine(`${layer}.${norm}`, width);
      for (const part of ["q_proj", "k_proj", "v_proj", "out_proj"]) affine(`${layer}.self_attn.${part}`, width, width);
      affine(`${layer}.mlp.fc1`, 4 * width, width);
      affine(`${layer}.mlp.fc2`, width, 4 * width);
    }
  };
  const {width, textWidth, features, patch, grid, vocabulary} = sizes;
  put("text_model.embeddings.token_embedding.weight", vocabulary, textWidth);
  put("text_model.embeddings.position_embedding.weight", 77, textWidth);
  tower("text_model", textWidth, sizes.textLayers);
  affine("text_model.final_layer_norm", textWidth);
  put("text_projection.weight", features, textWidth);
  put("vision_model.embeddings.class_embedding", width);
  put("vision_model.embeddings.patch_embedding.weight", width, 3, patch, patch);
  put("vision_model.embeddings.position_embedding.weight", grid ** 2 + 1, width);
  // The published files do spell it so.
  affine("vision_model.pre_layrnorm", width);
  tower("vision_model", width, sizes.layers);
  affine("vision_model.post_layernorm", width);
  put("visual_projection.weight", features, width);
  return shapes;
}

/** The random weights of a tensor, as half-precision patterns; the same name gives the same numbers. */
export function halves(name: string, count: number): Uint16Array {
  let state = 2166136261;
  for (const char of name) state = Math.imul(state ^ char.charCodeAt(0), 16777619);
  // Scales of layer norms lie around 1. Queries and keys are large enough that attention is not uniform.
  const scale = /norm\d?\.weight$/.test(name);
  const exponent = scale ? 14 : /[qk]_proj\.weight$/.test(name) ? 10 : 8;
  const values = new Uint16Array(count);
  for (let i = 0; i < count; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const bits = state >>> 8;
    values[i] = (scale ? 0 : (bits & 1) << 15) | ((exponent + ((bits >> 1) & 1)) << 10) | ((bits >> 2) & 1023);
  }
  return values;
}

/** Half-precision patterns as the bits of float32; exact for normal numbers, and there are no others here. */
function widen(values: Uint16Array): Uint8Array {
  const bits = new Uint32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const h = values[i];
    bits[i] = ((h & 0x8000) << 16) | ((((h >> 10) & 31) + 112) << 23) | ((h & 1023) << 13);
  }
  return new Uint8Array(bits.buffer);
}

interface Stored {
  dtype: "F32" | "F16" | "I64";
  shape: number[];
  /** Left out: zeros that nobody touches, which cost no memory. */
  bytes?: () => Uint8Array;
}

const elementBytes = {F32: 4, F16: 2, I64: 8};

/** A safetensors file in the order in which the reference implementation writes it: widest elements first. */
function file(tensors: Map<string, Stored>): Uint8Array {
  const sorted = [...tensors].toSorted(
    ([a, {dtype: x}], [b, {dtype: y}]) => elementBytes[y] - elementBytes[x] || (a < b ? -1 : 1)
  );
  const header: Record<string, object> = {__metadata__: {format: "pt"}};
  let end = 0;
  const offsets = sorted.map(([name, {dtype, shape}]) => {
    const start = end;
    end += shape.reduce((a, b) => a * b, 1) * elementBytes[dtype];
    header[name] = {dtype, shape, data_offsets: [start, end]};
    return start;
  });
  const text = JSON.stringify(header);
  const head = new TextEncoder().encode(text.padEnd(Math.ceil(text.length / 8) * 8));
  const bytes = new Uint8Array(8 + head.length + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(head.length), true);
  bytes.set(head, 8);
  for (const [i, [, {bytes: content}]] of sorted.entries())
    if (content) bytes.set(content(), 8 + head.length + offsets[i]);
  return bytes;
}

const counting =
  (length: number): (() => Uint8Array) =>
  () =>
    new Uint8Array(BigInt64Array.from({length}, (_, i) => BigInt(i)).buffer);

/** As `openai/clip-vit-*` on the hub: floats, `position_ids` of both towers, `logit_scale`. */
export function huggingfaceFile(sizes: ClipSizes, {empty = false} = {}): Uint8Array {
  const tensors = new Map<string, Stored>();
  for (const [name, shape] of huggingfaceShapes(sizes)) {
    const count = shape.reduce((a, b) => a * b, 1);
    tensors.set(name, {dtype: "F32", shape, bytes: empty ? undefined : () => widen(halves(name, count))});
  }
  for (const [tower, length] of [
    ["text", 77],
    ["vision", sizes.grid ** 2 + 1]
  ] as const)
    tensors.set(`${tower}_model.embeddings.position_ids`, {dtype: "I64", shape: [1, length], bytes: counting(length)});
  return file(tensors);
}

/** What keeps full precision in OpenAI's files. */
const full = /ln_|class_embedding|positional_embedding|token_embedding|logit_scale/;

/** As OpenAI's archives: fused q, k, v; projections the other way round; halves but for norms and embeddings. */
export function openaiFile(sizes: ClipSizes): Uint8Array {
  const shapes = huggingfaceShapes(sizes);
  const source = (name: string): Uint16Array =>
    halves(
      name,
      (shapes.get(name) as number[]).reduce((a, b) => a * b, 1)
    );
  const tensors = new Map<string, Stored>();
  const put = (name: string, shape: number[], values: () => Uint16Array): void => {
    const wide = full.test(name);
    const bytes = (): Uint8Array => {
      const found = values();
      return wide ? widen(found) : new Uint8Array(found.buffer);
    };
    tensors.set(name, {dtype: wide ? "F32" : "F16", shape, bytes});
  };
  const copy = (name: string, from: string): void => put(name, shapes.get(from) as number[], () => source(from));
  const both = (name: string, from: string): void => {
    for (const part of ["weight", "bias"]) copy(`${name}.${part}`, `${from}.${part}`);
  };
  const tower = (to: string, from: string, layers: number): void => {
    for (let i = 0; i < layers; i++) {
      const [block, layer] = [`${to}transformer.resblocks.${i}`, `${from}.encoder.layers.${i}`];
      both(`${block}.ln_1`, `${layer}.layer_norm1`);
      both(`${block}.ln_2`, `${layer}.layer_norm2`);
      both(`${block}.mlp.c_fc`, `${layer}.mlp.fc1`);
      both(`${block}.mlp.c_proj`, `${layer}.mlp.fc2`);
      both(`${block}.attn.out_proj`, `${layer}.self_attn.out_proj`);
      for (const part of ["weight", "bias"]) {
        const names = ["q", "k", "v"].map((x) => `${layer}.self_attn.${x}_proj.${part}`);
        const [rows, ...rest] = shapes.get(names[0]) as number[];
        put(`${block}.attn.in_proj_${part}`, [3 * rows, ...rest], () => concatenated(names.map(source)));
      }
    }
  };
  copy("logit_scale", "logit_scale");
  copy("token_embedding.weight", "text_model.embeddings.token_embedding.weight");
  copy("positional_embedding", "text_model.embeddings.position_embedding.weight");
  tower("", "text_model", sizes.textLayers);
  both("ln_final", "text_model.final_layer_norm");
  const {width, textWidth, features} = sizes;
  put("text_projection", [textWidth, features], () => transposed(source("text_projection.weight"), textWidth));
  copy("visual.class_embedding", "vision_model.embeddings.class_embedding");
  copy("visual.conv1.weight", "vision_model.embeddings.patch_embedding.weight");
  copy("visual.positional_embedding", "vision_model.embeddings.position_embedding.weight");
  both("visual.ln_pre", "vision_model.pre_layrnorm");
  tower("visual.", "vision_model", sizes.layers);
  both("visual.ln_post", "vision_model.post_layernorm");
  put("visual.proj", [width, features], () => transposed(source("visual_projection.weight"), width));
  for (const name of ["context_length", "input_resolution", "vocab_size"])
    tensors.set(name, {dtype: "I64", shape: [], bytes: counting(1)});
  return file(tensors);
}

function concatenated(parts: Uint16Array[]): Uint16Array {
  const all = new Uint16Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function transposed(values: Uint16Array, columns: number): Uint16Array {
  const rows = values.length / columns;
  const turned = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) turned[(i % columns) * rows + Math.floor(i / columns)] = values[i];
  return turned;
}
