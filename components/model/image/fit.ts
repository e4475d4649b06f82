import {centreCrop, segmentationSize} from "./normalise.js";
import {crop, type Picture} from "./pixels.js";
import {resizeBicubic} from "./resample-bicubic.js";
import {resizeLinear} from "./resample-linear.js";

/** How a photo becomes what the explorer's model looks at. */
export interface Fit {
  /**
   * - *square*: the shorter side becomes `size`, the middle `size` × `size` is kept
   * - *whole*: everything is kept; the shorter side becomes about `size`, the longer follows, both whole patches
   */
  shape: "square" | "whole";
  /** Pixels. */
  size: number;
}

/**
 * What the explorer shows unless told otherwise: the middle square at 224 px. It is what the models were trained on, so
 * the positional embedding is used as it is, and every image has the same 14 × 14 grid (patch 16) to compare on.
 */
export const defaultFit: Fit = {shape: "square", size: 224};

/** No side of a *whole* fit grows past this: attention costs the square of the number of patches. */
const longest = 2048;

/**
 * A photo cut and resized for the explorer, still bytes: what is shown under the figures is exactly what the model saw.
 *
 * @param patch side of the model's patch, in pixels
 * @param resampler *linear* is the segmentation pipeline's (OpenCV's `INTER_LINEAR`, no antialiasing), *bicubic* the
 *   classification pipeline's (PIL's, antialiased)
 * @throws RangeError when a square's size is smaller than one patch
 */
export function fit(
  source: Picture,
  patch: number,
  {shape, size}: Fit = defaultFit,
  resampler: "linear" | "bicubic" = "linear"
): Picture {
  if (!(size >= patch)) throw new RangeError(`${size} px is smaller than one patch of ${patch} px.`);
  const resize = resampler === "linear" ? resizeLinear : resizeBicubic;
  switch (shape) {
    case "square": {
      const ratio = size / Math.min(source.width, source.height);
      const side = (length: number): number => Math.max(size, Math.floor(length * ratio + 0.5));
      return extremelyLong(source, size)
        ? fit(middle(source), patch, {shape, size}, resampler)
        : centreCrop(resize(source, side(source.width), side(source.height)), size);
    }
    case "whole": {
      const whole = (length: number): number => Math.max(1, Math.round(length / patch)) * patch;
      const [width, height] = segmentationSize(source, size, Math.max(size, longest));
      return resize(source, whole(width), whole(height));
    }
    default:
      throw new Error(`invalid fit: ${String(shape)}; square and whole are known`);
  }
}

/** Whether resizing before cropping would make a picture far larger than what is kept of it. */
function extremelyLong({width, height}: Picture, size: number): boolean {
  return (Math.max(width, height) / Math.min(width, height)) * size > 16 * longest;
}

/** The middle of a very long picture, its sides at most 1 : 2, so that little is resized in vain. */
function middle(source: Picture): Picture {
  const short = Math.min(source.width, source.height);
  const width = Math.min(source.width, 2 * short);
  const height = Math.min(source.height, 2 * short);
  return crop(source, (source.width - width) >> 1, (source.height - height) >> 1, width, height);
}
