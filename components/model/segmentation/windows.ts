import type {PixelPlanes} from "../image/normalise.js";

/**
 * One window along one axis: it sees pixels `start` … `start + length − 1` of the image, with `before` zeros in front of
 * them and zeros behind up to `padded` samples. Unpadded windows have `before` 0 and `padded` = `length`.
 */
export interface WindowSpan {
  start: number;
  length: number;
  before: number;
  padded: number;
}

export interface WindowOptions {
  /** Side of a window in pixels; 0: the whole image is one window. */
  crop?: number;
  /** From one window to the next, in pixels. */
  stride?: number;
  /** Zeros are added on both sides up to a multiple of this (ClearCLIP does it with the patch); 1: none. */
  multiple?: number;
}

/** A batch of normalised images. */
export interface PixelBatch {
  /** [B, 3, height, width]. */
  dims: [number, number, number, number];
  data: Float32Array;
  /** Where in the picture each begins, [top, left]; a padded one begins outside. */
  corners?: (readonly [number, number])[];
  /** How many windows the picture has in all. */
  windows?: number;
}

/** The windows over an image: every row span with every column span, in reading order. */
export interface Tiling {
  rows: WindowSpan[];
  columns: WindowSpan[];
}

/**
 * The windows along an axis of `size` pixels by mmseg's rule: ⌊max(size − crop + stride − 1, 0) / stride⌋ + 1 of them,
 * the last shifted back to end at the border; one shorter window where the image is smaller than the crop.
 * 336 by 224/112 gives starts 0, 112; 448 gives 0, 112, 224.
 *
 * @throws RangeError when crop or stride are not usable numbers
 */
export function spans(size: number, {crop = 224, stride = 112, multiple = 1}: WindowOptions = {}): WindowSpan[] {
  if (!(Number.isInteger(crop) && crop >= 0))
    throw new RangeError(`A window of ${crop} px cannot be used; 0 means the whole image.`);
  if (crop === 0) return [pad(0, size, multiple)];
  if (!(Number.isInteger(stride) && stride > 0 && stride <= crop))
    throw new RangeError(`A stride of ${stride} px with windows of ${crop} px leaves gaps or never ends.`);
  const count = Math.floor(Math.max(size - crop + stride - 1, 0) / stride) + 1;
  return Array.from({length: count}, (_, i) => {
    const end = Math.min(i * stride + crop, size);
    const start = Math.max(end - crop, 0);
    return pad(start, end - start, multiple);
  });
}

function pad(start: number, length: number, multiple: number): WindowSpan {
  const padded = Math.ceil(length / multiple) * multiple;
  return {start, length, before: (padded - length) >> 1, padded};
}

/** The windows over an image of the given size. */
export function tile(height: number, width: number, options: WindowOptions = {}): Tiling {
  return {rows: spans(height, options), columns: spans(width, options)};
}

/**
 * Cuts windows `from` … `to − 1` (in reading order) out of an image.
 *
 * @returns B × 3 × height × width, zeros where a window is padded
 */
export function cutWindows(image: PixelPlanes, {rows, columns}: Tiling, from: number, to: number): PixelBatch {
  const height = rows[0].padded;
  const width = columns[0].padded;
  const dims: PixelBatch["dims"] = [to - from, 3, height, width];
  const data = new Float32Array((to - from) * 3 * height * width);
  const corners: PixelBatch["corners"] = [];
  for (let window = from; window < to; ++window) {
    const row = rows[Math.floor(window / columns.length)];
    const column = columns[window % columns.length];
    corners.push([row.start - row.before, column.start - column.before]);
    for (let channel = 0; channel < 3; ++channel) {
      const source = (channel * image.height + row.start) * image.width + column.start;
      const target = (((window - from) * 3 + channel) * height + row.before) * width + column.before;
      for (let y = 0; y < row.length; ++y)
        data.set(
          image.data.subarray(source + y * image.width, source + y * image.width + column.length),
          target + y * width
        );
    }
  }
  return {dims, data, corners, windows: rows.length * columns.length};
}
