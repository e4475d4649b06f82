/** LaVG's grounding: every pixel of a region takes the scores of the region's mean feature (docs/methods.md, 5.4). */
import type {Grid} from "../../records/record.js";
import {linearTaps} from "../image/taps.js";
import type {TextMatrix} from "./scores.js";

export interface Grounding {
  /** Features of a window's patches before unit length, N × E, and their grid. */
  features: Float32Array;
  grid: Grid;
  /** The region of each of the window's pixels, −1 for what is left: H × W. */
  regions: Int16Array;
  height: number;
  width: number;
  text: TextMatrix;
  /** Queries from this one on get the window's smallest score in what is left; none unless given. */
  foreground?: number;
}

/** The mean of each region's pixels, of unit features enlarged bilinearly; it is not of unit length itself. */
function regionMeans({features, grid, regions, height, width}: Omit<Grounding, "text" | "foreground">) {
  const size = features.length / (grid[0] * grid[1]);
  const unit = unitRows(features, size);
  const means = new Map<number, Float64Array>();
  for (const [region, weights] of patchWeights(regions, grid, height, width)) {
    const mean = new Float64Array(size);
    weights.forEach((weight, patch) => {
      for (let k = 0; k < size; ++k) mean[k] += weight * unit[patch * size + k];
    });
    means.set(region, mean);
  }
  return means;
}

/** The features of patches grounded: of each of a grid's cells the mean of its region, cells × E. */
export function groundFeatures(features: Float32Array, grid: Grid, regions: Int16Array, cells: Grid): Float32Array {
  const [height, width] = cells;
  const means = regionMeans({features, grid, regions, height, width});
  const size = features.length / (grid[0] * grid[1]);
  const out = new Float32Array(height * width * size);
  regions.forEach((region, cell) => out.set(means.get(region)!, cell * size));
  return out;
}

/** The scores of a window's pixels, (H·W) × Q: products of the mean feature, which is not unit, with the texts. */
export function groundScores({text, foreground, ...window}: Grounding): Float32Array {
  const {features, grid, regions, height, width} = window;
  const size = features.length / (grid[0] * grid[1]);
  const queries = text.length / size;
  const rows = new Map<number, Float64Array>();
  for (const [region, mean] of regionMeans(window))
    rows.set(
      region,
      Float64Array.from({length: queries}, (_, query) =>
        mean.reduce((sum, value, k) => sum + value * text[query * size + k], 0)
      )
    );
  const rest = rows.get(-1);
  if (rest && foreground !== undefined) {
    const least = Math.min(...Array.from(rows.values(), (row) => Math.min(...row)));
    rest.fill(least, foreground);
  }
  const out = new Float32Array(height * width * queries);
  regions.forEach((region, pixel) => out.set(rows.get(region)!, pixel * queries));
  return out;
}

/**
 * How much each patch counts in each region's mean: the mean of bilinearly enlarged features is a weighted mean of
 * the features.
 */
function patchWeights(
  regions: Int16Array,
  [rows, columns]: Grid,
  height: number,
  width: number
): Map<number, Float64Array> {
  const down = linearTaps(rows, height);
  const across = linearTaps(columns, width);
  const sums = new Map<number, {weights: Float64Array; pixels: number}>();
  for (let y = 0; y < height; ++y)
    for (let x = 0; x < width; ++x) {
      const region = regions[y * width + x];
      let sum = sums.get(region);
      if (!sum) sums.set(region, (sum = {weights: new Float64Array(rows * columns), pixels: 0}));
      const [above, below, v] = [down.first[y] * columns, down.second[y] * columns, down.weight[y]];
      const [left, right, u] = [across.first[x], across.second[x], across.weight[x]];
      sum.weights[above + left] += (1 - v) * (1 - u);
      sum.weights[above + right] += (1 - v) * u;
      sum.weights[below + left] += v * (1 - u);
      sum.weights[below + right] += v * u;
      ++sum.pixels;
    }
  return new Map(Array.from(sums, ([region, {weights, pixels}]) => [region, weights.map((each) => each / pixels)]));
}

/** The regions of the pixels of a box, nearest from the patches of the whole picture. */
export function regionsIn(
  regions: Int16Array,
  [rows, columns]: Grid,
  picture: {height: number; width: number},
  box: {top: number; left: number; height: number; width: number}
): Int16Array {
  const out = new Int16Array(box.height * box.width);
  // Pixels of a padded window outside the picture belong to what its border belongs to.
  const place = (at: number, cells: number, pixels: number) =>
    Math.floor((Math.min(Math.max(at, 0), pixels - 1) * cells) / pixels);
  for (let y = 0; y < box.height; ++y)
    for (let x = 0; x < box.width; ++x)
      out[y * box.width + x] =
        regions[place(box.top + y, rows, picture.height) * columns + place(box.left + x, columns, picture.width)];
  return out;
}

function unitRows(rows: Float32Array, width: number): Float64Array {
  const out = Float64Array.from(rows);
  for (let from = 0; from < out.length; from += width) {
    const row = out.subarray(from, from + width);
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    if (length > 0) for (let k = 0; k < width; ++k) row[k] /= length;
  }
  return out;
}
