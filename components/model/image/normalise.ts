import {crop, type Picture} from "./pixels.js";
import {resizeBicubic} from "./resample-bicubic.js";
import {resizeLinear} from "./resample-linear.js";

/** A model's colour statistics, for RGB in 0..1. A `Geometry` has them. */
export interface Colours {
  mean: readonly [number, number, number];
  std: readonly [number, number, number];
}

/** Normalised pixels, ready for the network: 3 × height × width, channels R, G, B. */
export interface PixelPlanes {
  height: number;
  width: number;
  data: Float32Array;
}

/** CLIP's statistics as SCLIP and its descendants write them for bytes: ×255 and rounded to three decimals. */
const clip = {mean: [0.48145466, 0.4578275, 0.40821073], std: [0.26862954, 0.26130258, 0.27577711]};
const clipBytes = {mean: [122.771, 116.746, 104.094], std: [68.501, 66.632, 70.323]};

/**
 * The official classification pipeline: shorter side to `size` by antialiased bicubic, centre crop `size` × `size`,
 * divide by 255, subtract the mean, divide by the standard deviation (`torchvision` on a PIL image).
 *
 * @public No page classifies whole pictures; golden numbers of the published models are computed with it.
 */
export function classificationPixels(source: Picture, colours: Colours, size = 224): PixelPlanes {
  const short = Math.min(source.width, source.height);
  const side = (length: number): number => (length === short ? size : Math.trunc((size * length) / short));
  return normalise(centreCrop(resizeBicubic(source, side(source.width), side(source.height)), size), colours, "unit");
}

/**
 * The segmentation pipeline of SCLIP and its descendants: keep the ratio by `segmentationSize`, resize as OpenCV's
 * `INTER_LINEAR`, normalise with the byte statistics. No crop.
 */
export function segmentationPixels(source: Picture, colours: Colours, short = 336): PixelPlanes {
  return normalise(resizeLinear(source, ...segmentationSize(source, short)), colours, "bytes");
}

/**
 * The size rule for `scale=(long, short)` of mmcv's `Resize` keeping the ratio: r = min(long / longer side,
 * short / shorter side), each side ⌊r · side + 0.5⌋. A very flat picture keeps at least one pixel a side.
 */
export function segmentationSize(
  {width, height}: {width: number; height: number},
  short: number,
  long = 2048
): [width: number, height: number] {
  // The pair is a bounding box whose order means nothing: mmcv takes its larger number for the longer side.
  const ratio = Math.min(
    Math.max(long, short) / Math.max(width, height),
    Math.min(long, short) / Math.min(width, height)
  );
  const side = (length: number): number => Math.max(1, Math.floor(length * ratio + 0.5));
  return [side(width), side(height)];
}

/** The middle `size` × `size` pixels, offsets rounded to even as torchvision's `CenterCrop`. */
export function centreCrop(source: Picture, size: number): Picture {
  const offset = (length: number): number => {
    const half = (length - size) / 2;
    return half % 1 === 0.5 ? 2 * Math.round(half / 2) : Math.round(half);
  };
  return crop(source, offset(source.width), offset(source.height), size, size);
}

/**
 * (v / 255 − mean) / std of every byte, channels first, in float32 arithmetic.
 *
 * With `"bytes"` the statistics are multiplied by 255 instead, as the segmentation pipeline does; for CLIP they are
 * the rounded constants that the published code contains, and other models' own, unrounded.
 */
export function normalise(source: Picture, colours: Colours, arithmetic: "unit" | "bytes"): PixelPlanes {
  const {width, height, data} = source;
  const out = new Float32Array(3 * width * height);
  for (let channel = 0; channel < 3; ++channel) {
    const table = arithmetic === "unit" ? unitTable(colours, channel) : byteTable(colours, channel);
    const plane = out.subarray(channel * width * height);
    for (let i = 0, from = channel; i < width * height; ++i, from += 3) plane[i] = table[data[from]];
  }
  return {height, width, data: out};
}

function unitTable({mean, std}: Colours, channel: number): Float32Array {
  const centre = Math.fround(mean[channel]);
  const spread = Math.fround(std[channel]);
  return Float32Array.from({length: 256}, (_, value) => Math.fround(Math.fround(value / 255) - centre) / spread);
}

function byteTable({mean, std}: Colours, channel: number): Float32Array {
  const isClip =
    mean.every((value, i) => close(value, clip.mean[i])) && std.every((value, i) => close(value, clip.std[i]));
  const centre = Math.fround(isClip ? clipBytes.mean[channel] : 255 * mean[channel]);
  const spread = Math.fround(isClip ? clipBytes.std[channel] : 255 * std[channel]);
  return Float32Array.from({length: 256}, (_, value) => Math.fround(value - centre) / spread);
}

function close(a: number, b: number): boolean {
  return Math.abs(a - b) < 1e-6;
}

/** Pixels normalised with one model's colours, as another model wants them: planes of `plane` numbers, three an image. */
export function recolour(data: Float32Array, plane: number, from: Colours, to: Colours): Float32Array {
  return data.map((value, i) => {
    const channel = Math.floor(i / plane) % 3;
    return (value * from.std[channel] + from.mean[channel] - to.mean[channel]) / to.std[channel];
  });
}
