/** One file of arrays, whatever its format. */
import {readSafetensors} from "../model/safetensors.js";
import {knowExport} from "./exportVersion.js";
import {npyArray, npzArrays} from "./npy.js";
import type {StoredArray, StoredArrays} from "./stored.js";

/** Formats of a file of arrays, by the end of its name. */
export const arrayFiles = [".npz", ".arrow", ".feather", ".safetensors"] as const;

const safetensorsTypes: Readonly<Record<string, string>> = {
  F16: "float16",
  BF16: "bfloat16",
  F32: "float32",
  F64: "float64"
};

/** Whether a file's name says that it holds arrays. */
export function isArrayFile(name: string): boolean {
  return arrayFiles.some((end) => name.toLowerCase().endsWith(end));
}

/**
 * The arrays of a file. Nothing is converted yet.
 *
 * @param file its name, whose end says the format; it stands in errors
 * @throws Error saying what is wrong with it
 */
export async function openArrays(bytes: Uint8Array, file: string): Promise<StoredArrays> {
  const end = arrayFiles.find((each) => file.toLowerCase().endsWith(each));
  switch (end) {
    case ".npz":
      return npzArrays(bytes, file);
    case ".arrow":
    case ".feather":
      return (await import("./arrowTensors.js")).arrowArrays(bytes, file);
    case ".safetensors":
      return safetensorsArrays(bytes, file);
    case undefined:
      throw new Error(`${file} is none of ${arrayFiles.join(", ")}, and no folder of .npy files.`);
  }
}

function safetensorsArrays(bytes: Uint8Array, file: string): StoredArrays {
  const {tensors, metadata = {}} = readSafetensors(bytes, file);
  if (typeof metadata.format === "string") knowExport(metadata.format, file);
  const arrays = [...tensors.values()].map(({name, type, shape, offset, length}): StoredArray => ({
    name,
    shape,
    type: safetensorsTypes[type] ?? type,
    bytes: bytes.subarray(offset, offset + length)
  }));
  return new Map(arrays.map((array) => [array.name, array]));
}

/** The arrays of .npy files, each named as its file. */
export function npyArrays(files: Readonly<Record<string, Uint8Array>>): StoredArrays {
  return new Map(Object.entries(files).map(([name, bytes]) => [name, npyArray(bytes, name)]));
}
