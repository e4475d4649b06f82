/** NumPy's array files as the engine's input: float32 and float64, little-endian, C order. */
import {readFile} from "node:fs/promises";
import {npyArray, npyHeader, structured, writeNpy} from "../../components/exchange/npy.js";
import {elements, floats} from "../../components/exchange/stored.js";
import {cannotRead} from "./missing.js";

export {writeNpy};

export interface NpyArray {
  shape: number[];
  data: Float32Array | Float64Array;
}

/**
 * Reads an array from a file.
 *
 * @throws Error that names the file and what is wrong with it
 */
export async function readNpy(file: string): Promise<NpyArray> {
  const bytes = await readFile(file).catch((cause: Error) => {
    throw cannotRead(file, cause);
  });
  return parseNpy(bytes, file);
}

/**
 * Reads an array of numbers for a network: float32, none of them NaN or infinite, and at least one.
 *
 * @throws Error that names the file, and the index of the first number that is none
 */
export async function readNumbers(file: string): Promise<{shape: number[]; data: Float32Array}> {
  const {shape, data} = await readNpy(file);
  if (!data.length) throw new Error(`${file} is empty: its shape is (${shape.join(", ")}).`);
  const numbers = data instanceof Float32Array ? data : Float32Array.from(data);
  const isWrong = (value: number): boolean => !(Math.abs(value) <= largest);
  const wrong = numbers.findIndex(isWrong);
  if (wrong < 0) return {shape, data: numbers};
  const all = numbers.reduce((count, value) => count + Number(isWrong(value)), 0);
  throw new Error(
    `${file} has ${data[wrong]} at index (${indexOf(wrong, shape).join(", ")})${all > 1 ? `, and ${all} such values in all` : ""}; every value must be a finite float32 number, and normalised pixels lie within about ±3.`
  );
}

/** Beyond this the squares of a layer norm overflow, and what comes out is finite and means nothing. */
const largest = 1e6;

/** The index of a number in an array of a shape, from its place in memory. */
export function indexOf(at: number, shape: readonly number[]): number[] {
  const index: number[] = [];
  for (const side of shape.toReversed()) {
    index.unshift(at % side);
    at = Math.floor(at / side);
  }
  return index;
}

/** Reads an array from a file's bytes; `name` stands in errors. */
export function parseNpy(bytes: Uint8Array, name = "the array"): NpyArray {
  const {descr, fortran, shape} = npyHeader(bytes, name);
  if (descr === structured) throw new Error(`${name} holds records; a plain array of float32 is needed.`);
  if (descr !== "<f4" && descr !== "<f8")
    throw new Error(`${name} holds ${descr}; float32 (<f4) or float64 (<f8) is needed: save x.astype("<f4").`);
  if (fortran) throw new Error(`${name} is in Fortran order; save numpy.ascontiguousarray(x) instead.`);
  const array = npyArray(bytes, name);
  return {shape, data: floats(array, 0, elements(shape))};
}
