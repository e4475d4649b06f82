/** Smaller copies of weights for the browser: half precision, or matrices in 8 bits a weight. */
import {toHalf} from "./half.js";
import {
  floatTypes,
  readFloats,
  writeSafetensors,
  type Checkpoint,
  type StoredTensor,
  type WrittenTensor
} from "./safetensors.js";
import {scaleName} from "./weights.js";

export const shrunkenTypes = ["float16", "int8"] as const;
export type ShrunkenType = (typeof shrunkenTypes)[number];

/** Largest magnitude of a row's integers. */
const levels = 127;

/**
 * A checkpoint's weights as a smaller safetensors file. With "int8" every matrix of a linear layer is stored as
 * w = scale of its row · integer, so that |error| <= max |row| / 254; embeddings become float16 and vectors
 * (biases, norms) stay float32. Tensors that are no weights (position ids) are left out.
 *
 * @throws RangeError for a weight that half precision cannot hold
 */
export function shrink(checkpoint: Checkpoint, type: ShrunkenType): Uint8Array {
  const out: Record<string, WrittenTensor> = {};
  for (const tensor of checkpoint.tensors.values()) {
    if (!floatTypes.includes(tensor.type)) continue;
    const values = readFloats(checkpoint, tensor);
    if (tensor.shape.length < 2) out[tensor.name] = {shape: tensor.shape, data: values};
    else if (type === "int8" && isLinear(tensor)) Object.assign(out, byRows(tensor, values));
    else out[tensor.name] = halves(tensor, values);
  }
  return writeSafetensors(out, {precision: type});
}

/**
 * A linear layer's matrix in a block: by far the most of a transformer. Embeddings and the classifier are read row by
 * row outside the graph, and stay floats.
 */
function isLinear({name, shape}: StoredTensor): boolean {
  return shape.length === 2 && name.endsWith("weight") && !/embed|(^|\.)head\./.test(name);
}

function byRows({name, shape}: StoredTensor, values: Float32Array): Record<string, WrittenTensor> {
  const width = values.length / shape[0];
  const scales = new Float32Array(shape[0]);
  const data = new Int8Array(values.length);
  for (let row = 0; row < shape[0]; ++row) {
    const part = values.subarray(row * width, (row + 1) * width);
    const scale = part.reduce((most, v) => Math.max(most, Math.abs(v)), 0) / levels;
    scales[row] = scale;
    if (scale > 0) for (let k = 0; k < width; ++k) data[row * width + k] = Math.round(part[k] / scale);
  }
  return {[name]: {type: "I8", shape, data}, [scaleName(name)]: {shape: [shape[0]], data: scales}};
}

function halves({name, shape}: StoredTensor, values: Float32Array): WrittenTensor {
  const data = Uint16Array.from(values, toHalf);
  if (values.some((v, i) => Number.isFinite(v) && (data[i] & 0x7c00) === 0x7c00))
    throw new RangeError(`${name} has a weight beyond 65504, which half precision cannot hold.`);
  return {type: "F16", shape, data};
}
