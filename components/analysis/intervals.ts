import {quantileSorted, sorted, mean, type Numbers} from "./arrays.js";
import {seededRandom} from "./random.js";

/** An estimate between its confidence bounds. */
export interface Interval {
  estimate: number;
  low: number;
  high: number;
}

export interface BootstrapOptions {
  /** Share of resampled statistics between the bounds. */
  confidence?: number;
  resamples?: number;
  seed?: number;
}

/**
 * Percentile bootstrap over n items (images, usually), drawn with replacement. The statistic gets the positions of the
 * items drawn, so it may pool counts before dividing (mIoU) or compare two methods on the same images (a paired
 * difference). Repeats for the same seed. Resamples whose statistic is NaN are left out. NaN for n = 0.
 */
export function bootstrap(
  n: number,
  statistic: (items: Uint32Array) => number,
  {confidence = 0.95, resamples = 2000, seed = 1}: BootstrapOptions = {}
): Interval {
  const items = Uint32Array.from({length: n}, (_, i) => i);
  const estimate = n ? statistic(items) : NaN;
  const random = seededRandom(seed);
  const statistics = Float64Array.from({length: n ? resamples : 0}, () =>
    statistic(items.map(() => Math.floor(random() * n)))
  );
  const ascending = sorted(statistics);
  const tail = (1 - confidence) / 2;
  return {estimate, low: quantileSorted(ascending, tail), high: quantileSorted(ascending, 1 - tail)};
}

/** Bootstrap interval of the mean of values that are not NaN. */
export function meanInterval(values: Numbers, options?: BootstrapOptions): Interval {
  const known = sorted(values);
  return bootstrap(known.length, (items) => mean(Float64Array.from(items, (i) => known[i])), options);
}

/** Wilson's 95 % interval of a share of n: it has a width where all or none of the n are meant. */
export function shareInterval(share: number, n: number): Interval {
  const z = 1.96;
  const centre = (share + z ** 2 / (2 * n)) / (1 + z ** 2 / n);
  const reach = (z / (1 + z ** 2 / n)) * Math.sqrt((share * (1 - share)) / n + z ** 2 / (4 * n ** 2));
  return {estimate: share, low: Math.max(0, centre - reach), high: Math.min(1, centre + reach)};
}

/**
 * Bootstrap interval of a pooled ratio, Σ numerators / Σ denominators, with one pair an item (an image, usually). Items
 * that have nothing to divide by weigh nothing.
 */
export function ratioInterval(numerators: Numbers, denominators: Numbers, options?: BootstrapOptions): Interval {
  const ratio = (items: Uint32Array): number => {
    let [over, under] = [0, 0];
    for (const i of items) {
      over += numerators[i];
      under += denominators[i];
    }
    return over / under;
  };
  return bootstrap(numerators.length, ratio, options);
}
