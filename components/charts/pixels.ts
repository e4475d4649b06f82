/** Pictures of one pixel a value, to be drawn as large as their place. */
import {category, diverging, index, position, sequential, signedPosition, type Domain, type Scale} from "./colour.js";
import {maximum} from "./reading.js";
import {isDark} from "../ui/dom.js";

export interface ValuePixels {
  /** What the colours span; without it, from 0 to the greatest value. */
  domain?: Domain;
  scale?: Scale;
  /** A diverging map with a neutral zero. */
  signed?: boolean;
  /** Red, green and blue of a single hue, whose alpha tells the value: for what lies over a photo. */
  hue?: readonly [number, number, number];
}

/** Values as colours, row by row. */
export function valuePixels(
  values: ArrayLike<number>,
  [rows, columns]: readonly [number, number],
  {domain, scale = "sqrt", signed = false, hue}: ValuePixels
): ImageData {
  const image = new ImageData(columns, rows);
  const out = new Uint32Array(image.data.buffer);
  const [low, high] = domain ?? [0, signed ? maximum(Array.from(values, Math.abs)) : maximum(values)];
  const colours = new Uint32Array((signed ? diverging(isDark()) : sequential(isDark())).buffer);
  for (let i = 0; i < out.length; ++i) {
    const t = signed ? signedPosition(values[i], high, scale) : position(values[i], [low, high], scale);
    if (hue) image.data.set([...hue, Math.round(235 * (signed ? Math.abs(t - 0.5) * 2 : t))], i * 4);
    else out[i] = colours[index(t)];
  }
  return image;
}

/** Classes in their colours, row by row; a pixel that `wanted` refuses stays clear. */
export function classPixels(
  labels: ArrayLike<number>,
  [rows, columns]: readonly [number, number],
  wanted: (pixel: number) => boolean = () => true
): ImageData {
  const image = new ImageData(columns, rows);
  const out = new Uint32Array(image.data.buffer);
  const colours = Uint32Array.from({length: 256}, (_, c) => packed(category(c)));
  for (let i = 0; i < out.length; ++i) if (wanted(i)) out[i] = colours[labels[i] & 255];
  return image;
}

/** "#rrggbb" as the bytes of an opaque pixel, in memory's order. */
function packed(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  return new Uint32Array(Uint8Array.of(red, green, blue, 255).buffer)[0];
}

/** A picture of colours in [0, 1], three a patch; a patch without colour stays clear. */
export function colourPicture(
  colours: ArrayLike<number>,
  [rows, columns]: readonly [number, number]
): HTMLCanvasElement {
  const image = new ImageData(columns, rows);
  for (let i = 0; i < rows * columns; ++i) {
    for (let channel = 0; channel < 3; ++channel) image.data[i * 4 + channel] = 255 * colours[i * 3 + channel];
    image.data[i * 4 + 3] = Number.isNaN(colours[i * 3]) ? 0 : 255;
  }
  return imageCanvas(image);
}

/** A canvas that holds an image and nothing else. */
export function imageCanvas(image: ImageData): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = image.width;
  canvas.height = image.height;
  canvas.getContext("2d")!.putImageData(image, 0, 0);
  return canvas;
}
