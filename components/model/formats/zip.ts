/** Where the entries of a zip archive lie, so that what is stored uncompressed needs no copy. */
import {inflateSync} from "fflate";

export interface ZipEntry {
  name: string;
  /** 0 stored, 8 deflated. */
  method: number;
  /** First byte of its data in the archive. */
  offset: number;
  /** Bytes in the archive, and unpacked. */
  packed: number;
  size: number;
}

const endMark = 0x06054b50;
const end64Mark = 0x06064b50;
const locatorMark = 0x07064b50;
const centralMark = 0x02014b50;
const localMark = 0x04034b50;
const unknown32 = 0xffffffff;

/** Whether bytes begin as a zip archive does. */
export function isZip(bytes: Uint8Array): boolean {
  return bytes.length > 22 && bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;
}

/**
 * The entries of an archive by name, from its central directory.
 *
 * @throws Error when the directory is missing, contradicts the bytes, or an entry is encrypted or packed in another way
 */
export function readZip(bytes: Uint8Array): Map<string, ZipEntry> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const {start, count} = directory(view);
    const entries = new Map<string, ZipEntry>();
    for (let i = 0, at = start; i < count; ++i) {
      const {entry, next} = centralEntry(view, bytes, at);
      entries.set(entry.name, entry);
      at = next;
    }
    return entries;
  } catch (cause) {
    // Reading beyond the bytes is a RangeError of DataView's.
    if (cause instanceof RangeError)
      throw new Error("its directory lies beyond its end; the file is cut short", {cause});
    throw cause;
  }
}

/** The unpacked bytes of an entry: a view where they are stored as they are. */
export function entryBytes(bytes: Uint8Array, {name, method, offset, packed, size}: ZipEntry): Uint8Array {
  const part = bytes.subarray(offset, offset + packed);
  if (method === 0) return part;
  let unpacked: Uint8Array;
  try {
    unpacked = inflateSync(part, {out: new Uint8Array(size)});
  } catch (cause) {
    throw new Error(`its entry ${name} cannot be unpacked; the file is damaged`, {cause});
  }
  if (unpacked.length !== size) throw new Error(`its entry ${name} is shorter than it says; the file is damaged`);
  return unpacked;
}

function directory(view: DataView): {start: number; count: number} {
  const last = view.byteLength - 22;
  let end = last;
  while (end >= Math.max(0, last - 65_535) && view.getUint32(end, true) !== endMark) --end;
  if (end < 0 || view.getUint32(end, true) !== endMark)
    throw new Error("its directory is missing; the file is cut short");
  const [count, start] = [view.getUint16(end + 10, true), view.getUint32(end + 16, true)];
  const large = end >= 20 && view.getUint32(end - 20, true) === locatorMark;
  if (!large) return {start, count};
  const at = wide(view, end - 12);
  if (view.getUint32(at, true) !== end64Mark) throw new Error("its large directory is missing; the file is damaged");
  return {start: wide(view, at + 48), count: wide(view, at + 32)};
}

function wide(view: DataView, at: number): number {
  const value = Number(view.getBigUint64(at, true));
  if (!Number.isSafeInteger(value)) throw new Error("it names places that no file has; it is damaged");
  return value;
}

function centralEntry(view: DataView, bytes: Uint8Array, at: number): {entry: ZipEntry; next: number} {
  if (view.getUint32(at, true) !== centralMark) throw new Error("its directory is damaged");
  const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
  const [nameLength, extraLength, noteLength] = [28, 30, 32].map((k) => view.getUint16(at + k, true));
  const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
  const sizes = [view.getUint32(at + 24, true), view.getUint32(at + 20, true), view.getUint32(at + 42, true)];
  const [size, packed, local] = largeSizes(view, sizes, at + 46 + nameLength, extraLength);
  if (flags & 1) throw new Error(`its entry ${name} is encrypted`);
  if (method !== 0 && method !== 8)
    throw new Error(`its entry ${name} is packed in a way (${method}) that is not known`);
  if (view.getUint32(local, true) !== localMark) throw new Error(`its entry ${name} is not where the directory says`);
  const offset = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  if (offset + packed > bytes.length) throw new Error(`its entry ${name} ends beyond the file, which is cut short`);
  if (method === 0 && size !== packed) throw new Error(`its entry ${name} has two sizes; the file is damaged`);
  // No deflated data is smaller than a thousandth of what it unpacks to.
  if (size > 1100 * packed + 64)
    throw new Error(`its entry ${name} claims ${size} bytes of ${packed}; the file is damaged`);
  return {entry: {name, method, offset, packed, size}, next: at + 46 + nameLength + extraLength + noteLength};
}

/** Sizes beyond 4 GB stand in an extra field, in this order, those that need it alone. */
function largeSizes(view: DataView, sizes: number[], at: number, length: number): number[] {
  if (!sizes.includes(unknown32)) return sizes;
  for (let field = at; field + 4 <= at + length; field += 4 + view.getUint16(field + 2, true)) {
    if (view.getUint16(field, true) !== 1) continue;
    let next = field + 4;
    return sizes.map((size) => {
      if (size !== unknown32) return size;
      next += 8;
      return wide(view, next - 8);
    });
  }
  return sizes;
}
