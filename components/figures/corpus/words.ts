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
