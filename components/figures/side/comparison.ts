/** What two sides of a figure are compared by. Each figure declares its own (`difference` in the catalogue). */
import type {Grid} from "../../records/record.js";
import type {Answer} from "../../site/cache.js";
import type {View} from "../../site/feed.js";

/** A number for each cell of a grid: the patches of a photo, or where `axes` names them, something else. */
export interface Sheet {
  grid: Grid;
  values: ArrayLike<number>;
  /** What rows and columns are, such as "layer" and "head"; patches of the photo where they are not given. */
  axes?: readonly [down: string, across: string];
  /** What rows and columns of a table are called; numbers from 1 where nothing is said. */
  names?: readonly [rows: readonly string[], columns: readonly string[]];
}

/** One map of a figure: what it is called, its unit, and its values; null where a view has none. */
export interface Quantity {
  /** Its name in saved tables. */
  id: string;
  label: string;
  unit: string;
  /** What the rows and the columns of a table are; a map where nothing is said. */
  table?: readonly [down: string, across: string];
  of(view: View): Answer<Sheet | null>;
}

export interface Comparison {
  quantities: readonly Quantity[];
  /** What is found on either side, as the title begins: "76 against 9 outliers". */
  numbers(a: View, b: View): Answer<string | undefined>;
  /** What is to be known of the difference. */
  note?: string;
}

/** What a figure's two sides are compared by, with what both show now. */
export type Compare = (a: View, b: View) => Comparison;

/** Both sides of a quantity and A − B, cell by cell. */
export interface Difference {
  a: Sheet;
  b: Sheet;
  values: Float64Array;
}

/** A − B at each cell; null where either side has nothing, or their grids differ. */
export function difference(a: Sheet | null, b: Sheet | null): Difference | null {
  if (!a || !b || String(a.grid) !== String(b.grid) || String(a.names) !== String(b.names)) return null;
  return {a, b, values: Float64Array.from(a.values, (value, cell) => value - b.values[cell])};
}

/** Values on the patches of a view's photo; null where there are none. */
export function onPatches({record}: View, values: ArrayLike<number> | null | undefined): Sheet | null {
  return values ? {grid: record.grid, values} : null;
}
