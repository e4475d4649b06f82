/**
 * Three naming schemes, one canonical set. A canonical tensor is a place in the checkpoint's file, so
 * nothing is copied: a fused projection's q, k and v are three ranges of rows of the same bytes.
 */
import type {Checkpoint, FloatType, StoredTensor} from "./safetensors.js";

/** A tensor as a range of bytes of the checkpoint. */
export interface TensorRef {
  name: string;
  type: FloatType | "I8";
  shape: number[];
  offset: number;
  length: number;
  /** Of I8 tensors: one float32 a row of the first axis, which the row's integers are multiplied by. */
  scale?: TensorRef;
}

/** The name of the tensor that holds an I8 tensor's scales. */
export function scaleName(name: string): string {
  return `${name}.scale`;
}

/** y = W x + b. `stored` says how the matrix lies in the file: out × in (PyTorch's Linear), or in × out. */
export interface Linear {
  weight: TensorRef;
  bias?: TensorRef;
  stored: "out×in" | "in×out";
}

export interface Norm {
  scale: TensorRef;
  shift: TensorRef;
}

export interface BlockWeights {
  norm1: Norm;
  query: Linear;
  key: Linear;
  value: Linear;
  output: Linear;
  norm2: Norm;
  expand: Linear;
  contract: Linear;
}

export interface ImageWeights {
  /** D × 3 × patch × patch, and for supervised ViTs a bias. */
  patch: {weight: TensorRef; bias?: TensorRef};
  classToken: TensorRef;
  /** (n² + 1) × D, class token first. */
  positions: TensorRef;
  normPre?: Norm;
  blocks: BlockWeights[];
  normPost: Norm;
  /** CLIP: D → E. */
  projection?: Linear;
  /** Supervised ViTs: D → classes. */
  classifier?: Linear;
}

/** How a checkpoint names its image tower's tensors. */
export type NamingScheme = "openai" | "huggingface" | "timm";

/**
 * Finds out the naming scheme of a checkpoint's image tower.
 *
 * @throws Error listing what was looked for when it is none of the three
 */
export function namingScheme(checkpoint: Checkpoint): {scheme: NamingScheme; prefix: string} {
  const has = (name: string) => checkpoint.tensors.has(name);
  for (const prefix of ["visual.", ""])
    if (has(`${prefix}class_embedding`) && has(`${prefix}conv1.weight`)) return {scheme: "openai", prefix};
  for (const prefix of ["vision_model.", ""])
    if (has(`${prefix}embeddings.class_embedding`)) return {scheme: "huggingface", prefix};
  for (const prefix of ["", "model.", "module."])
    if (has(`${prefix}cls_token`) && has(`${prefix}patch_embed.proj.weight`)) return {scheme: "timm", prefix};
  const some = [...checkpoint.tensors.keys()].slice(0, 3).join(", ");
  throw new Error(
    `These weights (${some || "none"}, ...) follow none of the known names: OpenAI's visual.conv1.weight, ` +
      `Hugging Face's vision_model.embeddings.class_embedding, timm's patch_embed.proj.weight.`
  );
}

/**
 * The image tower's weights under their canonical names, every shape checked against the others.
 *
 * @throws Error naming the tensor that is missing or has another shape than the rest implies
 */
export function imageWeights(checkpoint: Checkpoint): ImageWeights {
  const {scheme, prefix} = namingScheme(checkpoint);
  const find = finder(checkpoint);
  switch (scheme) {
    case "openai":
      return openaiImage(find, prefix);
    case "huggingface":
      return huggingfaceImage(find, prefix);
    case "timm":
      return timmImage(find, prefix);
  }
}

/** Looks tensors up by name; optional shape letters are checked by the caller through `expect`. */
export interface Finder {
  (name: string): TensorRef;
  optional(name: string): TensorRef | undefined;
  /** Number of consecutive i = 0, 1, ... for which the name exists. */
  count(name: (i: number) => string): number;
}

/** A finder over a checkpoint. */
export function finder(checkpoint: Checkpoint): Finder {
  const ref = ({name, type, shape, offset, length}: StoredTensor): TensorRef => {
    if (type === "F32" || type === "F16" || type === "BF16") return {name, type, shape, offset, length};
    const scale = checkpoint.tensors.get(scaleName(name));
    if (type === "I8" && scale?.type === "F32" && scale.shape.join() === String(shape[0]))
      return {name, type, shape, offset, length, scale: ref(scale)};
    throw new Error(
      `${name} is ${type}; weights must be F32, F16, BF16, or I8 with float32 scales in ${scaleName(name)}.`
    );
  };
  const optional = (name: string) => {
    const stored = checkpoint.tensors.get(name);
    return stored && ref(stored);
  };
  const find = (name: string) => {
    const found = optional(name);
    if (!found) throw new Error(`The weights have no tensor ${name}; the file is incomplete or of another model.`);
    return found;
  };
  const count = (name: (i: number) => string) => {
    let i = 0;
    while (checkpoint.tensors.has(name(i))) ++i;
    return i;
  };
  return Object.assign(find, {optional, count});
}

/** PyTorch's Linear: `name.weight` (out × in) and, where present, `name.bias`. */
export function linear(find: Finder, name: string): Linear {
  return {weight: find(`${name}.weight`), bias: find.optional(`${name}.bias`), stored: "out×in"};
}

/** `name.weight` and `name.bias` of a layer norm. */
export function norm(find: Finder, name: string): Norm {
  return {scale: find(`${name}.weight`), shift: find(`${name}.bias`)};
}

/** Rows `part · n / parts` to `(part + 1) · n / parts` of a tensor's first axis, in place. */
function rows(tensor: TensorRef, part: number, parts: number): TensorRef {
  const [n, ...rest] = tensor.shape;
  const length = tensor.length / parts;
  return {
    ...tensor,
    name: `${tensor.name}#${part}`,
    shape: [n / parts, ...rest],
    offset: tensor.offset + part * length,
    length,
    scale: tensor.scale && rows(tensor.scale, part, parts)
  };
}

/** The three projections stored as one 3D × D matrix, in the order q, k, v. */
function fused(weight: TensorRef, bias: TensorRef | undefined): Linear[] {
  if (weight.shape[0] !== 3 * weight.shape[1])
    throw new Error(`${weight.name} is [${weight.shape.join(", ")}]; a fused q, k, v projection is 3D × D.`);
  return [0, 1, 2].map((i) => ({
    weight: rows(weight, i, 3),
    bias: bias && rows(bias, i, 3),
    stored: "out×in" as const
  }));
}

/** Blocks named as OpenAI's CLIP does in both towers (`transformer.resblocks.0.`...). */
export function openaiBlocks(find: Finder, prefix: string): BlockWeights[] {
  const name = (i: number) => `${prefix}transformer.resblocks.${i}.`;
  return Array.from({length: find.count((i) => `${name(i)}ln_1.weight`)}, (_, i) => {
    const [query, key, value] = fused(
      find(`${name(i)}attn.in_proj_weight`),
      find.optional(`${name(i)}attn.in_proj_bias`)
    );
    return {
      norm1: norm(find, `${name(i)}ln_1`),
      query,
      key,
      value,
      output: linear(find, `${name(i)}attn.out_proj`),
      norm2: norm(find, `${name(i)}ln_2`),
      expand: linear(find, `${name(i)}mlp.c_fc`),
      contract: linear(find, `${name(i)}mlp.c_proj`)
    };
  });
}

/** Blocks named as Hugging Face's CLIP does in both towers (`encoder.layers.0.`...). */
export function huggingfaceBlocks(find: Finder, prefix: string): BlockWeights[] {
  const name = (i: number) => `${prefix}encoder.layers.${i}.`;
  return Array.from({length: find.count((i) => `${name(i)}layer_norm1.weight`)}, (_, i) => ({
    norm1: norm(find, `${name(i)}layer_norm1`),
    query: linear(find, `${name(i)}self_attn.q_proj`),
    key: linear(find, `${name(i)}self_attn.k_proj`),
    value: linear(find, `${name(i)}self_attn.v_proj`),
    output: linear(find, `${name(i)}self_attn.out_proj`),
    norm2: norm(find, `${name(i)}layer_norm2`),
    expand: linear(find, `${name(i)}mlp.fc1`),
    contract: linear(find, `${name(i)}mlp.fc2`)
  }));
}

function openaiImage(find: Finder, prefix: string): ImageWeights {
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

function huggingfaceImage(find: Finder, prefix: string): ImageWeights {
  const projection = find.optional("visual_projection.weight");
  return {
    patch: {weight: find(`${prefix}embeddings.patch_embedding.weight`)},
    classToken: find(`${prefix}embeddings.class_embedding`),
    positions: find(`${prefix}embeddings.position_embedding.weight`),
    // The published files do spell it so.
    normPre: norm(
      find,
      find.optional(`${prefix}pre_layrnorm.weight`) ? `${prefix}pre_layrnorm` : `${prefix}pre_layernorm`
    ),
    blocks: huggingfaceBlocks(find, prefix),
    normPost: norm(find, `${prefix}post_layernorm`),
    projection: projection && {weight: projection, stored: "out×in"}
  };
}

function timmImage(find: Finder, prefix: string): ImageWeights {
  const name = (i: number) => `${prefix}blocks.${i}.`;
  const blocks = Array.from({length: find.count((i) => `${name(i)}norm1.weight`)}, (_, i) => {
    const [query, key, value] = fused(find(`${name(i)}attn.qkv.weight`), find.optional(`${name(i)}attn.qkv.bias`));
    return {
      norm1: norm(find, `${name(i)}norm1`),
      query,
      key,
      value,
      output: linear(find, `${name(i)}attn.proj`),
      norm2: norm(find, `${name(i)}norm2`),
      expand: linear(find, `${name(i)}mlp.fc1`),
      contract: linear(find, `${name(i)}mlp.fc2`)
    };
  });
  return {
    patch: {weight: find(`${prefix}patch_embed.proj.weight`), bias: find.optional(`${prefix}patch_embed.proj.bias`)},
    classToken: find(`${prefix}cls_token`),
    positions: find(`${prefix}pos_embed`),
    normPre: find.optional(`${prefix}norm_pre.weight`) && norm(find, `${prefix}norm_pre`),
    blocks,
    normPost: norm(find, `${prefix}norm`),
    classifier: find.optional(`${prefix}head.weight`) && linear(find, `${prefix}head`)
  };
}
