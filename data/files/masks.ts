/** Label maps: PNG files whose pixel values are class numbers, never colours. */
import {readFile} from "node:fs/promises";
import {decode, encode, type DecodedPng} from "fast-png";
import {bits, readInterlaced} from "./interlaced.js";
import {cannotRead} from "./missing.js";

export interface MaskFile {
  width: number;
  height: number;
  /** A class number for each pixel, row-major. */
  labels: Uint8Array;
}

/**
 * Reads a grey or palette PNG as class numbers: the stored value of each pixel, whatever colour the palette gives it.
 *
 * @throws Error that names the file, when it cannot be read, holds colours, or numbers above 255
 */
export async function readMask(file: string): Promise<MaskFile> {
  const bytes = await readFile(file).catch((cause: Error) => {
    throw cannotRead(file, cause);
  });
  return parseMask(bytes, file);
}

/** Reads a label map from a file's bytes; `name` stands in errors. */
export function parseMask(bytes: Uint8Array, name = "the mask"): MaskFile {
  let png: DecodedPng;
  try {
    const interlaced = readInterlaced(bytes);
    if (interlaced) return interlaced;
    png = decode(bytes);
  } catch (cause) {
    throw new Error(`${name} is not a PNG that can be read: ${(cause as Error).message}`, {cause});
  }
  const {width, height, channels, depth, data} = png;
  if (channels !== 1)
    throw new Error(
      `${name} is a ${channels > 2 ? "colour picture" : "grey picture with transparency"}; a label map is grey or has a palette, one number a pixel.`
    );
  if (depth === 8) return {width, height, labels: new Uint8Array(data)};
  if (depth < 8) return {width, height, labels: unpack(data, width, height, depth)};
  const high = data.find((value) => value > 255);
  if (high !== undefined) throw new Error(`${name} has label ${high}; labels end at 255.`);
  return {width, height, labels: Uint8Array.from(data)};
}

/** Values of 1, 2 or 4 bits; every row starts at a byte. */
function unpack(data: ArrayLike<number>, width: number, height: number, depth: number): Uint8Array {
  const labels = new Uint8Array(width * height);
  const pitch = Math.ceil((width * depth) / 8);
  for (let y = 0, to = 0; y < height; ++y)
    for (let x = 0; x < width; ++x) labels[to++] = bits(data, x, depth, y * pitch);
  return labels;
}

/**
 * A label map as an indexed PNG, one palette colour a class; above 256 classes as 16-bit grey, which has no palette.
 *
 * @throws RangeError when there are more colours than a palette holds, or fewer than labels
 */
export function maskPng(
  {width, height, labels}: {width: number; height: number; labels: Uint8Array | Uint16Array},
  colours: ReadonlyArray<readonly [red: number, green: number, blue: number]>
): Uint8Array {
  if (labels instanceof Uint16Array) return encode({width, height, data: labels, channels: 1, depth: 16});
  const greatest = labels.reduce((a, b) => Math.max(a, b), 0);
  if (greatest >= colours.length || colours.length > 256)
    throw new RangeError(`A palette of ${colours.length} colours cannot show label ${greatest}.`);
  return encode({width, height, data: labels, channels: 1, depth: 8, palette: colours.map((colour) => [...colour])});
}

/**
 * Colours of classes 0…n − 1 by PASCAL VOC's rule: the bits of the number spread over the highest bits of red, green
 * and blue. Class 0 is black.
 */
export function vocColours(count: number): Array<[red: number, green: number, blue: number]> {
  return Array.from({length: count}, (_, label) => {
    const colour: [number, number, number] = [0, 0, 0];
    for (let bit = 7, rest = label; rest; --bit, rest >>= 3)
      for (let channel = 0; channel < 3; ++channel) colour[channel] |= ((rest >> channel) & 1) << bit;
    return colour;
  });
}
