import type {Grid} from "../../records/record.js";
import {linearTaps} from "../image/taps.js";
import {expNegative} from "./exponential.js";
import type {WindowSpan, Tiling} from "./windows.js";

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
export function cellTaps(spans: readonly WindowSpan[], cells: number, resized: number, original: number): CellTaps {
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
  spans: readonly WindowSpan[],
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
 * Call `row(y)`, then `pixel` for pixels of that row; or `band(from, to)` for a run of `rowRuns`, then `contenders` and
 * `decide` for runs of `columnRuns`.
 */
export class ScoreField {
  readonly height: number;
  readonly width: number;
  readonly queries: number;
  /** Where runs of rows and of columns begin, and the length of the axis: see `straightRuns`. */
  readonly rowRuns: Uint32Array;
  readonly columnRuns: Uint32Array;
  readonly #scores: Float32Array;
  readonly #rows: CellTaps;
  readonly #columns: CellTaps;
  readonly #gridRows: number;
  readonly #gridColumns: number;
  readonly #across: number;
  readonly #line: Float32Array;
  /** The ends of the band. */
  readonly #firstLine: Float32Array;
  readonly #lastLine: Float32Array;
  /** The band that is being decided. */
  #from = 0;
  #to = 0;
  readonly #corners: Float32Array[];
  /** The cells that a block's pixels are made of, and each one's place among them. */
  readonly #cells: Uint32Array;
  readonly #placeOf: Int32Array;
  #parts = new Float32Array(0);

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
    this.rowRuns = straightRuns(this.#rows);
    this.columnRuns = straightRuns(this.#columns);
    [this.#gridRows, this.#gridColumns] = grid;
    this.#across = tiling.columns.length;
    const cells = this.#across * grid[1];
    this.#line = new Float32Array(cells * queries);
    this.#firstLine = new Float32Array(cells * queries);
    this.#lastLine = new Float32Array(cells * queries);
    this.#corners = Array.from({length: 4}, () => new Float32Array(queries));
    this.#cells = new Uint32Array(cells);
    this.#placeOf = new Int32Array(cells).fill(-1);
  }

  /** Combines the cells that row y is made of; columns are left to `pixel`. */
  row(y: number): void {
    this.#combine(y, this.#line);
  }

  #combine(y: number, line: Float32Array): void {
    const scores = this.#scores;
    const length = this.#gridColumns * this.queries;
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
    this.#mix(this.#line, x, out);
  }

  #mix(line: Float32Array, x: number, out: Float32Array): void {
    const {start, cell, weight} = this.#columns;
    const queries = this.queries;
    const end = start[x + 1];
    if (start[x] === end) out.fill(0);
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

  /** Prepares rows `from` … `to − 1`, which are one run, for `contenders` and `decide`. */
  band(from: number, to: number): void {
    this.#from = from;
    this.#to = to;
    this.#combine(from, this.#firstLine);
    this.#combine(to - 1, this.#lastLine);
  }

  /**
   * The queries that can be the greatest anywhere in the block of the band's rows and columns `from` … `to − 1`, which
   * are one run, ascending; writes them into `out` and returns how many. Over such a block a cosine is bilinear, so
   * it lies between its values at the corners, and so does the difference of two: a query that another one exceeds at
   * all four corners is out. Neighbouring patches are alike enough that few remain, which is what makes many classes
   * cheap.
   */
  contenders(from: number, to: number, out: Uint16Array): number {
    const queries = this.queries;
    const {start} = this.#rows;
    // Where no window was looked at yet there is nothing to tell apart.
    if (start[this.#from] === start[this.#to]) {
      for (const corner of this.#corners) corner.fill(0);
      out[0] = 0;
      return 1;
    }
    const [a, b, c, d] = this.#corners;
    this.#mix(this.#firstLine, from, a);
    this.#mix(this.#firstLine, to - 1, b);
    this.#mix(this.#lastLine, from, c);
    this.#mix(this.#lastLine, to - 1, d);
    let count = -1;
    for (const corner of this.#corners) {
      let best = 0;
      for (let q = 1; q < queries; ++q) if (corner[q] > corner[best]) best = q;
      const [barA, barB, barC, barD] = [a[best], b[best], c[best], d[best]].map((value) => value - rounding);
      let kept = 0;
      if (count < 0) {
        for (let q = 0; q < queries; ++q)
          if (a[q] >= barA || b[q] >= barB || c[q] >= barC || d[q] >= barD) out[kept++] = q;
      } else
        for (let i = 0; i < count; ++i) {
          const q = out[i];
          if (a[q] >= barA || b[q] >= barB || c[q] >= barC || d[q] >= barD) out[kept++] = q;
        }
      count = kept;
      if (count === 1) break;
    }
    return count;
  }

  /**
   * Bounds of Σ exp(scale (v − greatest)) over all queries, anywhere in the block that `contenders` was asked about last.
   *
   * @param among what `contenders` wrote, the first `count`
   * @returns [least, most]
   */
  sums(scale: number, among: Uint16Array, count: number): [number, number] {
    const [a, b, c, d] = this.#corners;
    let most = Infinity;
    let least = 0;
    // No query exceeds the greatest one, and the greatest one is among the contenders.
    const lows = new Float64Array(this.queries).fill(Infinity);
    for (let i = 0; i < count; ++i) {
      const r = among[i];
      let sum = 0;
      for (let q = 0; q < this.queries; ++q) {
        const [da, db, dc, dd] = [a[q] - a[r], b[q] - b[r], c[q] - c[r], d[q] - d[r]];
        lows[q] = Math.min(lows[q], da, db, dc, dd);
        sum += Math.exp(scale * Math.max(da, db, dc, dd));
      }
      most = Math.min(most, sum);
    }
    for (const low of lows) least += expNegative(scale * Math.min(0, low));
    const slack = Math.exp(2 * scale * rounding);
    return [least / slack, most * slack];
  }

  /**
   * Calls `found` with the query of the greatest cosine, the first among equals, out of the first `count` in `among`, for
   * every pixel of the block of the band's rows and columns `from` … `to − 1`.
   */
  decide(
    from: number,
    to: number,
    among: Uint16Array,
    count: number,
    found: (y: number, x: number, query: number) => void
  ): void {
    const {start, cell, weight} = this.#columns;
    const cells = this.#cellsOf(from, to, count);
    const placeOf = this.#placeOf;
    const parts = this.#parts;
    for (let y = this.#from; y < this.#to; ++y) {
      this.#combineCells(y, cells, among, count);
      for (let x = from; x < to; ++x) {
        let best = among[0];
        let value = -Infinity;
        for (let i = 0; i < count; ++i) {
          let cosine = 0;
          for (let tap = start[x]; tap < start[x + 1]; ++tap)
            cosine += weight[tap] * parts[placeOf[cell[tap]] * count + i];
          if (cosine > value) {
            value = cosine;
            best = among[i];
          }
        }
        found(y, x, best);
      }
    }
    for (let k = 0; k < cells; ++k) placeOf[this.#cells[k]] = -1;
  }

  /** Gathers the cells of columns `from` … `to − 1` and returns how many there are. */
  #cellsOf(from: number, to: number, count: number): number {
    const {start, cell} = this.#columns;
    let cells = 0;
    for (let tap = start[from]; tap < start[to]; ++tap) {
      if (this.#placeOf[cell[tap]] >= 0) continue;
      this.#placeOf[cell[tap]] = cells;
      this.#cells[cells++] = cell[tap];
    }
    if (this.#parts.length < cells * count) this.#parts = new Float32Array(2 * cells * count);
    return cells;
  }

  /** What `row` does, for the gathered cells and some queries alone: the same sums in the same order. */
  #combineCells(y: number, cells: number, among: Uint16Array, count: number): void {
    const scores = this.#scores;
    const parts = this.#parts;
    const queries = this.queries;
    parts.fill(0, 0, cells * count);
    for (let tap = this.#rows.start[y]; tap < this.#rows.start[y + 1]; ++tap) {
      const weight = this.#rows.weight[tap];
      const band = Math.floor(this.#rows.cell[tap] / this.#gridRows);
      const gridRow = this.#rows.cell[tap] % this.#gridRows;
      for (let k = 0; k < cells; ++k) {
        const window = Math.floor(this.#cells[k] / this.#gridColumns);
        const gridColumn = this.#cells[k] % this.#gridColumns;
        const row = (band * this.#across + window) * this.#gridRows + gridRow;
        const offset = (row * this.#gridColumns + gridColumn) * queries;
        for (let i = 0; i < count; ++i) parts[k * count + i] += weight * scores[offset + among[i]];
      }
    }
  }
}

/** More than the rounding of a weighted mean of cosines in float32, and than what `straightRuns` lets pass. */
const rounding = 5e-5;

/** A run is at most this long: in smaller blocks fewer queries contend. */
const longestRun = 16;

/**
 * Cuts an axis into runs within which the samples lie on a straight line between the first and the last: their weights
 * are means of those two's. Cells interpolate linearly, so runs end at the cells' centres and at windows' borders.
 *
 * @returns where runs begin, and the number of samples
 */
export function straightRuns(taps: CellTaps): Uint32Array {
  const samples = taps.start.length - 1;
  const runs = [0];
  for (let i = 1; i < samples; ++i) {
    const begin = runs.at(-1)!;
    if (i - begin >= longestRun || (i - begin > 1 && !between(taps, begin, i - 1, i))) runs.push(i);
  }
  return Uint32Array.from([...runs, samples]);
}

/** Whether sample `middle` is a mean of two others, to rounding. */
function between(taps: CellTaps, first: number, middle: number, last: number): boolean {
  let part = 0;
  let widest = 0;
  for (const sample of [first, last])
    for (let tap = taps.start[sample]; tap < taps.start[sample + 1]; ++tap) {
      const cell = taps.cell[tap];
      const from = weightOf(taps, first, cell);
      const rise = weightOf(taps, last, cell) - from;
      if (Math.abs(rise) <= widest) continue;
      widest = Math.abs(rise);
      part = (weightOf(taps, middle, cell) - from) / rise;
    }
  if (part < 0 || part > 1) return false;
  for (const sample of [first, middle, last])
    for (let tap = taps.start[sample]; tap < taps.start[sample + 1]; ++tap) {
      const cell = taps.cell[tap];
      const mean = (1 - part) * weightOf(taps, first, cell) + part * weightOf(taps, last, cell);
      if (Math.abs(mean - weightOf(taps, middle, cell)) > 5e-7) return false;
    }
  return true;
}

/** How much of a cell is in a sample. */
function weightOf({start, cell, weight}: CellTaps, sample: number, wanted: number): number {
  for (let tap = start[sample]; tap < start[sample + 1]; ++tap) if (cell[tap] === wanted) return weight[tap];
  return 0;
}

/** The cosines of one query alone, as a field of its own. */
export function oneQuery({tiling, grid, queries, scores}: WindowScores, query: number): WindowScores {
  const alone = new Float32Array(scores.length / queries);
  for (let i = 0, from = query; i < alone.length; ++i, from += queries) alone[i] = scores[from];
  return {tiling, grid, queries: 1, scores: alone};
}
