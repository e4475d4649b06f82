/** Interlaced PNGs of less than 8 bits a pixel, which fast-png does not read. */
import {inflateSync} from "node:zlib";

/** Adam7: where each pass begins and how far apart its pixels are (PNG specification, 8.2). */
const passes = [
  {x: 0, y: 0, across: 8, down: 8},
  {x: 4, y: 0, across: 8, down: 8},
  {x: 0, y: 4, across: 4, down: 8},
  {x: 2, y: 0, across: 4, down: 4},
  {x: 0, y: 2, across: 2, down: 4},
  {x: 1, y: 0, across: 2, down: 2},
  {x: 0, y: 1, across: 1, down: 2}
];

/** A PNG's header and compressed pixels. */
interface PngParts {
  width: number;
  height: number;
  depth: number;
  /** 0 grey, 3 palette. */
  colour: number;
  interlaced: boolean;
  data: Uint8Array;
}

/**
 * The stored values of an interlaced grey or palette PNG of 1, 2 or 4 bits, row-major; undefined for any other file.
 *
 * @throws Error when the file ends early or its compressed data are damaged
 */
export function readInterlaced(bytes: Uint8Array): {width: number; height: number; labels: Uint8Array} | undefined {
  const png = readParts(bytes);
  if (!png?.interlaced || ![1, 2, 4].includes(png.depth) || (png.colour !== 0 && png.colour !== 3)) return undefined;
  const {width, height, depth} = png;
  const stream = inflateSync(png.data);
  const sizes = passes.map((pass) => {
    const columns = Math.max(0, Math.ceil((width - pass.x) / pass.across));
    const rows = columns && Math.max(0, Math.ceil((height - pass.y) / pass.down));
    return {...pass, columns, rows, pitch: Math.ceil((columns * depth) / 8)};
  });
  if (stream.length < sizes.reduce((sum, {rows, pitch}) => sum + rows * (1 + pitch), 0))
    throw new Error("its pixels end early");
  const labels = new Uint8Array(width * height);
  let from = 0;
  for (const {x, y, across, down, columns, rows, pitch} of sizes) {
    let above = new Uint8Array(pitch);
    for (let row = 0; row < rows; ++row, from += 1 + pitch) {
      const line = unfilter(stream[from], stream.subarray(from + 1, from + 1 + pitch), above);
      for (let column = 0; column < columns; ++column)
        labels[(y + row * down) * width + x + column * across] = bits(line, column, depth);
      above = line;
    }
  }
  return {width, height, labels};
}

/** The value of one pixel in a row of packed ones, the highest bits first. */
export function bits(row: ArrayLike<number>, column: number, depth: number, start = 0): number {
  const perByte = 8 / depth;
  const byte = row[start + Math.floor(column / perByte)];
  return (byte >> (8 - depth - (column % perByte) * depth)) & (2 ** depth - 1);
}

/** One row without its filter (PNG specification, 9.2), for pixels of at most a byte. */
function unfilter(filter: number, row: Uint8Array, above: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(row.length);
  for (let i = 0; i < row.length; ++i) {
    const left = i ? out[i - 1] : 0;
    out[i] = row[i] + predicted(filter, left, above[i], i ? above[i - 1] : 0);
  }
  return out;
}

function predicted(filter: number, left: number, up: number, corner: number): number {
  if (filter === 0) return 0;
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  if (filter !== 4) throw new Error(`it has a row with filter ${filter}; 0 to 4 are known`);
  const [a, b, c] = [left, up, corner].map((value) => Math.abs(left + up - corner - value));
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

function readParts(bytes: Uint8Array): PngParts | undefined {
  if (bytes.length < 33 || signature.some((byte, i) => bytes[i] !== byte)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: Uint8Array[] = [];
  for (let at = 8; at + 12 <= bytes.length; at += 12 + view.getUint32(at)) {
    const size = view.getUint32(at);
    if (at + 12 + size > bytes.length) break;
    if (String.fromCharCode(...bytes.subarray(at + 4, at + 8)) === "IDAT")
      parts.push(bytes.subarray(at + 8, at + 8 + size));
  }
  return {
    width: view.getUint32(16),
    height: view.getUint32(20),
    depth: bytes[24],
    colour: bytes[25],
    interlaced: bytes[28] === 1,
    data: Buffer.concat(parts)
  };
}
