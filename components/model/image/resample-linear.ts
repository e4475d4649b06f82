import type {Picture} from "./pixels.js";

/** One as a fixed-point weight: 11 fractional bits. */
const one = 2048;

/** Taps along one axis: source sample of each output sample, and the fixed-point weights of it and of the next. */
interface FixedTaps {
  index: Int32Array;
  near: Int32Array;
  far: Int32Array;
}

/**
 * Resizes a picture exactly as OpenCV's `resize` with `INTER_LINEAR` does on bytes, which is how the segmentation
 * pipeline of SCLIP and its descendants prepares images: half-pixel centres, borders clamped, no antialiasing, weights
 * of 11 bits, and a vertical pass that drops 4 and then 16 bits before it rounds. Bit-exact against OpenCV 4.6 and 5.0.
 *
 * OpenCV turns an exact halving of both sides into the mean of 2 × 2 pixels; so does this.
 *
 * @throws RangeError when the target has no pixels
 */
export function resizeLinear(source: Picture, width: number, height: number): Picture {
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0))
    throw new RangeError(`Cannot resize to ${width} × ${height} pixels.`);
  if (width === source.width && height === source.height) return source;
  if (2 * width === source.width && 2 * height === source.height) return halve(source);
  const data = new Uint8Array(3 * width * height);
  const columns = columnTaps(source.width, width);
  const rows = rowTaps(source.height, height);
  // Rows arrive in ascending order, so the two latest horizontal passes are all that is ever needed again.
  let upper = {y: -1, values: new Int32Array(3 * width)};
  let lower = {y: -1, values: new Int32Array(3 * width)};
  for (let y = 0, to = 0; y < height; ++y) {
    const above = clamp(rows.index[y], source.height);
    const below = clamp(rows.index[y] + 1, source.height);
    if (lower.y === above) [upper, lower] = [lower, upper];
    if (upper.y !== above) stretch(source, above, columns, upper);
    if (lower.y !== below) stretch(source, below, columns, lower);
    const near = rows.near[y];
    const far = rows.far[y];
    for (let i = 0; i < 3 * width; ++i)
      data[to++] = (((near * (upper.values[i] >> 4)) >> 16) + ((far * (lower.values[i] >> 4)) >> 16) + 2) >> 2;
  }
  return {width, height, data};
}

function clamp(index: number, size: number): number {
  return Math.min(Math.max(index, 0), size - 1);
}

/** Rounds halves to even, as the processor's conversion to integer does in OpenCV. */
function roundEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

function rowTaps(source: number, target: number): FixedTaps {
  const taps = {index: new Int32Array(target), near: new Int32Array(target), far: new Int32Array(target)};
  const ratio = 1 / (target / source); // in this order: the reciprocal of a quotient is not always the other quotient
  for (let i = 0; i < target; ++i) {
    const position = Math.fround((i + 0.5) * ratio - 0.5);
    const index = Math.floor(position);
    setTap(taps, i, index, Math.fround(position - index));
  }
  return taps;
}

/** As for rows, but past a border the weight itself is reset, where rows clamp only the index. */
function columnTaps(source: number, target: number): FixedTaps {
  const taps = rowTaps(source, target);
  for (let i = 0; i < target; ++i) {
    if (taps.index[i] < 0) setTap(taps, i, 0, 0);
    if (taps.index[i] >= source - 1) setTap(taps, i, source - 1, 0);
  }
  return taps;
}

function setTap(taps: FixedTaps, i: number, index: number, fraction: number): void {
  taps.index[i] = index;
  taps.near[i] = roundEven(Math.fround(1 - fraction) * one);
  taps.far[i] = roundEven(fraction * one);
}

function stretch(source: Picture, y: number, taps: FixedTaps, row: {y: number; values: Int32Array}): void {
  const {data} = source;
  const start = 3 * y * source.width;
  const last = 3 * (source.width - 1);
  row.y = y;
  for (let x = 0, to = 0; x < taps.index.length; ++x, to += 3) {
    const offset = 3 * taps.index[x];
    const left = start + offset;
    const right = start + Math.min(offset + 3, last);
    const near = taps.near[x];
    const far = taps.far[x];
    row.values[to] = data[left] * near + data[right] * far;
    row.values[to + 1] = data[left + 1] * near + data[right + 1] * far;
    row.values[to + 2] = data[left + 2] * near + data[right + 2] * far;
  }
}

function halve(source: Picture): Picture {
  const width = source.width / 2;
  const height = source.height / 2;
  const data = new Uint8Array(3 * width * height);
  const pitch = 3 * source.width;
  for (let y = 0, to = 0; y < height; ++y)
    for (let x = 0; x < width; ++x)
      for (let channel = 0; channel < 3; ++channel) {
        const from = 2 * y * pitch + 6 * x + channel;
        const four =
          source.data[from] + source.data[from + 3] + source.data[from + pitch] + source.data[from + pitch + 3];
        data[to++] = (four + 2) >> 2;
      }
  return {width, height, data};
}
