import type {Grid} from "../records/record.js";

/** Euclidean distance between the centres of two patches (0-based), in patches. */
export function patchDistance([, columns]: Grid, i: number, j: number): number {
  const rows = Math.floor(i / columns) - Math.floor(j / columns);
  return Math.hypot(rows, (i % columns) - (j % columns));
}

/** The other patches within `ring` steps of patch i in row and column, inside the grid: its 8 neighbours for ring 1. */
export function neighbours([rows, columns]: Grid, i: number, ring = 1): number[] {
  const row = Math.floor(i / columns);
  const column = i % columns;
  const found: number[] = [];
  for (let r = Math.max(0, row - ring); r <= Math.min(rows - 1, row + ring); ++r) {
    for (let c = Math.max(0, column - ring); c <= Math.min(columns - 1, column + ring); ++c) {
      if (r !== row || c !== column) found.push(r * columns + c);
    }
  }
  return found;
}

/** Steps from each patch to the nearest edge of the grid; 0 on the border. */
export function borderDistances([rows, columns]: Grid): Uint32Array {
  return Uint32Array.from({length: rows * columns}, (_, i) => {
    const row = Math.floor(i / columns);
    const column = i % columns;
    return Math.min(row, rows - 1 - row, column, columns - 1 - column);
  });
}
