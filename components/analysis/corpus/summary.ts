/**
 * Outliers over many images in a few numbers: how many, where, from which layer on, and which detectors agree. Nothing
 * of a picture can be read back, so the numbers of pictures that may not be shared can be.
 */
import type {Interval} from "../intervals.js";
import type {MeasureId} from "../layerMeasures.js";
import type {Grid, Provenance, Trunk} from "../../records/record.js";
import type {Distribution} from "./distribution.js";
import type {ByDetector, DetectorPair} from "./facts.js";

/** Estimate, lower and upper 95 % bound; null where nothing can be said. */
export type Bounds = readonly [estimate: number | null, low: number | null, high: number | null];

/** How two detectors agree in one layer. */
export interface PairAgreement {
  pair: DetectorPair;
  /** |A ∩ B| / |A ∪ B|, pooled over images. */
  jaccard: Bounds;
  /** What two independent sets of these sizes would reach. */
  chance: number | null;
  /** Spearman's correlation of the scores, mean over images. */
  rank: Bounds;
}

/** Shares of patches in a set: among those on objects, among those on background, and the difference. */
export interface ObjectShares {
  object: Bounds;
  background: Bounds;
  /** background − object, of the same images. */
  difference: Bounds;
}

export interface CorpusSummary {
  /** Of the file; absent in those from before versions were written, which are of the first. */
  version?: number;
  /** What the images are, such as "PASCAL VOC 2012 val". */
  name: string;
  images: number;
  grid: Grid;
  layers: number;
  provenance: Provenance;
  /** How intervals were made where images are many; absent: percentile bootstraps over images. */
  intervals?: "normal";
  /** Outliers by the paper's test in each image: a row a layer. */
  counts: Record<Trunk, Distribution[]>;
  meanCounts: Record<Trunk, Bounds[]>;
  /** Largest / median patch norm of each image: a row a layer; no rows, as above, where imports lack it. */
  lengths: Record<Trunk, Distribution[]>;
  /** In how many images each patch is in the set: a row a layer. Plain trunk, as all that follows. */
  places: ByDetector<number[][]>;
  /** Share of patches in the set by steps from the border: a row a layer. */
  border: ByDetector<Bounds[][]>;
  /** The same by tenth of the image's local variance, flattest first. */
  texture: ByDetector<Bounds[][]>;
  /** Where a ground truth is known: a row a layer. */
  objects?: ByDetector<ObjectShares[]>;
  /** Images by the first layer with an outlier by Eq. 4, by MAD, and with a patch ten times the median; last: never. */
  onsets: Record<"som" | "mad" | "long", number[]>;
  /** A row a layer. */
  agreement: PairAgreement[][];
  /** Mean over images of each measure, a row a layer; absent where a part of the images has none. */
  measures?: Record<MeasureId, Bounds[]>;
  /**
   * What each image has, so that two summaries of the same images can be compared image by image; absent where a part of
   * the images has none, and where images are more than `mostKept`.
   */
  each?: EachImage;
}

/** A few numbers of each image, in the order of `names`. */
export interface EachImage {
  names: string[];
  /** A row a layer, a number an image; null where an import lacks what the measure needs. */
  measures: Record<MeasureId, (number | null)[][]>;
}

export function bounds({estimate, low, high}: Interval): Bounds {
  return [known(estimate), known(low), known(high)];
}

export function known(value: number): number | null {
  return Number.isFinite(value) ? digits(4)(value) : null;
}

/** Rounds to so many significant digits. Four say all that some hundred images can; three keep a histogram small. */
export function digits(count: number): (value: number) => number {
  return (value) => Number(value.toPrecision(count));
}
