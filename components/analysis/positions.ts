import type {Numbers} from "./arrays.js";
import {borderDistances} from "./grid.js";
import type {Grid} from "../records/record.js";

/** A set of patches on some image's grid. */
export interface PatchSet {
  grid: Grid;
  /** 1 where the patch is in the set: N. */
  outliers: Numbers;
}

export interface PositionMap {
  grid: Grid;
  /** Share of the images in which this place is covered by the set: rows × columns, in [0, 1]. NaN without images. */
  shares: Float64Array;
  images: number;
}

/**
 * Where sets of patches lie over a corpus. Each image's grid is laid over the same `grid` of relative coordinates; a
 * patch adds to each cell the part of the cell's area that it covers, so grids of any shape weigh the same.
 */
export function positionMap(sets: Iterable<PatchSet>, grid: Grid): PositionMap {
  const shares = new Float64Array(grid[0] * grid[1]);
  let images = 0;
  for (const {grid: own, outliers} of sets) {
    ++images;
    for (let i = 0; i < own[0] * own[1]; ++i) {
      if (!outliers[i]) continue;
      const across = overlaps(i % own[1], own[1], grid[1]);
      for (const [row, height] of overlaps(Math.floor(i / own[1]), own[0], grid[0])) {
        for (const [column, width] of across) shares[row * grid[1] + column] += height * width;
      }
    }
  }
  return {grid, shares: shares.map((share) => share / images), images};
}

/**
 * The cells of an axis cut in `to` that cell `index` of the same axis cut in `from` covers, each with the part covered.
 */
function overlaps(index: number, from: number, to: number): [cell: number, part: number][] {
  const start = (index * to) / from;
  const end = ((index + 1) * to) / from;
  const cells: [number, number][] = [];
  for (let cell = Math.floor(start); cell < Math.min(to, end); ++cell) {
    const part = Math.min(cell + 1, end) - Math.max(cell, start);
    if (part > 0) cells.push([cell, part]);
  }
  return cells;
}

/** How a set lies relative to the border, beside how all patches lie. */
export interface BorderRow {
  /** Steps to the nearest edge; 0 on the border. */
  distance: number;
  outliers: number;
  patches: number;
}

/** Counts over a corpus by distance to the border, from 0 to the farthest patch. */
export function borderCounts(sets: Iterable<PatchSet>): BorderRow[] {
  const rows: BorderRow[] = [];
  for (const {grid, outliers} of sets) {
    borderDistances(grid).forEach((distance, i) => {
      while (rows.length <= distance) rows.push({distance: rows.length, outliers: 0, patches: 0});
      ++rows[distance].patches;
      if (outliers[i]) ++rows[distance].outliers;
    });
  }
  return rows;
}
