/** WOFF 1.0 to the OpenType file in it: what PDF files embed. */
import {unzlibSync} from "fflate";

const tableEntry = 16;

/**
 * @param woff a WOFF 1.0 file (W3C Recommendation, 2012)
 * @returns the sfnt file that it packs
 * @throws Error where the bytes are no WOFF 1.0 file
 */
export function sfntOf(woff: Uint8Array): Uint8Array {
  const from = new DataView(woff.buffer, woff.byteOffset, woff.byteLength);
  if (woff.length < 44 || from.getUint32(0) !== 0x774f4646) throw new Error("This is no WOFF file.");
  const count = from.getUint16(12);
  const tables = Array.from({length: count}, (_, i) => {
    const at = 44 + i * 20;
    const [tag, offset, packed, length, sum] = [0, 4, 8, 12, 16].map((k) => from.getUint32(at + k));
    const bytes = woff.subarray(offset, offset + packed);
    return {tag, sum, bytes: packed < length ? unzlibSync(bytes) : bytes, length};
  });
  const start = 12 + count * tableEntry;
  const sizes = tables.map(({length}) => Math.ceil(length / 4) * 4);
  const sfnt = new Uint8Array(sizes.reduce((a, b) => a + b, start));
  const to = new DataView(sfnt.buffer);
  writeHeader(to, from.getUint32(4), count);
  let offset = start;
  tables.forEach(({tag, sum, bytes, length}, i) => {
    [tag, sum, offset, length].forEach((value, k) => to.setUint32(12 + i * tableEntry + 4 * k, value));
    sfnt.set(bytes, offset);
    offset += sizes[i];
  });
  return sfnt;
}

/** The search fields of an sfnt header follow from the number of its tables. */
function writeHeader(to: DataView, flavour: number, count: number): void {
  const power = Math.floor(Math.log2(count));
  const range = 2 ** power * tableEntry;
  to.setUint32(0, flavour);
  [count, range, power, count * tableEntry - range].forEach((value, i) => to.setUint16(4 + 2 * i, value));
}
