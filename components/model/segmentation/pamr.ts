/** Pixel-adaptive mask refinement (Araslanov and Roth, CVPR 2020), as NACLIP's repository applies it. */

export interface Affinity {
  height: number;
  width: number;
  /** Row and column offset of each neighbour, P of them. */
  offsets: ReadonlyArray<readonly [row: number, column: number]>;
  /** P × height × width; the P weights of a pixel sum to 1. */
  weights: Float32Array;
}

const ring = [-1, 0, 1].flatMap((row) => [-1, 0, 1].map((column) => [row, column] as const));

/**
 * How much each pixel takes from each neighbour: softmax over all neighbours of all dilations of the channel mean of
 * −|I_p − I_n| / (1e−8 + 0.1 σ), with σ the unbiased deviation over the 3 × 3 samples, centre included, of all
 * dilations together. Outside the picture the border pixel is repeated.
 *
 * @param image 3 × height × width, normalised as for the model, at the size of the maps to refine
 */
export function affinity(
  image: Float32Array,
  height: number,
  width: number,
  dilations: readonly number[] = [8, 16]
): Affinity {
  const size = height * width;
  const samples = dilations.flatMap((d) => ring.map(([row, column]) => [row * d, column * d] as const));
  const offsets = samples.filter(([row, column]) => row || column);
  const weights = new Float32Array(offsets.length * size);
  const channels = image.length / size;
  const values = new Float64Array(samples.length);
  const logits = new Float64Array(offsets.length);
  for (let y = 0, pixel = 0; y < height; ++y)
    for (let x = 0; x < width; ++x, ++pixel) {
      logits.fill(0);
      for (let channel = 0; channel < channels; ++channel) {
        const start = channel * size;
        const centre = image[start + pixel];
        let mean = 0;
        for (let n = 0; n < samples.length; ++n) {
          values[n] = image[start + clamp(y + samples[n][0], height) * width + clamp(x + samples[n][1], width)];
          mean += values[n] / samples.length;
        }
        let squares = 0;
        for (let n = 0; n < samples.length; ++n) squares += (values[n] - mean) ** 2;
        const spread = 1e-8 + 0.1 * Math.sqrt(squares / (samples.length - 1));
        for (let n = 0, to = 0; n < samples.length; ++n)
          if (samples[n][0] || samples[n][1]) logits[to++] -= Math.abs(centre - values[n]) / spread / channels;
      }
      const greatest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
      let sum = 0;
      for (let n = 0; n < logits.length; ++n) sum += logits[n] = Math.exp(logits[n] - greatest);
      for (let n = 0; n < logits.length; ++n) weights[n * size + pixel] = logits[n] / sum;
    }
  return {height, width, offsets, weights};
}

/**
 * Refines one map (height × width): `iterations` times each pixel becomes the weighted sum of its neighbours.
 * A new array; the given one is left alone.
 */
export function refine(map: Float32Array, {height, width, offsets, weights}: Affinity, iterations = 10): Float32Array {
  const size = height * width;
  let current = Float32Array.from(map);
  let next = new Float32Array(size);
  for (let round = 0; round < iterations; ++round) {
    next.fill(0);
    offsets.forEach(([row, column], n) => {
      const weight = weights.subarray(n * size, (n + 1) * size);
      for (let y = 0, pixel = 0; y < height; ++y) {
        const from = clamp(y + row, height) * width;
        for (let x = 0; x < width; ++x, ++pixel)
          next[pixel] += weight[pixel] * current[from + clamp(x + column, width)];
      }
    });
    [current, next] = [next, current];
  }
  return current;
}

function clamp(index: number, size: number): number {
  return index < 0 ? 0 : index >= size ? size - 1 : index;
}
