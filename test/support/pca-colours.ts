/** Colours of several maps together, all at once: what pages read map by map on a basis that was found beforehand. */
import type {Features} from "../../components/analysis/arrays.js";
import {coloured, colourAxes, type ColourOptions, type PrincipalAxes} from "../../components/analysis/pca.js";

/** Maps as red, green, blue in [0, 1] on their common axes: N × 3 each. */
export function pcaColours(
  maps: readonly Features[],
  options: ColourOptions = {}
): {colours: Float64Array[]; axes: PrincipalAxes} {
  const found = colourAxes(maps, options);
  return {colours: maps.map((map) => coloured(map, found)), axes: found.axes};
}
