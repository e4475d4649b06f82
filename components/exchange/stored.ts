/** Arrays as files of other programs hold them: their bytes, and what the bytes mean. */
import {fromHalf} from "../model/half.js";

/** Element types of floats that are read, and the bytes of one element. */
export const floatBytes = {float16: 2, bfloat16: 2, float32: 4, float64: 8} as const;
export type FloatName = keyof typeof floatBytes;

/** An array of a file, in C order, little-endian. Its values are converted as they are asked for. */
export interface StoredArray {
  name: string;
  shape: readonly number[];
  /** An element type of `floatBytes`, or the file's own word for one that is not read, such as "object". */
  type: string;
  bytes: Uint8Array;
}

/** What a file holds, by name. */
export type StoredArrays = ReadonlyMap<string, StoredArray>;

/** Elements of a shape. */
export function elements(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}

/** "(12, 3, 197, 197)". */
export function shapeText(shape: readonly number[]): string {
  return `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;
}

/** Whether the element type is one that `floats` reads. */
export function isFloat(type: string): type is FloatName {
  return Object.hasOwn(floatBytes, type);
}

/**
 * Values of an array, from an element on: float64 as they are, others widened to float32, which is exact.
 *
 * @throws Error when the array is not of a float type
 */
export function floats({name, type, bytes}: StoredArray, from: number, count: number): Float32Array | Float64Array {
  if (!isFloat(type))
    throw new Error(`${name} holds ${type}; float16, float32 or float64 is needed: save ${name}.astype("float32").`);
  const size = floatBytes[type];
  // Copied, because typed arrays must start at a multiple of their element's size.
  const part = new Uint8Array(bytes.subarray(from * size, (from + count) * size)).buffer;
  switch (type) {
    case "float64":
      return new Float64Array(part);
    case "float32":
      return new Float32Array(part);
    case "float16":
      return Float32Array.from(new Uint16Array(part), fromHalf);
    case "bfloat16":
      return new Float32Array(Uint32Array.from(new Uint16Array(part), (half) => half << 16).buffer);
  }
}
