/** The shell of methods 2.0 written down literally, slow and with every array in full: what `segment` is held against. */
import {resizePlanes} from "../../components/model/image/resample-planes.js";

export interface NaiveInput {
  /** Resized image size. */
  resized: readonly [height: number, width: number];
  original: readonly [height: number, width: number];
  windows: ReadonlyArray<{top: number; left: number; height: number; width: number}>;
  grid: readonly [rows: number, columns: number];
  width: number;
  /** Features of each window: N × width. */
  features: readonly Float32Array[];
  text: Float32Array;
}

/** Q × original height × original width. */
export function naiveCosines({resized, original, windows, grid, width, features, text}: NaiveInput): Float32Array {
  const queries = text.length / width;
  const [height, columns] = resized;
  const sum = new Float32Array(queries * height * columns);
  const visits = new Float32Array(height * columns);
  windows.forEach((window, w) => {
    const planes = new Float32Array(queries * grid[0] * grid[1]);
    for (let q = 0; q < queries; ++q)
      for (let i = 0; i < grid[0] * grid[1]; ++i)
        planes[q * grid[0] * grid[1] + i] = cosine(features[w], i, text, q, width);
    const up = resizePlanes(planes, [queries, ...grid], [window.height, window.width]);
    for (let y = 0; y < window.height; ++y)
      for (let x = 0; x < window.width; ++x) {
        const pixel = (window.top + y) * columns + window.left + x;
        ++visits[pixel];
        for (let q = 0; q < queries; ++q)
          sum[q * height * columns + pixel] += up[(q * window.height + y) * window.width + x];
      }
  });
  for (let i = 0; i < sum.length; ++i) sum[i] /= visits[i % visits.length];
  return resizePlanes(sum, [queries, ...resized], original);
}

function cosine(a: Float32Array, i: number, b: Float32Array, j: number, width: number): number {
  let product = 0;
  let first = 0;
  let second = 0;
  for (let k = 0; k < width; ++k) {
    product += a[i * width + k] * b[j * width + k];
    first += a[i * width + k] ** 2;
    second += b[j * width + k] ** 2;
  }
  return product / Math.sqrt(first * second);
}

/** Class probabilities, classes × size, by softmax over queries and maximum over synonyms. */
export function naiveProbabilities(
  cosines: Float32Array,
  classOf: ArrayLike<number>,
  classes: number,
  scale: number
): Float32Array {
  const size = cosines.length / classOf.length;
  const out = new Float32Array(classes * size);
  for (let i = 0; i < size; ++i) {
    const values = Array.from(classOf, (_, q) => Math.exp(scale * cosines[q * size + i]));
    const sum = values.reduce((a, b) => a + b, 0);
    values.forEach((value, q) => (out[classOf[q] * size + i] = Math.max(out[classOf[q] * size + i], value / sum)));
  }
  return out;
}

/** Steps 6 and 7: area threshold, probability threshold, argmax. */
export function naiveLabels(
  probabilities: Float32Array,
  classes: number,
  probability: number,
  area?: number
): number[] {
  const size = probabilities.length / classes;
  const argmax = (): number[] =>
    Array.from({length: size}, (_, i) => {
      let best = 0;
      for (let c = 1; c < classes; ++c) if (probabilities[c * size + i] > probabilities[best * size + i]) best = c;
      return best;
    });
  if (area !== undefined) {
    const labels = argmax();
    const foreground = labels.filter((label) => label > 0).length;
    for (let c = 1; c < classes; ++c)
      if (labels.filter((label) => label === c).length <= area * foreground)
        probabilities.fill(0, c * size, (c + 1) * size);
  }
  return argmax().map((label, i) => {
    let greatest = 0;
    for (let c = 0; c < classes; ++c) greatest = Math.max(greatest, probabilities[c * size + i]);
    return greatest < probability ? 0 : label;
  });
}
