import {linearTaps} from "./taps.js";

/**
 * Bilinear interpolation of float planes (channels × height × width), as PyTorch's
 * `interpolate(mode="bilinear", align_corners=False)`: half-pixel centres, border clamped, no antialiasing.
 *
 * @returns channels × targetHeight × targetWidth
 */
export function resizePlanes(
  data: Float32Array,
  [channels, height, width]: readonly [channels: number, height: number, width: number],
  [targetHeight, targetWidth]: readonly [height: number, width: number]
): Float32Array {
  const out = new Float32Array(channels * targetHeight * targetWidth);
  const rows = linearTaps(height, targetHeight);
  const columns = linearTaps(width, targetWidth);
  const line = new Float64Array(width);
  for (let channel = 0, to = 0; channel < channels; ++channel) {
    const plane = data.subarray(channel * height * width, (channel + 1) * height * width);
    for (let y = 0; y < targetHeight; ++y) {
      const upper = rows.first[y] * width;
      const lower = rows.second[y] * width;
      const share = rows.weight[y];
      for (let x = 0; x < width; ++x) line[x] = plane[upper + x] * (1 - share) + plane[lower + x] * share;
      for (let x = 0; x < targetWidth; ++x, ++to)
        out[to] = line[columns.first[x]] * (1 - columns.weight[x]) + line[columns.second[x]] * columns.weight[x];
    }
  }
  return out;
}
