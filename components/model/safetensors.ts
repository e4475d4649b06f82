/** Reads and writes safetensors files: an 8-byte length, a JSON header, the tensors' bytes. */
import {fromHalf} from "./half.js";

/** The element types this project computes with; others may be present and are kept as names only. */
export type FloatType = "F64" | "F32" | "F16" | "BF16";

export const floatTypes: readonly string[] = ["F64", "F32", "F16", "BF16"] satisfies FloatType[];

/** Where one tensor's bytes lie in the file. */
export interface StoredTensor {
  name: string;
  type: string;
  shape: number[];
  /** First byte, from the start of the file. */
  offset: number;
  /** Number of bytes. */
  length: number;
  /** Which of the checkpoint's further files it lies in. */
  file?: string;
}

/** A checkpoint: the whole file, and where each tensor lies in it. */
export interface Checkpoint {
  /** The file that tensors lie in where they name no other. */
  bytes: Uint8Array;
  /** Further files by name: shards, and what had to be unpacked. */
  more?: ReadonlyMap<string, Uint8Array>;
  tensors: Map<string, StoredTensor>;
  /** What a safetensors file says of itself. */
  metadata?: Readonly<Record<string, unknown>>;
}

const byteSizes: Record<string, number> = {
  F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, I16: 2, I8: 1, U64: 8, U32: 4, U16: 2, U8: 1, BOOL: 1
}; // prettier-ignore

/** Safetensors' own limit: a longer header is a lie. */
const longestHeader = 100_000_000;

/**
 * Reads a safetensors file's header and checks it against the bytes that are there.
 * Nothing is copied: the tensors stay where they lie in `bytes`.
 *
 * @param file named in errors
 * @throws Error when the file is truncated, is not safetensors, or its header contradicts itself
 */
export function readSafetensors(bytes: Uint8Array, file = "model.safetensors"): Checkpoint {
  const fail = (what: string): never => {
    throw new Error(`${file}: ${what}. The file is damaged or not a safetensors file; fetch it again.`);
  };
  if (bytes.length < 8) fail(`only ${bytes.length} bytes, too short for a header`);
  const headerLength = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  if (headerLength > longestHeader) fail(`a header of ${headerLength} bytes is not plausible`);
  const start = 8 + headerLength;
  if (start > bytes.length) fail(`the header needs ${start} bytes, the file has ${bytes.length}`);
  const tensors = new Map<string, StoredTensor>();
  let metadata: Checkpoint["metadata"];
  for (const [name, entry] of Object.entries(parseHeader(bytes.subarray(8, start), fail))) {
    if (name === "__metadata__") {
      metadata = entry as Checkpoint["metadata"];
      continue;
    }
    tensors.set(name, readEntry(name, entry, start, bytes.length, fail));
  }
  refuseOverlaps(tensors, fail);
  return {bytes, tensors, ...(metadata && {metadata})};
}

function parseHeader(bytes: Uint8Array, fail: (what: string) => never): Record<string, unknown> {
  try {
    const header: unknown = JSON.parse(new TextDecoder("utf-8", {fatal: true}).decode(bytes));
    if (typeof header === "object" && header !== null && !Array.isArray(header))
      return header as Record<string, unknown>;
  } catch {
    // said below
  }
  return fail("the header is not a JSON object");
}

function readEntry(name: string, entry: unknown, start: number, size: number, fail: (what: string) => never) {
  const {
    dtype,
    shape,
    data_offsets: range
  } = (entry ?? {}) as {
    dtype?: unknown;
    shape?: unknown;
    data_offsets?: unknown;
  };
  if (typeof dtype !== "string" || !isCounts(shape) || !isCounts(range) || range.length !== 2)
    return fail(`tensor ${name} has no valid dtype, shape and data_offsets`);
  const [from, to] = range;
  const elements = shape.reduce((a, b) => a * b, 1);
  const expected = elements * byteSizes[dtype];
  // A type that is not known here may be present, as long as nothing reads it.
  if (to < from || (dtype in byteSizes && expected !== to - from))
    fail(`tensor ${name} says ${dtype} [${shape.join(", ")}] but occupies ${to - from} bytes`);
  if (start + to > size) fail(`tensor ${name} ends at byte ${start + to}, the file has ${size}`);
  return {name, type: dtype, shape, offset: start + from, length: to - from};
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((d) => Number.isSafeInteger(d) && d >= 0);
}

function refuseOverlaps(tensors: Map<string, StoredTensor>, fail: (what: string) => never) {
  const sorted = [...tensors.values()].toSorted((a, b) => a.offset - b.offset || a.length - b.length);
  for (let i = 1; i < sorted.length; ++i)
    if (sorted[i].offset < sorted[i - 1].offset + sorted[i - 1].length)
      fail(`tensors ${sorted[i - 1].name} and ${sorted[i].name} overlap`);
}

/**
 * The values of a tensor as float32. F32 at an aligned offset is a view; the rest is converted.
 *
 * @throws Error when the tensor is not of a float type
 */
export function readFloats(
  checkpoint: Checkpoint,
  tensor: {name: string; type: string; offset: number; length: number; file?: string}
) {
  const {buffer, byteOffset} = fileOf(checkpoint, tensor);
  const at = byteOffset + tensor.offset;
  if (tensor.type === "F32") {
    if (at % 4 === 0) return new Float32Array(buffer, at, tensor.length / 4);
    return new Float32Array(buffer.slice(at, at + tensor.length));
  }
  if (tensor.type === "F64") return Float32Array.from(new Float64Array(buffer.slice(at, at + tensor.length)));
  if (tensor.type !== "F16" && tensor.type !== "BF16")
    throw new Error(`${tensor.name}: ${tensor.type} is not a float type`);
  const halves = new Uint16Array(buffer.slice(at, at + tensor.length));
  return tensor.type === "BF16" ? widenBfloat16(halves) : Float32Array.from(halves, fromHalf);
}

/** The bytes of the file that a tensor lies in. */
export function fileOf({bytes, more}: Checkpoint, {name, file}: {name: string; file?: string}): Uint8Array {
  const found = file === undefined ? bytes : more?.get(file);
  if (!found) throw new Error(`${name} lies in ${file}, which was not read.`);
  return found;
}

function widenBfloat16(halves: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(halves, (h) => h << 16).buffer);
}

/** A tensor to be written. */
export interface WrittenTensor {
  /** F32 where nothing else is said. */
  type?: FloatType | "I8" | "U8";
  shape: number[];
  /** float32 values for F32; the 16-bit patterns for F16 and BF16; bytes for I8 and U8. */
  data: Float32Array | Uint16Array | Int8Array | Uint8Array;
}

/** Writes a safetensors file, the header padded so that the tensors begin at a multiple of 8 bytes. */
export function writeSafetensors(
  tensors: Record<string, WrittenTensor>,
  metadata?: Record<string, string>
): Uint8Array {
  const header: Record<string, unknown> = metadata ? {__metadata__: metadata} : {};
  let end = 0;
  for (const [name, {type = "F32", shape, data}] of Object.entries(tensors))
    header[name] = {dtype: type, shape, data_offsets: [end, (end += data.byteLength)]};
  const text = JSON.stringify(header);
  const head = new TextEncoder().encode(text + " ".repeat((8 - (new TextEncoder().encode(text).length % 8)) % 8));
  const bytes = new Uint8Array(8 + head.length + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(head.length), true);
  bytes.set(head, 8);
  let at = 8 + head.length;
  for (const {data} of Object.values(tensors)) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}
