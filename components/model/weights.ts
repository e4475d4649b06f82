/**
 * The canonical weights of a model, and how they are looked up. A canonical tensor is a place in the checkpoint's file,
 * so nothing is copied: a fused projection's q, k and v are three ranges of rows of the same bytes. `families/` says
 * which names stand for what.
 */
import {floatTypes, type Checkpoint, type FloatType, type StoredTensor} from "./safetensors.js";

/** A tensor as a range of bytes of the checkpoint. */
export interface TensorRef {
  name: string;
  type: FloatType | "I8";
  shape: number[];
  offset: number;
  length: number;
  /** Which of the checkpoint's further files it lies in. */
  file?: string;
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

/** Two linear layers with an activation between them, or with a gate: W3 (silu(W1 z) · W2 z). */
export interface MlpWeights {
  /** W1 of SwiGLU, whose result is gated; absent in an ordinary MLP. */
  gate?: Linear;
  expand: Linear;
  /** A layer norm of the hidden layer (EVA-02). */
  hiddenNorm?: Norm;
  contract: Linear;
}

/** A pre-norm block: u = x + s1 · attention(LN1(x)), u + s2 · MLP(LN2(u)). */
export interface BlockWeights extends MlpWeights {
  norm1: Norm;
  query: Linear;
  key: Linear;
  value: Linear;
  /** A layer norm of the joined heads, before the output projection (EVA-02). */
  mixNorm?: Norm;
  output: Linear;
  /** LayerScale: D numbers each. */
  scale1?: TensorRef;
  norm2: Norm;
  scale2?: TensorRef;
}

/** SigLIP's head: one learned query attends to all patches; an MLP follows, with its residual. */
export interface PoolWeights extends MlpWeights {
  /** The learned row, 1 × 1 × D. */
  probe: TensorRef;
  query: Linear;
  key: Linear;
  value: Linear;
  output: Linear;
  norm: Norm;
}

export interface ImageWeights {
  /** D × 3 × patch × patch; all but CLIP have a bias. */
  patch: {weight: TensorRef; bias?: TensorRef};
  classToken?: TensorRef;
  /** R × D. */
  registers?: TensorRef;
  /** n² × D, or (n² + 1) × D with the class token's row first. Absent where positions are turned into q and k. */
  positions?: TensorRef;
  normPre?: Norm;
  blocks: BlockWeights[];
  normPost: Norm;
  /** CLIP: D → E. */
  projection?: Linear;
  pool?: PoolWeights;
  /** Supervised ViTs: D → classes. */
  classifier?: Linear;
}

/** Looks tensors up by name and remembers which were. */
export interface Finder {
  /** @throws Error when there is none of that name */
  (name: string): TensorRef;
  optional(name: string): TensorRef | undefined;
  /** Whether there is a tensor of that name; does not count as reading it. */
  has(name: string): boolean;
  /** Number of consecutive i = 0, 1, ... for which the name exists. */
  count(name: (i: number) => string): number;
  /** The tensors that nothing has asked for. */
  left(): StoredTensor[];
  checkpoint: Checkpoint;
}

/** A finder over a checkpoint. */
export function finder(checkpoint: Checkpoint): Finder {
  const {tensors} = checkpoint;
  const read = new Set<string>();
  const ref = (tensor: StoredTensor): TensorRef => {
    const {name, type, shape, offset, length, file} = tensor;
    read.add(name);
    const place = {name, shape, offset, length, ...(file !== undefined && {file})};
    if (floatTypes.includes(type)) return {...place, type: type as FloatType};
    const scale = tensors.get(scaleName(name));
    if (type === "I8" && scale?.type === "F32" && scale.shape.join() === String(shape[0]))
      return {...place, type, scale: ref(scale)};
    throw new Error(
      `${name} is ${type}; weights must be F64, F32, F16, BF16, or I8 with float32 scales in ${scaleName(name)}.`
    );
  };
  const optional = (name: string) => {
    const stored = tensors.get(name);
    return stored && ref(stored);
  };
  const find = (name: string) => {
    const found = optional(name);
    if (!found) throw new Error(`The weights have no tensor ${name}; the file is incomplete or of another model.`);
    return found;
  };
  const count = (name: (i: number) => string) => {
    let i = 0;
    while (tensors.has(name(i))) ++i;
    return i;
  };
  const left = () => [...tensors.values()].filter(({name}) => !read.has(name));
  return Object.assign(find, {optional, has: (name: string) => tensors.has(name), count, left, checkpoint});
}

/** PyTorch's Linear with its bias: `name.weight` (out × in) and `name.bias`. */
export function linear(find: Finder, name: string): Linear {
  return {weight: find(`${name}.weight`), bias: find(`${name}.bias`), stored: "out×in"};
}

/** PyTorch's Linear without a bias. A file that has one is caught as a tensor that nothing reads. */
export function unbiased(find: Finder, name: string): Linear {
  return {weight: find(`${name}.weight`), stored: "out×in"};
}

/** `name.weight` and `name.bias` of a layer norm. */
export function norm(find: Finder, name: string): Norm {
  return {scale: find(`${name}.weight`), shift: find(`${name}.bias`)};
}

/** Rows `part · n / parts` to `(part + 1) · n / parts` of a tensor's first axis, in place. */
export function rows(tensor: TensorRef, part: number, parts: number): TensorRef {
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

/** `parts` linear layers stored as one matrix, one after the other. */
export function split({weight, bias, stored}: Linear, parts: number): Linear[] {
  const [n, width] = weight.shape;
  if (n % parts)
    throw new Error(`${weight.name} is [${weight.shape.join(", ")}]; its rows were expected to be ${parts} parts.`);
  if (parts === 3 && n !== 3 * width)
    throw new Error(`${weight.name} is [${weight.shape.join(", ")}]; a fused q, k, v projection is 3D × D.`);
  return Array.from({length: parts}, (_, i) => ({
    weight: rows(weight, i, parts),
    bias: bias && rows(bias, i, parts),
    stored
  }));
}
