import type {Picture} from "./pixels.js";

/** Fractional bits of PIL's weights for bytes: 32 − 8 (the byte) − 2 (headroom for the kernel's overshoot). */
const unit = 2 ** 22;

/** For each output sample: the first source sample, and its weights as integers (`unit` is one). */
interface Kernel {
  first: Uint32Array;
  weights: Float64Array[];
}

/**
 * Resizes a picture as PIL's antialiased `BICUBIC` does on bytes (and so CLIP's official preprocessing): a cubic with
 * a = −0.5, widened by the reduction, weights of 22 bits renormalised inside the picture, columns first with the
 * result rounded to bytes, then rows. Bit-exact against Pillow 12.3.
 *
 * @throws RangeError when the target has no pixels
 */
export function resizeBicubic(source: Picture, width: number, height: number): Picture {
  return resize(source, width, height, {shape: cubic, reach: 2});
}

/** The same with PIL's `LANCZOS`, a sinc of three lobes. */
export function resizeLanczos(source: Picture, width: number, height: number): Picture {
  return resize(source, width, height, {shape: lanczos, reach: 3});
}

/** A filter, and how far it reaches. */
interface Filter {
  shape: (x: number) => number;
  reach: number;
}

function resize(source: Picture, width: number, height: number, filter: Filter): Picture {
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0))
    throw new RangeError(`Cannot resize to ${width} × ${height} pixels.`);
  const wide = width === source.width ? source : resizeColumns(source, width, filter);
  return height === wide.height ? wide : resizeRows(wide, height, filter);
}

function lanczos(x: number): number {
  const sinc = (t: number) => (t === 0 ? 1 : Math.sin(Math.PI * t) / (Math.PI * t));
  return Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0;
}

function cubic(x: number): number {
  const a = -0.5;
  const t = Math.abs(x);
  if (t < 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
  if (t < 2) return (((t - 5) * t + 8) * t - 4) * a;
  return 0;
}

function kernel(source: number, target: number, {shape, reach}: Filter): Kernel {
  const ratio = source / target;
  const stretch = Math.max(ratio, 1);
  const support = reach * stretch;
  const first = new Uint32Array(target);
  const weights: Float64Array[] = [];
  for (let i = 0; i < target; ++i) {
    const centre = (i + 0.5) * ratio;
    const start = Math.max(Math.trunc(centre - support + 0.5), 0);
    const end = Math.min(Math.trunc(centre + support + 0.5), source);
    const raw = Float64Array.from({length: end - start}, (_, k) => shape((k + start - centre + 0.5) / stretch));
    const total = raw.reduce((sum, weight) => sum + weight, 0);
    first[i] = start;
    weights.push(raw.map((weight) => Math.trunc((weight / total) * unit + (weight < 0 ? -0.5 : 0.5))));
  }
  return {first, weights};
}

function byte(fixed: number): number {
  return Math.min(Math.max(Math.floor((fixed + unit / 2) / unit), 0), 255);
}

function resizeColumns(source: Picture, width: number, filter: Filter): Picture {
  const {first, weights} = kernel(source.width, width, filter);
  const data = new Uint8Array(3 * width * source.height);
  for (let y = 0, to = 0; y < source.height; ++y)
    for (let x = 0; x < width; ++x) {
      const start = 3 * (y * source.width + first[x]);
      for (let channel = 0; channel < 3; ++channel) {
        let sum = 0;
        for (let k = 0, from = start + channel; k < weights[x].length; ++k, from += 3)
          sum += source.data[from] * weights[x][k];
        data[to++] = byte(sum);
      }
    }
  return {width, height: source.height, data};
}

function resizeRows(source: Picture, height: number, filter: Filter): Picture {
  const {first, weights} = kernel(source.height, height, filter);
  const pitch = 3 * source.width;
  const data = new Uint8Array(pitch * height);
  for (let y = 0, to = 0; y < height; ++y)
    for (let i = 0; i < pitch; ++i) {
      let sum = 0;
      for (let k = 0, from = first[y] * pitch + i; k < weights[y].length; ++k, from += pitch)
        sum += source.data[from] * weights[y][k];
      data[to++] = byte(sum);
    }
  return {width: source.width, height, data};
}
