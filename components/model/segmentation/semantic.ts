/** ResCLIP's semantic feedback (SFR): a first segmentation tells the last layer which patches belong together. */
import {prefixLength, type Grid} from "../../records/record.js";
import type {Colours} from "../image/normalise.js";
import type {GivenOptions} from "../../analysis/options.js";
import type {Engine} from "../runtime.js";
import {segment} from "./segment.js";
import type {TextMatrix, WindowFeatures} from "./scores.js";
import type {PixelBatch} from "./windows.js";

/** Standard deviation and reach of the smoothing along a row, in patches. */
const sigma = 5;
const reach = 15;

/** Rounds of PAMR on the first segmentation. */
const rounds = 10;

/** Features of windows, whatever picture they are cut from. */
type OnWindows = (windows: PixelBatch) => Promise<WindowFeatures>;

export interface FeedbackSettings {
  /** Options of the method resclip. */
  options?: GivenOptions;
  text: TextMatrix;
  classes: ReadonlyArray<{words: readonly string[]}>;
  colours: Colours;
  /** Multiplies cosines before the softmax. */
  scale: number;
  /** Pixels of a lower probability count as the first class (`temp_thd`). */
  probability: number;
}

/**
 * Features of ResCLIP with both of its parts: each window is segmented by RCS alone and refined by PAMR, and the map of
 * what belongs together goes into the last layer of a second run.
 */
export function semanticFeedback(
  engine: Engine,
  {options, text, classes, colours, scale, probability}: FeedbackSettings
): OnWindows {
  const prefix = prefixLength(engine.model.geometry.prefix);
  const plain: OnWindows = async (windows) => (await engine.features([{method: "resclip", options}], windows))[0];
  return async (windows) => {
    const [count, , height, width] = windows.dims;
    const size = 3 * height * width;
    const maps: Float32Array[] = [];
    for (let window = 0; window < count; ++window) {
      let grid: Grid = [0, 0];
      const {labels} = await segment({
        image: {width, height, data: windows.data.subarray(window * size, (window + 1) * size)},
        colours,
        features: async (pixels) => {
          const found = await plain(pixels);
          ({grid} = found);
          return found;
        },
        text,
        classes,
        settings: {crop: 0, pamr: rounds, scale, probability}
      });
      maps.push(amongTokens(semanticMap(patchClasses(labels, [height, width], grid), grid), prefix));
    }
    const tokens = Math.sqrt(maps[0].length);
    const data = new Float32Array(count * tokens * tokens);
    maps.forEach((map, window) => data.set(map, window * map.length));
    const semantic = {dims: [count, 1, tokens, tokens], data};
    return (await engine.features([{method: "resclip", options, semantic: true}], windows, {semantic}))[0];
  };
}

/** The class that most pixels of each patch have, the first of those that tie. Pixels beyond the last whole patch count nowhere. */
export function patchClasses(
  labels: ArrayLike<number>,
  [height, width]: readonly [number, number],
  [rows, columns]: Grid
): Uint16Array {
  const [tall, wide] = [Math.floor(height / rows), Math.floor(width / columns)];
  return Uint16Array.from({length: rows * columns}, (_, patch) => {
    const [top, left] = [Math.floor(patch / columns) * tall, (patch % columns) * wide];
    const votes = new Map<number, number>();
    for (let y = top; y < top + tall; ++y)
      for (let x = left; x < left + wide; ++x) {
        const label = labels[y * width + x];
        votes.set(label, (votes.get(label) ?? 0) + 1);
      }
    return [...votes].reduce((best, next) =>
      next[1] > best[1] || (next[1] === best[1] && next[0] < best[0]) ? next : best
    )[0];
  });
}

/**
 * Which patches belong together, N × N, at most 1 (docs/methods.md, 4.3): 1 for two of one class, less where the straight
 * line between them leaves the class, by exp(−its steps / the grid's longest line); then smoothed along each row by a
 * Gaussian, zeros outside, and each row divided by its sum; then all divided by the greatest.
 */
export function semanticMap(classes: ArrayLike<number>, [rows, columns]: Grid): Float32Array {
  const patches = rows * columns;
  const longest = Math.max(rows, columns) - 1;
  const kernel = Float64Array.from({length: 2 * reach + 1}, (_, i) => Math.exp(-((i - reach) ** 2) / (2 * sigma ** 2)));
  const map = new Float32Array(patches * patches);
  const row = new Float64Array(patches);
  for (let i = 0; i < patches; ++i) {
    for (let j = 0; j < patches; ++j) {
      const steps = stepsBetween(i, j, columns);
      if (classes[i] !== classes[j]) row[j] = 0;
      else row[j] = staysWithin(classes, i, j, columns) ? 1 : Math.exp(-steps / longest);
    }
    const smooth = row.map((_, j) => {
      let sum = 0;
      for (let k = -reach; k <= reach; ++k) sum += kernel[k + reach] * (row[j + k] ?? 0);
      return sum;
    });
    const total = smooth.reduce((a, b) => a + b, 0);
    for (let j = 0; j < patches; ++j) map[i * patches + j] = smooth[j] / total;
  }
  const greatest = map.reduce((a, b) => Math.max(a, b), 0);
  return map.map((value) => value / greatest);
}

function stepsBetween(i: number, j: number, columns: number): number {
  const down = Math.floor(j / columns) - Math.floor(i / columns);
  const across = (j % columns) - (i % columns);
  return Math.max(Math.abs(down), Math.abs(across));
}

/** Whether every patch on the straight line from one to the other has their class. */
function staysWithin(classes: ArrayLike<number>, i: number, j: number, columns: number): boolean {
  const steps = stepsBetween(i, j, columns);
  const [top, left] = [Math.floor(i / columns), i % columns];
  const [down, across] = [Math.floor(j / columns) - top, (j % columns) - left];
  for (let step = 1; step < steps; ++step) {
    const y = top + Math.round((down * step) / steps);
    const x = left + Math.round((across * step) / steps);
    if (classes[y * columns + x] !== classes[i]) return false;
  }
  return true;
}

/** The map among all tokens: rows and columns of those before the patches are zero. */
function amongTokens(map: Float32Array, prefix: number): Float32Array {
  const patches = Math.sqrt(map.length);
  const tokens = prefix + patches;
  const all = new Float32Array(tokens * tokens);
  for (let i = 0; i < patches; ++i)
    all.set(map.subarray(i * patches, (i + 1) * patches), (i + prefix) * tokens + prefix);
  return all;
}
