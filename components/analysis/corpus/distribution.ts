/** One number of each image, without saying which: a list where images are few, a histogram where they are many. */
import {quantileSorted} from "../arrays.js";

/** How many images have each value, ascending. */
export interface Histogram {
  values: readonly number[];
  images: readonly number[];
}

/** Values in ascending order, one an image; or a histogram of them. */
export type Distribution = readonly number[] | Histogram;

/** Collects the values of images. */
export interface Values {
  add(value: number): void;
  distribution(): Distribution;
}

/** Every value, rounded as `round` says. */
export function listed(round: (value: number) => number): Values {
  const all: number[] = [];
  return {
    add: (value) => all.push(round(value)),
    distribution: () => all.toSorted((a, b) => a - b)
  };
}

/** How many images have each value, after `round`, which decides how many different ones there can be. */
export function counted(round: (value: number) => number): Values {
  const images = new Map<number, number>();
  return {
    add(value) {
      const rounded = round(value);
      images.set(rounded, (images.get(rounded) ?? 0) + 1);
    },
    distribution() {
      const ascending = [...images].toSorted(([a], [b]) => a - b);
      return {values: ascending.map(([value]) => value), images: ascending.map(([, count]) => count)};
    }
  };
}

function isHistogram(distribution: Distribution): distribution is Histogram {
  return "images" in distribution;
}

/** The distribution's values with the number of images that have each, ascending; a list gives each image by itself. */
export function valuesOf(distribution: Distribution): (readonly [value: number, images: number])[] {
  return isHistogram(distribution)
    ? distribution.values.map((value, i) => [value, distribution.images[i]] as const)
    : distribution.map((value) => [value, 1] as const);
}

/** The p-quantile over images: of a list linear between neighbours, and the same of the values that a histogram stands for. */
export function distributionQuantile(distribution: Distribution, p: number): number {
  if (!isHistogram(distribution)) return quantileSorted(distribution, p);
  const {values, images} = distribution;
  const position = (images.reduce((sum, count) => sum + count, 0) - 1) * p;
  const at = (rank: number) => {
    let below = 0;
    for (const [i, count] of images.entries()) {
      below += count;
      if (rank < below) return values[i];
    }
    return NaN;
  };
  const low = at(Math.floor(position));
  const high = at(Math.ceil(position));
  return low + (high - low) * (position - Math.floor(position));
}

/** Share of the images whose value lies above a bound. */
export function shareAbove(distribution: Distribution, bound: number): number {
  let [above, all] = [0, 0];
  for (const [value, images] of valuesOf(distribution)) {
    all += images;
    if (value > bound) above += images;
  }
  return above / all;
}
