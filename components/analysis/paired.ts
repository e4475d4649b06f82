/** What two summaries of images differ by, image by image where the images are the same. */
import {bounds, type Bounds, type EachImage} from "./corpus/summary.js";
import {bootstrap, type BootstrapOptions, type Interval} from "./intervals.js";
import {layerAtDepth, type MeasureId} from "./layerMeasures.js";
import {seededRandom} from "./random.js";
import {mean, quantileSorted, sorted} from "./arrays.js";

/** A − B of one measure, layer by layer of A; B's layer is the one that lies as deep. */
export interface Difference {
  /** Whether the same images were compared, each with itself. */
  paired: boolean;
  /** How many images were compared; of each side where they are not the same. */
  images: readonly [a: number, b: number];
  layers: Bounds[];
}

/**
 * The difference of the means of a measure. Where the two know some images by the same name, only those count, and the
 * interval is a bootstrap over images of each image's own difference; else both sides are resampled by themselves.
 */
export function measureDifference(a: EachImage, b: EachImage, id: MeasureId, options?: BootstrapOptions): Difference {
  const [rows, others] = [a.measures[id], b.measures[id]];
  const places = new Map(b.names.map((name, i) => [name, i]));
  const shared = a.names.flatMap((name, i) => (places.has(name) ? [[i, places.get(name)!] as const] : []));
  const otherRow = (layer: number) => others[layerAtDepth(layer, rows.length, others.length)];
  const value = (row: readonly (number | null)[], i: number) => row[i] ?? NaN;
  if (shared.length) {
    const layers = rows.map((row, layer) => {
      const differences = shared
        .map(([i, j]) => value(row, i) - value(otherRow(layer), j))
        .filter((each) => !Number.isNaN(each));
      return bounds(
        bootstrap(differences.length, (items) => mean(Float64Array.from(items, (i) => differences[i])), options)
      );
    });
    return {paired: true, images: [shared.length, shared.length], layers};
  }
  const layers = rows.map((row, layer) => bounds(unpaired(row, otherRow(layer), options)));
  return {paired: false, images: [a.names.length, b.names.length], layers};
}

/** Percentile bootstrap of mean(a) − mean(b), each resampled by itself. */
function unpaired(
  a: readonly (number | null)[],
  b: readonly (number | null)[],
  {confidence = 0.95, resamples = 2000, seed = 1}: BootstrapOptions = {}
): Interval {
  const known = [a, b].map((row) => row.filter((value) => value !== null));
  const random = seededRandom(seed);
  const drawn = (row: readonly number[]) => mean(row.map(() => row[Math.floor(random() * row.length)]));
  const statistics = sorted(Float64Array.from({length: resamples}, () => drawn(known[0]) - drawn(known[1])));
  const tail = (1 - confidence) / 2;
  return {
    estimate: mean(known[0]) - mean(known[1]),
    low: quantileSorted(statistics, tail),
    high: quantileSorted(statistics, 1 - tail)
  };
}
