/** What a corpus keeps of one image: the sets of its detectors and a few numbers a layer, some kilobytes in all. */
import {hasTrunk, normsOf} from "../../records/absent.js";
import {prefixLength, trunks, type Grid, type ImageRecord, type Provenance, type Trunk} from "../../records/record.js";
import {max, median, type Numbers} from "../arrays.js";
import {detectorIds, type DetectorId} from "../detectors/index.js";
import {detectLayer, type LayerDetections} from "../detectors/layer.js";
import {mapMeasures, type LayerMeasures} from "../layerMeasures.js";
import {midRanks, spearman} from "../ranks.js";

/** One image, and what is known of its patches besides. */
export interface CorpusImage {
  record: ImageRecord;
  /** Variance of lightness inside each patch: N. */
  variance: Numbers;
  /** Share of each patch's labelled pixels that show an object; NaN where none is labelled: N. */
  object?: Numbers;
  /** What needs the attention maps too, layer by layer; absent where they were not at hand. */
  measures?: LayerMeasures;
}

/** Something of each detector that the images could feed, SOM at least. */
export type ByDetector<T> = {readonly [Id in DetectorId]?: T} & {readonly som: T};

/** Two detectors, in the order of their list. */
export type DetectorPair = readonly [DetectorId, DetectorId];

/** What is summed up of an image. L layers, N patches; of the plain trunk where nothing is said. */
export interface ImageFacts {
  image: string;
  grid: Grid;
  layers: number;
  provenance: Provenance;
  /** Outliers by the paper's test: L; a trunk that an import lacks is absent. */
  counts: Partial<Record<Trunk, number[]>>;
  /** Largest / median patch norm: L; absent where an import lacks tokens. */
  lengths: Partial<Record<Trunk, number[]>>;
  /** 1 where a patch is in a detector's set: L × N. */
  sets: ByDetector<Uint8Array>;
  /** Spearman's correlation of two detectors' scores: L, by `pairName`. */
  ranks: Record<string, number[]>;
  /** `normCode` of each patch's norm over the layer's median: L × N; absent where an import lacks tokens. */
  norms?: Uint8Array;
  /** Tenth of the image's local variance that a patch is in, flattest 0: N. */
  tenths: Uint8Array;
  /** 0 on an object, 1 on background, 2 where nothing is labelled: N. */
  sides?: Uint8Array;
  measures?: LayerMeasures;
}

export const tenthCount = 10;

/** Steps of a norm's code an octave: neighbouring codes are 4.4 % apart, so a code is within 2.2 % of the norm. */
const steps = 16;

/** A norm over the layer's median, as a byte: logarithmic, from 1/251 to 245 times; what lies beyond gets the end. */
export function normCode(ratio: number): number {
  return Math.min(255, Math.max(0, Math.round(128 + steps * Math.log2(ratio))));
}

/** The norm over the median that a code stands for. */
export function normOfCode(code: number): number {
  return 2 ** ((code - 128) / steps);
}

export function pairName([a, b]: DetectorPair): string {
  return `${a} ${b}`;
}

export function pairsOf(ids: readonly DetectorId[]): DetectorPair[] {
  return ids.flatMap((a, i) => ids.slice(i + 1).map((b) => [a, b] as const));
}

/** The detectors of a record of something each, in the order of their list. */
export function detectorsOf(some: {readonly [Id in DetectorId]?: unknown}): DetectorId[] {
  return detectorIds.filter((id) => some[id] !== undefined);
}

/** What a corpus keeps of an image. */
export function factsOf({record, variance, object, measures}: CorpusImage): ImageFacts {
  const {image, grid, layers, provenance} = record;
  const patches = grid[0] * grid[1];
  const found = Array.from({length: layers}, (_, layer) => detectLayer(record, "plain", layer));
  const norms = normsOf(record.trunks.plain) && hasTrunk(record, "plain") ? codes(record) : undefined;
  return {
    image,
    grid,
    layers,
    provenance,
    counts: ofTrunks((trunk) => (hasTrunk(record, trunk) ? setSizes(record, trunk) : undefined)),
    lengths: ofTrunks((trunk) =>
      hasTrunk(record, trunk) && normsOf(record.trunks[trunk]) ? lengthsOf(record, trunk) : undefined
    ),
    sets: setsOf(found, patches),
    ranks: ranksOf(found),
    ...(norms && {norms}),
    tenths: Uint8Array.from(midRanks(variance), (rank) =>
      Math.min(tenthCount - 1, Math.floor(((rank - 0.5) / patches) * tenthCount))
    ),
    ...(object && {sides: Uint8Array.from(object, (share) => (Number.isNaN(share) ? 2 : Number(share < 0.5)))}),
    ...(measures && {measures: mapMeasures(measures, (row) => [...row])})
  };
}

function ofTrunks<T>(of: (trunk: Trunk) => T | undefined): Partial<Record<Trunk, T>> {
  const pairs = trunks.map((trunk) => [trunk, of(trunk)] as const);
  return Object.fromEntries(pairs.filter(([, value]) => value !== undefined)) as Partial<Record<Trunk, T>>;
}

function setSizes({trunks: both, layers}: ImageRecord, trunk: Trunk): number[] {
  const {outliers} = both[trunk];
  const patches = outliers.length / layers;
  return Array.from({length: layers}, (_, layer) =>
    outliers.subarray(layer * patches, (layer + 1) * patches).reduce((sum, inside) => sum + Number(inside !== 0), 0)
  );
}

/** Norms of a layer's patches. */
function layerNorms({trunks: both, prefix, grid: [rows, columns]}: ImageRecord, trunk: Trunk, layer: number) {
  const before = prefixLength(prefix);
  const tokens = before + rows * columns;
  return both[trunk].norms.subarray(layer * tokens + before, (layer + 1) * tokens);
}

function lengthsOf(record: ImageRecord, trunk: Trunk): number[] {
  return Array.from({length: record.layers}, (_, layer) => {
    const norms = layerNorms(record, trunk, layer);
    return max(norms) / median(norms);
  });
}

function codes(record: ImageRecord): Uint8Array {
  const layers = Array.from({length: record.layers}, (_, layer) => {
    const norms = layerNorms(record, "plain", layer);
    const middle = median(norms);
    return Array.from(norms, (norm) => normCode(norm / middle));
  });
  return Uint8Array.from(layers.flat());
}

function setsOf(found: readonly LayerDetections[], patches: number): ByDetector<Uint8Array> {
  const joined = (id: DetectorId) => {
    const all = new Uint8Array(found.length * patches);
    for (const [layer, detections] of found.entries()) all.set(detections[id]!.outliers, layer * patches);
    return all;
  };
  const known = detectorsOf(found[0]).map((id) => [id, joined(id)] as const);
  return {...Object.fromEntries(known), som: joined("som")};
}

function ranksOf(found: readonly LayerDetections[]): Record<string, number[]> {
  const pairs = pairsOf(detectorsOf(found[0]));
  return Object.fromEntries(
    pairs.map((pair) => [
      pairName(pair),
      found.map(({[pair[0]]: one, [pair[1]]: other}) => spearman(one!.scores, other!.scores))
    ])
  );
}
