import type {CorpusRows, RowQuery} from "../../analysis/corpus/rows.js";
import {detectors} from "../../analysis/detectors/index.js";
import type {Bounds} from "../../analysis/corpus/summary.js";

/**
 * Where outliers lie more often, as a sentence: the larger side first, so that the difference it gives is positive.
 *
 * @param name detector and layer: "SOM, layer 8"
 * @param difference background minus objects, as a share of patches, with its interval
 */
export function contentTitle(name: string, [difference, low, high]: Bounds = [null, null, null]): string {
  if (difference === null || low === null || high === null) return `${name}: outliers by how flat their patch is`;
  const points = (value: number) => (value * 100).toFixed(1).replace("-", "−");
  const interval = (middle: number, from: number, to: number) =>
    `${points(middle)} points [${points(from)}, ${points(to)}]`;
  if (low > 0)
    return `${name}: background patches are outliers more often than object patches, by ${interval(difference, low, high)}`;
  if (high < 0)
    return `${name}: object patches are outliers more often than background patches, by ${interval(-difference, -high, -low)}`;
  return `${name}: no difference between object and background that these images would show, ${interval(difference, low, high)}`;
}

/** How many photos have what is looked for: "12 of 199 photos have a SOM outlier in the 3 × 3 patches from row 1, column 1". */
export function searchTitle({
  rows: {names, grid},
  query: {detector, layer, patches, norm},
  matches
}: {
  rows: Pick<CorpusRows, "names" | "grid">;
  query: RowQuery;
  matches: readonly unknown[];
}): string {
  const {label} = detectors[detector];
  const [first, last] = [patches[0], patches.at(-1)!].map((patch) => [
    Math.floor(patch / grid[1]) + 1,
    (patch % grid[1]) + 1
  ]);
  const span = (axis: 0 | 1, one: string, many: string) =>
    first[axis] === last[axis] ? `${one} ${first[axis]}` : `${many} ${first[axis]}–${last[axis]}`;
  const long = norm > 0 ? ` of at least ${norm} × the median norm` : "";
  return `Layer ${layer + 1}: ${matches.length} of ${names.length} photos ${matches.length === 1 ? "has" : "have"} an outlier by ${label}${long} in ${span(0, "row", "rows")}, ${span(1, "column", "columns")}`;
}
