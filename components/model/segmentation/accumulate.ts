import type {Grid} from "../../analysis/record.js";
import {linearTaps} from "../image/taps.js";
import type {Span, Tiling} from "./windows.js";

/** Cosines of all windows of an image, windows in reading order: (windows · N) × Q, queries innermost. */
export interface WindowScores {
  tiling: Tiling;
  /** Patch grid of each window. */
  grid: Grid;
  queries: number;
  scores: Float32Array;
}

/**
 * For each sample of one axis of the original image: which cells of which windows it is a weighted sum of.
 * Cell = window × cells per window + cell in the window. Sample i owns entries `start[i]` … `start[i + 1] − 1`.
 */
export interface CellTaps {
  start: Uint32Array;
  cell: Uint32Array;
  weight: Float32Array;
}

/**
 * Three linear steps along one axis in one: cells up to each window's pixels, the mean of the windows that see a
 * pixel, and the resized image up (or down) to the original size; both interpolations as `linearTaps`.
 * The number of windows that see a pixel is the product of the two axes' numbers, so the mean separates as well.
 *
 * @param cells patches of a window along the axis
 * @param resized pixels of the resized image along the axis
 * @param original pixels of the original image along the axis
 */
export function cellTaps(spans: readonly Span[], cells: number, resized: number, original: number): CellTaps {
  const pixels = pixelTaps(spans, cells, resized);
  const outer = linearTaps(resized, original);
  const start = new Uint32Array(original + 1);
  const cell: number[] = [];
  const weight: number[] = [];
  for (let i = 0; i < original; ++i) {
    const sum = new Map<number, number>();
    const add = (pixel: number, share: number): void => {
      for (const [index, value] of pixels[pixel]) sum.set(index, (sum.get(index) ?? 0) + share * value);
    };
    add(outer.first[i], 1 - outer.weight[i]);
    if (outer.weight[i] > 0) add(outer.second[i], outer.weight[i]);
    for (const [index, value] of sum) {
      if (value === 0) continue;
      cell.push(index);
      weight.push(value);
    }
    start[i + 1] = cell.length;
  }
  return {start, cell: Uint32Array.from(cell), weight: Float32Array.from(weight)};
}

/** For each pixel of the resized image: [cell, weight] of the mean over the windows that see it. */
function pixelTaps(
  spans: readonly Span[],
  cells: number,
  resized: number
): Array<Array<[cell: number, weight: number]>> {
  const taps = Array.from({length: resized}, (): Array<[number, number]> => []);
  const visits = new Uint16Array(resized);
  for (const {start, length} of spans) for (let i = start; i < start + length; ++i) ++visits[i];
  spans.forEach(({start, length, before, padded}, window) => {
    const {first, second, weight} = linearTaps(cells, padded);
    for (let i = 0; i < length; ++i) {
      const at = i + before;
      const share = 1 / visits[start + i];
      taps[start + i].push(
        [window * cells + first[at], share * (1 - weight[at])],
        [window * cells + second[at], share * weight[at]]
      );
    }
  });
  return taps;
}

/**
 * The cosines of an image at its original size, computed a row at a time from the windows' cells, so that nothing of
 * size queries × height × width ever exists. Equal to accumulating upsampled windows, dividing by the number of visits
 * and upsampling the result, to float rounding.
 *
 * Call `row(y)`, then `pixel` for pixels of that row.
 */
export class ScoreField {
  readonly height: number;
  readonly width: number;
  readonly queries: number;
  readonly #scores: Float32Array;
  readonly #rows: CellTaps;
  readonly #columns: CellTaps;
  readonly #gridRows: number;
  readonly #lineLength: number;
  readonly #across: number;
  readonly #line: Float32Array;
  readonly #least: Float32Array;
  readonly #greatest: Float32Array;
  /** The tile that last looked at each cell. */
  readonly #seen: Uint32Array;
  #tile = 0;

  constructor(
    {tiling, grid, queries, scores}: WindowScores,
    resized: {height: number; width: number},
    original: {height: number; width: number}
  ) {
    const windows = tiling.rows.length * tiling.columns.length;
    if (scores.length !== windows * grid[0] * grid[1] * queries)
      throw new RangeError(
        `${scores.length} scores are not ${windows} windows of ${grid[0]} × ${grid[1]} patches with ${queries} queries.`
      );
    this.height = original.height;
    this.width = original.width;
    this.queries = queries;
    this.#scores = scores;
    this.#rows = cellTaps(tiling.rows, grid[0], resized.height, original.height);
    this.#columns = cellTaps(tiling.columns, grid[1], resized.width, original.width);
    this.#gridRows = grid[0];
    this.#across = tiling.columns.length;
    this.#lineLength = grid[1] * queries;
    this.#line = new Float32Array(this.#across * this.#lineLength);
    this.#least = new Float32Array(queries);
    this.#greatest = new Float32Array(queries);
    this.#seen = new Uint32Array(this.#across * grid[1]);
  }

  /** Combines the cells that row y is made of; columns are left to `pixel`. */
  row(y: number): void {
    const line = this.#line;
    const scores = this.#scores;
    const length = this.#lineLength;
    line.fill(0);
    for (let tap = this.#rows.start[y]; tap < this.#rows.start[y + 1]; ++tap) {
      const weight = this.#rows.weight[tap];
      const cell = this.#rows.cell[tap];
      const band = Math.floor(cell / this.#gridRows);
      const gridRow = cell % this.#gridRows;
      for (let window = 0; window < this.#across; ++window) {
        const from = ((band * this.#across + window) * this.#gridRows + gridRow) * length;
        const to = window * length;
        for (let i = 0; i < length; ++i) line[to + i] += weight * scores[from + i];
      }
    }
  }

  /** Writes the Q cosines of pixel x of the row into `out`. */
  pixel(x: number, out: Float32Array): void {
    const {start, cell, weight} = this.#columns;
    const line = this.#line;
    const queries = this.queries;
    const end = start[x + 1];
    // Up to four cells a pass: most pixels need two (one window) or four (two windows), and `out` is then written once.
    for (let tap = start[x]; tap < end; tap += 4) {
      const a = cell[tap] * queries;
      const wa = weight[tap];
      const b = tap + 1 < end ? cell[tap + 1] * queries : a;
      const wb = tap + 1 < end ? weight[tap + 1] : 0;
      if (tap + 2 >= end) {
        if (tap === start[x]) for (let q = 0; q < queries; ++q) out[q] = wa * line[a + q] + wb * line[b + q];
        else for (let q = 0; q < queries; ++q) out[q] += wa * line[a + q] + wb * line[b + q];
        continue;
      }
      const c = cell[tap + 2] * queries;
      const wc = weight[tap + 2];
      const d = tap + 3 < end ? cell[tap + 3] * queries : c;
      const wd = tap + 3 < end ? weight[tap + 3] : 0;
      if (tap === start[x])
        for (let q = 0; q < queries; ++q)
          out[q] = wa * line[a + q] + wb * line[b + q] + wc * line[c + q] + wd * line[d + q];
      else
        for (let q = 0; q < queries; ++q)
          out[q] += wa * line[a + q] + wb * line[b + q] + wc * line[c + q] + wd * line[d + q];
    }
  }

  /**
   * The queries that can be the greatest at any of pixels `from` … `to − 1` of the row, ascending; writes them into
   * `out` and returns how many. A pixel's cosine is a weighted mean of cells, so it lies between the least and the
   * greatest of them: a query whose greatest cell is below another's least is out. Neighbouring patches are alike
   * enough that few remain, which is what makes many classes cheap.
   */
  contenders(from: number, to: number, out: Uint16Array): number {
    const {start, cell} = this.#columns;
    const line = this.#line;
    const queries = this.queries;
    const least = this.#least;
    const greatest = this.#greatest;
    least.fill(Infinity);
    greatest.fill(-Infinity);
    const seen = this.#seen;
    ++this.#tile;
    for (let tap = start[from]; tap < start[to]; ++tap) {
      const index = cell[tap];
      if (seen[index] === this.#tile) continue;
      seen[index] = this.#tile;
      const offset = index * queries;
      for (let q = 0; q < queries; ++q) {
        const value = line[offset + q];
        if (value < least[q]) least[q] = value;
        if (value > greatest[q]) greatest[q] = value;
      }
    }
    let bar = -Infinity;
    for (let q = 0; q < queries; ++q) if (least[q] > bar) bar = least[q];
    bar -= rounding;
    let count = 0;
    for (let q = 0; q < queries; ++q) if (greatest[q] >= bar) out[count++] = q;
    return count;
  }

  /** The query with the greatest cosine at pixel x, the first among equals, out of the first `count` in `among`. */
  greatest(x: number, among: Uint16Array, count: number): number {
    const {start, cell, weight} = this.#columns;
    const line = this.#line;
    const queries = this.queries;
    const end = start[x + 1];
    let best = among[0];
    let value = -Infinity;
    for (let i = 0; i < count; ++i) {
      const q = among[i];
      let cosine = 0;
      for (let tap = start[x]; tap < end; ++tap) cosine += weight[tap] * line[cell[tap] * queries + q];
      if (cosine > value) {
        value = cosine;
        best = q;
      }
    }
    return best;
  }
}

/** More than the rounding of a weighted mean of cosines in float32. */
const rounding = 1e-5;

/** The cosines of one query alone, as a field of its own. */
export function oneQuery({tiling, grid, queries, scores}: WindowScores, query: number): WindowScores {
  const alone = new Float32Array(scores.length / queries);
  for (let i = 0, from = query; i < alone.length; ++i, from += queries) alone[i] = scores[from];
  return {tiling, grid, queries: 1, scores: alone};
}
