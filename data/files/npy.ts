/** NumPy's array files, versions 1 to 3: float32 and float64, little-endian, C order. */
import {readFile} from "node:fs/promises";
import {cannotRead} from "./missing.js";

export interface NpyArray {
  shape: number[];
  data: Float32Array | Float64Array;
}

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const types = {"<f4": Float32Array, "<f8": Float64Array} as const;

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
  const wrong = numbers.findIndex((value) => !Number.isFinite(value));
  if (wrong < 0) return {shape, data: numbers};
  const all = numbers.reduce((count, value) => count + Number(!Number.isFinite(value)), 0);
  throw new Error(
    `${file} has ${data[wrong]} at index (${indexOf(wrong, shape).join(", ")})${all > 1 ? `, and ${all} such values in all` : ""}; every value must be a finite float32 number.`
  );
}

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
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || magic.some((byte, i) => bytes[i] !== byte))
    throw new Error(
      `${name} is not a .npy file${isZip(bytes) ? ", but a zip (.npz?); save one array with numpy.save" : ""}.`
    );
  const version = bytes[6];
  if (version < 1 || version > 3) throw new Error(`${name} is a .npy file of version ${version}; 1 to 3 are known.`);
  const start = version === 1 ? 10 : 12;
  const end = start + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (end > bytes.length) throw new Error(`${name} ends within its header.`);
  const {type, shape} = readHeader(
    new TextDecoder(version === 3 ? "utf-8" : "latin1").decode(bytes.subarray(start, end)),
    name
  );
  const length = shape.reduce((product, side) => product * side, 1);
  const Type = types[type];
  const size = length * Type.BYTES_PER_ELEMENT;
  if (bytes.length - end !== size)
    throw new Error(
      `${name} holds ${bytes.length - end} bytes of data; its shape (${shape.join(", ")}) needs ${size}.`
    );
  // Copied, because typed arrays must start at a multiple of their element's size.
  return {shape, data: new Type(Uint8Array.from(bytes.subarray(end)).buffer)};
}

function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b;
}

function readHeader(header: string, name: string): {type: keyof typeof types; shape: number[]} {
  const field = (key: string, value: string) => new RegExp(`['"]${key}['"]\\s*:\\s*${value}`).exec(header)?.[1];
  const type = field("descr", `['"]([^'"]*)['"]`);
  const order = field("fortran_order", "(True|False)");
  const sides = field("shape", "\\(([^)]*)\\)");
  if (field("descr", "(\\[)")) throw new Error(`${name} holds records; a plain array of float32 is needed.`);
  if (type === undefined || order === undefined || sides === undefined)
    throw new Error(`${name} has a .npy header without descr, fortran_order or shape.`);
  if (!Object.hasOwn(types, type))
    throw new Error(`${name} holds ${type}; float32 (<f4) or float64 (<f8) is needed: save x.astype("<f4").`);
  if (order === "True") throw new Error(`${name} is in Fortran order; save numpy.ascontiguousarray(x) instead.`);
  const shape = sides
    .split(",")
    .map((side) => side.trim())
    .filter(Boolean)
    // Python 2 wrote whole numbers with an L.
    .map((side) => (/^\d+L?$/.test(side) ? parseInt(side, 10) : NaN));
  if (!shape.every((side) => Number.isSafeInteger(side) && side >= 0))
    throw new Error(`${name} has the shape (${sides}).`);
  return {type: type as keyof typeof types, shape};
}

/**
 * The bytes of a .npy file, version 1 (what NumPy itself writes for such arrays), data at a multiple of 64 bytes.
 *
 * @throws RangeError when the data do not fill the shape
 */
export function writeNpy({shape, data}: {shape: readonly number[]; data: Float32Array | Float64Array}): Uint8Array {
  if (data.length !== shape.reduce((product, side) => product * side, 1))
    throw new RangeError(`${data.length} numbers do not fill the shape (${shape.join(", ")}).`);
  const type = data instanceof Float32Array ? "<f4" : "<f8";
  const sides = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const header = `{'descr': '${type}', 'fortran_order': False, 'shape': (${sides}), }`;
  const length = Math.ceil((10 + header.length + 1) / 64) * 64;
  const bytes = new Uint8Array(length + data.byteLength);
  bytes.set([...magic, 1, 0, (length - 10) & 255, (length - 10) >> 8]);
  bytes.set(new TextEncoder().encode(header.padEnd(length - 11) + "\n"), 10);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), length);
  return bytes;
}
