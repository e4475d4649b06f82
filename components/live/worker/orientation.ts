/** How a camera was held (EXIF), for the formats whose orientation browsers pass over. */

/** 1 to 8, as EXIF numbers them; 1 is upright. */
export type Orientation = number;

/**
 * The EXIF orientation that a WebP or PNG file says (1 where it says none), and the file without it, so that no browser
 * turns the picture a second time.
 */
export function takeOrientation(file: Uint8Array<ArrayBuffer>): {orientation: Orientation; bare: BlobPart[]} {
  const exif = isWebp(file) ? webpExif(file) : isPng(file) ? pngExif(file) : undefined;
  if (!exif) return {orientation: 1, bare: [file]};
  const {from, to, data} = exif;
  // A WebP file says how long it is: there the chunk stays, under a name that nothing reads.
  const instead = isWebp(file) ? [unread, file.subarray(from + unread.length, to)] : [];
  return {
    orientation: tiffOrientation(withoutName(data)),
    bare: [file.subarray(0, from), ...instead, file.subarray(to)]
  };
}

const unread = Uint8Array.from("NONE", (letter) => letter.charCodeAt(0));

/** Where a chunk lies in a file, and what it holds. */
interface Chunk {
  from: number;
  to: number;
  data: Uint8Array;
}

/** What a canvas's `setTransform` is given to draw a picture upright; its size is `width` × `height` before. */
export function uprightTransform(orientation: Orientation, width: number, height: number): DOMMatrix2DInit {
  const [a, b, c, d, e, f] = (
    {
      2: [-1, 0, 0, 1, width, 0],
      3: [-1, 0, 0, -1, width, height],
      4: [1, 0, 0, -1, 0, height],
      5: [0, 1, 1, 0, 0, 0],
      6: [0, 1, -1, 0, height, 0],
      7: [0, -1, -1, 0, height, width],
      8: [0, -1, 1, 0, 0, width]
    } as Record<number, number[]>
  )[orientation] ?? [1, 0, 0, 1, 0, 0];
  return {a, b, c, d, e, f};
}

/** Whether an orientation turns rows into columns. */
export function isTurned(orientation: Orientation): boolean {
  return orientation >= 5;
}

function isWebp(file: Uint8Array): boolean {
  return word(file, 0) === "RIFF" && word(file, 8) === "WEBP";
}

function isPng(file: Uint8Array): boolean {
  return file[0] === 0x89 && word(file, 0).slice(1) === "PNG";
}

/** Chunks of a RIFF file: a name, a length (little-endian), data, and a byte of padding after an odd length. */
function webpExif(file: Uint8Array): Chunk | undefined {
  const view = viewOf(file);
  for (let at = 12; at + 8 <= file.length;) {
    const length = view.getUint32(at + 4, true);
    const to = at + 8 + length + (length & 1);
    if (word(file, at) === "EXIF") return {from: at, to, data: file.subarray(at + 8, at + 8 + length)};
    at = to;
  }
  return undefined;
}

/** Chunks of a PNG file: a length (big-endian), a name, data, a check sum. */
function pngExif(file: Uint8Array): Chunk | undefined {
  const view = viewOf(file);
  for (let at = 8; at + 12 <= file.length;) {
    const length = view.getUint32(at);
    const to = at + 12 + length;
    if (word(file, at + 4) === "eXIf") return {from: at, to, data: file.subarray(at + 8, at + 8 + length)};
    at = to;
  }
  return undefined;
}

/** Some programs write JPEG's "Exif" before the data. */
function withoutName(data: Uint8Array): Uint8Array {
  return word(data, 0) === "Exif" ? data.subarray(6) : data;
}

/** Tag 0x0112 of a TIFF file's first directory. */
function tiffOrientation(tiff: Uint8Array): Orientation {
  const view = viewOf(tiff);
  const little = word(tiff, 0).startsWith("II");
  if (tiff.length < 8) return 1;
  const directory = view.getUint32(4, little);
  if (directory + 2 > tiff.length) return 1;
  const entries = view.getUint16(directory, little);
  for (let at = directory + 2, k = 0; k < entries && at + 12 <= tiff.length; ++k, at += 12)
    if (view.getUint16(at, little) === 0x0112) {
      const value = view.getUint16(at + 8, little);
      return value >= 1 && value <= 8 ? value : 1;
    }
  return 1;
}

function viewOf({buffer, byteOffset, byteLength}: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

function word(file: Uint8Array, at: number): string {
  return String.fromCharCode(...file.subarray(at, at + 4));
}
