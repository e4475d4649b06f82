/** Words inside a PNG file (iTXt chunks), so that a picture says where it comes from wherever it ends up. */

/** Keywords of the PNG specification. */
export type PngWords = Partial<Record<"Title" | "Description" | "Source" | "Software" | "Comment", string>>;

/** Length, type and check sum of a chunk take this many bytes around its data. */
const around = 12;

/** Pixels to a metre at one pixel to the inch. */
const metre = 1 / 0.0254;

/**
 * Adds words, and the resolution (pHYs), after a PNG's header. Bytes that are no PNG are returned as they are.
 *
 * @param perInch pixels to the inch, so that programs place the picture at its size
 */
export function addPngWords(png: Uint8Array, words: PngWords, perInch?: number): Uint8Array<ArrayBuffer> {
  const header = 8 + around + 13;
  if (png.length < header || png[0] !== 0x89 || png[1] !== 0x50) return Uint8Array.from(png);
  const chunks = Object.entries(words)
    .filter(([, text]) => text)
    .map(([keyword, text]) => chunk("iTXt", body(keyword, text)));
  if (perInch) chunks.unshift(chunk("pHYs", resolution(perInch)));
  const size = chunks.reduce((sum, {length}) => sum + length, png.length);
  const joined = new Uint8Array(size);
  let at = 0;
  for (const part of [png.subarray(0, header), ...chunks, png.subarray(header)]) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** Keyword, no compression, no language, no translated keyword, then the text, each ended by a zero byte. */
function body(keyword: string, text: string): Uint8Array {
  return new TextEncoder().encode(`${keyword}\0\0\0\0\0${text.replaceAll("\0", " ")}`);
}

/** Pixels to the metre across and down, and that the unit is the metre. */
function resolution(perInch: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(9));
  view.setUint32(0, Math.round(perInch * metre));
  view.setUint32(4, Math.round(perInch * metre));
  view.setUint8(8, 1);
  return new Uint8Array(view.buffer);
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(around + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

/** CRC-32 as PNG uses it. */
function crc(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; ++bit) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  }
  return (sum ^ 0xffffffff) >>> 0;
}
