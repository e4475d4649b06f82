/** NumPy's array files, versions 1 to 3, and archives of them. */
import {unzipSync, zipSync} from "fflate";
import {knowExport} from "./exportVersion.js";
import {elements, type StoredArray, type StoredArrays} from "./stored.js";

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** NumPy's names of the element types that are read. */
const floatTypes: Readonly<Record<string, {type: string; size: number}>> = {
  "<f2": {type: "float16", size: 2},
  "<f4": {type: "float32", size: 4},
  "<f8": {type: "float64", size: 8}
};

/** Stands for the type of records, whose fields have types of their own. */
export const structured = "records";

/** What a .npy file's header says. */
export interface NpyHeader {
  /** NumPy's `descr`, such as `<f4`. */
  descr: string;
  fortran: boolean;
  shape: number[];
  /** Where the data begin. */
  start: number;
}

/**
 * Reads the header of a .npy file.
 *
 * @param name stands in errors
 * @throws Error when it is none
 */
export function npyHeader(bytes: Uint8Array, name: string): NpyHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || magic.some((byte, i) => bytes[i] !== byte))
    throw new Error(
      `${name} is not a .npy file${isZip(bytes) ? ", but a zip (.npz?); save one array with numpy.save" : ""}.`
    );
  const version = bytes[6];
  if (version < 1 || version > 3) throw new Error(`${name} is a .npy file of version ${version}; 1 to 3 are known.`);
  const from = version === 1 ? 10 : 12;
  const start = from + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (start > bytes.length) throw new Error(`${name} ends within its header.`);
  const header = new TextDecoder(version === 3 ? "utf-8" : "latin1").decode(bytes.subarray(from, start));
  const field = (key: string, value: string) => new RegExp(`['"]${key}['"]\\s*:\\s*${value}`).exec(header)?.[1];
  const descr = field("descr", "(\\[)") ? structured : field("descr", `['"]([^'"]*)['"]`);
  const order = field("fortran_order", "(True|False)");
  const sides = field("shape", "\\(([^)]*)\\)");
  if (descr === undefined || order === undefined || sides === undefined)
    throw new Error(`${name} has a .npy header without descr, fortran_order or shape.`);
  const shape = sides
    .split(",")
    .map((side) => side.trim())
    .filter(Boolean)
    // Python 2 wrote whole numbers with an L.
    .map((side) => (/^\d+L?$/.test(side) ? parseInt(side, 10) : NaN));
  if (!shape.every((side) => Number.isSafeInteger(side) && side >= 0) || !Number.isSafeInteger(elements(shape)))
    throw new Error(`${name} has the shape (${sides}).`);
  return {descr, fortran: order === "True", shape, start};
}

function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b;
}

/**
 * An array of a .npy file: float16, float32 and float64, either order of axes. One of another type keeps its type's
 * name, and is refused where its values are needed.
 *
 * @throws Error naming the array, when the file is damaged
 */
export function npyArray(bytes: Uint8Array, name: string): StoredArray {
  const {descr, fortran, shape, start} = npyHeader(bytes, name);
  const float = floatTypes[descr];
  if (!float) return {name, shape, type: otherType(descr), bytes: new Uint8Array()};
  const size = elements(shape) * float.size;
  if (bytes.length - start !== size)
    throw new Error(
      `${name} holds ${bytes.length - start} bytes of data; its shape (${shape.join(", ")}) needs ${size}.`
    );
  const data = bytes.subarray(start);
  return {name, shape, type: float.type, bytes: fortran ? inCOrder(data, shape, float.size) : data};
}

function otherType(descr: string): string {
  if (descr === "|O") return "Python objects (NumPy makes them of arrays of different sizes)";
  if (descr.startsWith(">f")) return `big-endian numbers (${descr})`;
  return descr;
}

/** Fortran's order has the first axis fastest; C's has the last. */
function inCOrder(data: Uint8Array, shape: readonly number[], size: number): Uint8Array {
  const result = new Uint8Array(data.length);
  const strides: number[] = [];
  shape.reduce((stride, side, axis) => ((strides[axis] = stride), stride * side), 1);
  const index = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < data.length; to += size) {
    for (let byte = 0; byte < size; ++byte) result[to + byte] = data[from * size + byte];
    for (let axis = shape.length - 1; axis >= 0; --axis) {
      from += strides[axis];
      if (++index[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return result;
}

/**
 * The bytes of a .npy file, version 1 (what NumPy itself writes for such arrays), data at a multiple of 64 bytes.
 *
 * @throws RangeError when the data do not fill the shape
 */
export function writeNpy({shape, data}: {shape: readonly number[]; data: NpyData}): Uint8Array {
  if (data.length !== elements(shape))
    throw new RangeError(`${data.length} numbers do not fill the shape (${shape.join(", ")}).`);
  const sides = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const header = `{'descr': '${descrOf(data)}', 'fortran_order': False, 'shape': (${sides}), }`;
  return npyBytes(header, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

/** What `writeNpy` writes. */
export type NpyData = Float32Array | Float64Array | Uint8Array;

function descrOf(data: NpyData): string {
  return data instanceof Float32Array ? "<f4" : data instanceof Float64Array ? "<f8" : "|u1";
}

/** A text as NumPy holds it: an array without axes of Unicode (UTF-32), so that `str(z["name"])` is the text. */
export function writeNpyText(text: string): Uint8Array {
  const points = Uint32Array.from([...text], (character) => character.codePointAt(0)!);
  const header = `{'descr': '<U${Math.max(1, points.length)}', 'fortran_order': False, 'shape': (), }`;
  return npyBytes(header, points.length ? new Uint8Array(points.buffer) : new Uint8Array(4));
}

/** What `writeNpyText` and NumPy write of one text; undefined for any other array. */
function npyText(bytes: Uint8Array, name: string): string | undefined {
  const {descr, shape, start} = npyHeader(bytes, name);
  const [, length] = /^<U(\d+)$/.exec(descr) ?? [];
  if (length === undefined || shape.length > 0 || start + 4 * Number(length) > bytes.length) return undefined;
  const points = new Uint32Array(new Uint8Array(bytes.subarray(start, start + 4 * Number(length))).buffer);
  return String.fromCodePoint(...points.filter((point) => point > 0 && point <= 0x10ffff));
}

function npyBytes(header: string, data: Uint8Array): Uint8Array {
  const length = Math.ceil((10 + header.length + 1) / 64) * 64;
  const bytes = new Uint8Array(length + data.length);
  bytes.set([...magic, 1, 0, (length - 10) & 255, (length - 10) >> 8]);
  bytes.set(new TextEncoder().encode(header.padEnd(length - 11) + "\n"), 10);
  bytes.set(data, length);
  return bytes;
}

/**
 * The arrays of a .npz file, stored or compressed.
 *
 * @param file stands in errors
 */
export function npzArrays(bytes: Uint8Array, file: string): StoredArrays {
  let members: Record<string, Uint8Array>;
  try {
    members = unzipSync(bytes, {filter: ({name}) => name.endsWith(".npy")});
  } catch (cause) {
    throw new Error(`${file} is damaged or only half there: ${(cause as Error).message}. Save it again.`, {cause});
  }
  if (members["format.npy"]) knowExport(npyText(members["format.npy"], "format"), file);
  const named = Object.entries(members).map(([name, data]) => [name.replace(/\.npy$/, ""), data] as const);
  return new Map(named.map(([name, data]) => [name, npyArray(data, name)]));
}

/**
 * A .npz file of .npy files by their arrays' names; the same bytes whenever it is made. Stored as NumPy's `savez` does:
 * float32 hardly gets smaller by compression.
 */
export function writeNpz(members: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const files = Object.entries(members).map(([name, bytes]) => [`${name}.npy`, bytes] as const);
  return zipSync(Object.fromEntries(files), {level: 0, mtime: new Date(1980, 0, 2)});
}
