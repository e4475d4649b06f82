/** Scores measured over images: areas of each image, what they pool to, and how sure that is. */
import {mean, quantileSorted, sorted} from "./arrays.js";
import {bootstrap, type BootstrapOptions} from "./intervals.js";
import {seededRandom} from "./random.js";

/** Pixels of classes in one image: [class, pixels, class, pixels, ...] for the classes that have any. */
export type LabelledAreas = readonly number[];

/** What a variant did with one image: [class, right, predicted, ...] for the classes it predicted. */
export type PredictedAreas = readonly number[];

/** What a summary of measurements says of itself; another version is refused. */
export const measuredFormat = "sfp-measured 1";

/** Everything counted under one protocol: enough to compute every score and interval again. */
export interface AreasFile {
  format: "sfp-measured-areas 1";
  provenance: {
    model: string;
    /** SHA-256 of the weights. */
    weights: string;
    device: string;
    versions: Readonly<Record<string, string>>;
    /** The second model, where a variant looks through one. */
    proxy?: {model: string; weights: string};
  };
  protocol: ProtocolSummary;
  images: {
    count: number;
    /** SHA-256 of the names in order, one a line. */
    names: string;
  };
  /** A row an image. */
  labelled: LabelledAreas[];
  /** By the variant's name: a row an image. */
  variants: Record<string, PredictedAreas[]>;
}

export interface ProtocolSummary {
  name: string;
  about: string;
  classes: {name: string; words: readonly string[]}[];
}

/** A class or a mean: percent between its 95 % bounds; null where nothing was labelled or predicted. */
export interface MeasuredScore {
  value: number | null;
  low: number | null;
  high: number | null;
}

export interface MeasuredRow {
  id: string;
  method: string;
  options: readonly string[];
  miou: MeasuredScore;
  /** In the protocol's order. */
  classes: MeasuredScore[];
}

/** One variant minus another on the same images, in percentage points. */
export interface MeasuredPair extends MeasuredScore {
  id: string;
  against: string;
}

/** What pages read. */
export interface MeasuredFile {
  format: typeof measuredFormat;
  provenance: AreasFile["provenance"];
  protocol: ProtocolSummary;
  images: AreasFile["images"];
  bootstrap: Required<BootstrapOptions>;
  rows: MeasuredRow[];
  pairs: MeasuredPair[];
  /** The same differences on two halves of the images, where one is to select and the other to confirm. */
  halves?: HalvedPair[];
}

/** One variant minus another: on the images that select, and on the others with an interval. */
export interface HalvedPair {
  id: string;
  against: string;
  selecting: number | null;
  confirming: MeasuredScore;
}

/** Per-image areas as one flat table: images × classes each. */
export interface AreaTable {
  images: number;
  classes: number;
  right: Float64Array;
  predicted: Float64Array;
  labelled: Float64Array;
}

/**
 * One variant's areas as a table.
 *
 * @throws RangeError when rows are missing, or name a class that the protocol does not have
 */
export function areaTable({protocol, labelled, variants}: AreasFile, id: string): AreaTable {
  const found = variants[id];
  if (!found) throw new RangeError(`${id} was not measured; measured are ${Object.keys(variants).join(", ")}.`);
  const [images, classes] = [labelled.length, protocol.classes.length];
  if (found.length !== images) throw new RangeError(`${id} has ${found.length} rows for ${images} images.`);
  const [right, predicted, truth] = Array.from({length: 3}, () => new Float64Array(images * classes));
  const at = (image: number, index: number): number => {
    if (!(index >= 0 && index < classes)) throw new RangeError(`Class ${index} is not one of ${classes}.`);
    return image * classes + index;
  };
  labelled.forEach((row, image) => {
    for (let k = 0; k < row.length; k += 2) truth[at(image, row[k])] = row[k + 1];
  });
  found.forEach((row, image) => {
    for (let k = 0; k < row.length; k += 3) {
      right[at(image, row[k])] = row[k + 1];
      predicted[at(image, row[k])] = row[k + 2];
    }
  });
  return {images, classes, right, predicted, labelled: truth};
}

/** IoU of each class over the images at these positions (repeats count again), in percent; NaN where it is 0/0. */
export function pooledIou({classes, right, predicted, labelled}: AreaTable, items: ArrayLike<number>): Float64Array {
  const over = new Float64Array(classes);
  const under = new Float64Array(classes);
  for (let i = 0; i < items.length; ++i)
    for (let c = 0, k = items[i] * classes; c < classes; ++c, ++k) {
      over[c] += right[k];
      under[c] += predicted[k] + labelled[k] - right[k];
    }
  return over.map((area, c) => (100 * area) / under[c]);
}

/**
 * Scores of every variant, and differences of pairs on the same resampled images. All bootstraps share one seed, so
 * all see the same resamples.
 */
export function summarise(
  file: AreasFile,
  variants: readonly {id: string; method: string; options: readonly string[]; against: readonly string[]}[],
  options: Required<BootstrapOptions>
): MeasuredFile {
  const {provenance, protocol, images} = file;
  const known = variants.filter(({id}) => id in file.variants);
  const drawn = new Map(known.map(({id}) => [id, resampled(areaTable(file, id), options)]));
  const {confidence} = options;
  const rows = known.map(({id, method, options: words}): MeasuredRow => {
    const {miou, classes} = drawn.get(id)!;
    return {
      id,
      method,
      options: words,
      miou: score(miou, confidence),
      classes: classes.map((values) => score(values, confidence))
    };
  });
  const pairs = known.flatMap(({id, against}) =>
    against
      .filter((other) => drawn.has(other))
      .map((other): MeasuredPair => {
        const [mine, theirs] = [drawn.get(id)!.miou, drawn.get(other)!.miou];
        return {
          id,
          against: other,
          ...score(
            mine.map((value, i) => value - theirs[i]),
            confidence
          )
        };
      })
  );
  return {format: measuredFormat, provenance, protocol, images, bootstrap: options, rows, pairs};
}

/** The images' positions in two halves, drawn at random and the same for every model. */
export function halvesOf(images: number, seed: number): [selecting: Uint32Array, confirming: Uint32Array] {
  const random = seededRandom(seed);
  const order = Uint32Array.from({length: images}, (_, i) => i);
  for (let i = images - 1; i > 0; --i) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  const half = Math.ceil(images / 2);
  return [order.subarray(0, half), order.subarray(half)];
}

/** Differences on one half of the images, and on the other with intervals. */
export function halve(
  file: AreasFile,
  pairs: readonly Pick<MeasuredPair, "id" | "against">[],
  options: Required<BootstrapOptions>
): HalvedPair[] {
  const [selecting, confirming] = halvesOf(file.images.count, options.seed);
  return pairs.map(({id, against}) => {
    const [mine, theirs] = [areaTable(file, id), areaTable(file, against)];
    const gain = (items: Uint32Array) => mean(pooledIou(mine, items)) - mean(pooledIou(theirs, items));
    const drawn = new Float64Array(options.resamples + 1);
    let next = 0;
    bootstrap(confirming.length, (items) => (drawn[next++] = gain(items.map((i) => confirming[i]))), options);
    return {id, against, selecting: rounded(gain(selecting)), confirming: score(drawn, options.confidence)};
  });
}

/** Scores of the images themselves (first) and of every resample. */
interface Resampled {
  miou: Float64Array;
  classes: Float64Array[];
}

function resampled(table: AreaTable, options: Required<BootstrapOptions>): Resampled {
  const count = options.resamples + 1;
  const miou = new Float64Array(count);
  const classes = Array.from({length: table.classes}, () => new Float64Array(count));
  let next = 0;
  bootstrap(
    table.images,
    (items) => {
      const iou = pooledIou(table, items);
      iou.forEach((value, c) => (classes[c][next] = value));
      return (miou[next++] = mean(iou));
    },
    options
  );
  return {miou, classes};
}

/** How many pixels at least were decided otherwise: half of what the areas of each class differ by, over all images. */
export function changedPixels(a: readonly PredictedAreas[], b: readonly PredictedAreas[]): number {
  let changed = 0;
  a.forEach((row, image) => {
    const [mine, theirs] = [byClass(row), byClass(b[image] ?? [])];
    let predicted = 0;
    for (const c of new Set([...mine.keys(), ...theirs.keys()]))
      predicted += Math.abs((mine.get(c)?.[1] ?? 0) - (theirs.get(c)?.[1] ?? 0));
    changed += predicted / 2;
  });
  return changed;
}

function byClass(row: PredictedAreas): Map<number, [right: number, predicted: number]> {
  const found = new Map<number, [number, number]>();
  for (let k = 0; k < row.length; k += 3) found.set(row[k], [row[k + 1], row[k + 2]]);
  return found;
}

/** Three decimals: far finer than the intervals, and the same on every machine that counted the same. */
function score(values: Float64Array, confidence: number): MeasuredScore {
  const ascending = sorted(values.subarray(1));
  const tail = (1 - confidence) / 2;
  return {
    value: rounded(values[0]),
    low: rounded(quantileSorted(ascending, tail)),
    high: rounded(quantileSorted(ascending, 1 - tail))
  };
}

function rounded(value: number): number | null {
  // Adding 0 turns −0, which JSON does not have, into 0.
  return Number.isFinite(value) ? Math.round(value * 1000) / 1000 + 0 : null;
}
