import type {Bounds} from "../../analysis/corpus/summary.js";

/** Rows of a figure's data, for whoever wants to draw it again. */
export type Rows = readonly Readonly<Record<string, string | number>>[];

/** An estimate and its bounds as columns of a row: NAME, NAME_low and NAME_high. */
export function boundedCells(name: string, [estimate, low, high]: Bounds): Record<string, string | number> {
  return {[name]: estimate ?? "", [`${name}_low`]: low ?? "", [`${name}_high`]: high ?? ""};
}
