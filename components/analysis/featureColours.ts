/** Colours of features at unit length: only directions are compared. */
import type {ColourBasis, ColourRange, FeatureMap} from "../records/record.js";
import {sum} from "./arrays.js";
import {coloured, colourAxes} from "./pca.js";
import {unitTokens} from "./similarity.js";

/**
 * What the common colours of maps are read on. With a range of their own, each map's mean is taken away first, so that what
 * sets whole maps apart does not use up the axes.
 */
export function colourBasis(maps: ReadonlyMap<string, FeatureMap>, range: ColourRange): ColourBasis {
  const {axes, ranges} = colourAxes([...maps.values()].map((map) => directions(map, range)));
  return {
    names: [...maps.keys()],
    centre: Float32Array.from(axes.centre),
    axes: Float32Array.from(axes.axes),
    ranges: Float32Array.from([...ranges.map(([low]) => low), ...ranges.map(([, high]) => high)]),
    explained: sum(axes.variances) / axes.total
  };
}

/** The colours of a map's patches on a basis: red, green, blue in [0, 1], N × 3. */
export function coloursOn({centre, axes, ranges}: ColourBasis, map: FeatureMap, range: ColourRange): Float64Array {
  return coloured(directions(map, range), {
    axes: {centre, axes},
    ranges: [0, 1, 2].map((channel) => [ranges[channel], ranges[3 + channel]])
  });
}

function directions({width, values}: FeatureMap, range: ColourRange): {width: number; values: Float64Array} {
  const unit = {width, values: unitTokens({width, values})};
  return range === "own" ? withoutMean(unit) : unit;
}

function withoutMean({width, values}: {width: number; values: Float64Array}) {
  const tokens = values.length / width;
  const centre = new Float64Array(width);
  values.forEach((value, k) => (centre[k % width] += value / tokens));
  return {width, values: values.map((value, k) => value - centre[k % width])};
}
