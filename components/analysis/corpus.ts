/**
 * Outliers over many images in a few numbers: how many, where, from which layer on, and which detectors agree. Nothing
 * of a picture can be read back, so the numbers of pictures that may not be shared can be.
 */
import {overlap, jaccard} from "./agreement.js";
import {max, median, type Numbers} from "./arrays.js";
import {detectorIds, type DetectorId} from "./detectors/index.js";
import {detectLayer, type LayerDetections} from "./detectors/layer.js";
import {indicesOf} from "./detectors/detection.js";
import {borderDistances} from "./grid.js";
import {bootstrap, meanInterval, ratioInterval, type BootstrapOptions, type Interval} from "./intervals.js";
import {mapMeasures, measures, type LayerMeasures, type MeasureId} from "./layerMeasures.js";
import {highNormRatio} from "./norms.js";
import {midRanks, spearman} from "./ranks.js";
import {hasTrunk, normsOf} from "../records/absent.js";
import {prefixLength, type Grid, type ImageRecord, type Provenance, type Trunk} from "../records/record.js";

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

/** Estimate, lower and upper 95 % bound; null where nothing can be said. */
export type Bounds = readonly [estimate: number | null, low: number | null, high: number | null];

/** How two detectors agree in one layer. */
export interface PairAgreement {
  pair: readonly [DetectorId, DetectorId];
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
  /** background − object, both from the same resampled images. */
  difference: Bounds;
}

/** Something of each detector that the images could feed, SOM at least. */
export type ByDetector<T> = {readonly [Id in DetectorId]?: T} & {readonly som: T};

export interface CorpusSummary {
  /** What the images are, such as "PASCAL VOC 2012 val". */
  name: string;
  images: number;
  grid: Grid;
  layers: number;
  provenance: Provenance;
  /** Outliers by the paper's test in each image, ascending: a row a layer. */
  counts: Record<Trunk, number[][]>;
  meanCounts: Record<Trunk, Bounds[]>;
  /** Largest / median patch norm of each image, ascending: a row a layer; no rows, as above, where imports lack it. */
  lengths: Record<Trunk, number[][]>;
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
  /** What each image has, so that two summaries of the same images can be compared image by image. */
  each?: EachImage;
}

/** A few numbers of each image, in the order of `names`. */
export interface EachImage {
  names: string[];
  /** A row a layer, a number an image; null where an import lacks what the measure needs. */
  measures: Record<MeasureId, (number | null)[][]>;
}

const TENTHS = 10;

/** Whether all images have the norms of a trunk: imports may lack a trunk, or the tokens of one. */
function haveNorms(images: readonly CorpusImage[], trunk: Trunk): boolean {
  return images.every(({record}) => hasTrunk(record, trunk) && normsOf(record.trunks[trunk]));
}

/** Sizes of Eq. 4's sets and lengths of the longest patch, a row a layer, of the trunks that all images have. */
function trunkSummary(images: readonly CorpusImage[], layers: number, options: BootstrapOptions) {
  const everyLayer = <T>(known: boolean, of: (layer: number) => T): T[] =>
    Array.from({length: known ? layers : 0}, (_, layer) => of(layer));
  const bothTrunks = <T>(of: (trunk: Trunk) => T): Record<Trunk, T> => ({plain: of("plain"), purified: of("purified")});
  const held = (trunk: Trunk) => images.every(({record}) => hasTrunk(record, trunk));
  const sizes = (trunk: Trunk, layer: number) =>
    images.map(({record}) => indicesOf(setOf(record, trunk, layer)).length);
  return {
    counts: bothTrunks((trunk) => everyLayer(held(trunk), (layer) => sizes(trunk, layer).toSorted((a, b) => a - b))),
    meanCounts: bothTrunks((trunk) =>
      everyLayer(held(trunk), (layer) => bounds(meanInterval(sizes(trunk, layer), options)))
    ),
    lengths: bothTrunks((trunk) =>
      everyLayer(haveNorms(images, trunk), (layer) =>
        images.map(({record}) => round(relativeLength(record, trunk, layer))).toSorted((a, b) => a - b)
      )
    )
  };
}

/** In how many images each layer is the first that has outliers, by three tests. */
function onsetSummary(images: readonly CorpusImage[], found: readonly LayerDetections[][]): CorpusSummary["onsets"] {
  const measured = haveNorms(images, "plain");
  const long = ({record}: CorpusImage) =>
    Array.from({length: record.layers}, (_, layer) => relativeLength(record, "plain", layer) > highNormRatio);
  return {
    som: onsetCounts(found.map((image) => image.map(({som}) => som.outliers.some(Boolean)))),
    mad: measured ? onsetCounts(found.map((image) => image.map(({mad}) => mad!.outliers.some(Boolean)))) : [],
    long: measured ? onsetCounts(images.map(long)) : []
  };
}

/** Sums up images of one grid and one model, for the detectors that every record can feed. */
export function corpusSummary(
  name: string,
  images: readonly CorpusImage[],
  options: BootstrapOptions = {}
): CorpusSummary {
  if (!images.length) throw new Error("A corpus needs at least one image.");
  const {grid, layers, provenance} = images[0].record;
  const patches = grid[0] * grid[1];
  const everyLayer = <T>(of: (layer: number) => T): T[] => Array.from({length: layers}, (_, layer) => of(layer));
  const found = images.map(({record}) => everyLayer((layer) => detectLayer(record, "plain", layer)));
  const known = detectorIds.filter((id) => found.every((image) => image[0][id]));
  const eachDetector = <T>(of: (id: DetectorId) => T): ByDetector<T> => ({
    ...Object.fromEntries(known.map((id) => [id, of(id)])),
    som: of("som")
  });

  /** Share of patches in the set for each group that patches are sorted into; group −1 is left out. */
  const shares = (id: DetectorId, layer: number, groupOf: (image: number, patch: number) => number, groups: number) =>
    Array.from({length: groups}, (_, group) => {
      const tallies = images.map((_image, image) => {
        const members = Array.from({length: patches}, (_p, i) => i).filter((i) => groupOf(image, i) === group);
        return [members.filter((i) => found[image][layer][id]!.outliers[i]).length, members.length];
      });
      return [tallies.map(([inside]) => inside), tallies.map(([, all]) => all)] as const;
    });
  const bounded = (tallies: ReturnType<typeof shares>) =>
    tallies.map(([inside, all]) => bounds(ratioInterval(inside, all, options)));

  const distances = borderDistances(grid);
  const farthest = distances.reduce((a, b) => Math.max(a, b), 0);
  const tenths = images.map(({variance}) =>
    midRanks(variance).map((rank) => Math.min(TENTHS - 1, Math.floor(((rank - 0.5) / patches) * TENTHS)))
  );
  const sides = images.map(({object}) =>
    Array.from({length: patches}, (_, i) => (object && !Number.isNaN(object[i]) ? Number(object[i] < 0.5) : -1))
  );
  return {
    name,
    images: images.length,
    grid,
    layers,
    provenance,
    ...trunkSummary(images, layers, options),
    places: eachDetector((id) =>
      everyLayer((layer) =>
        Array.from({length: patches}, (_, i) => found.filter((image) => image[layer][id]!.outliers[i]).length)
      )
    ),
    border: eachDetector((id) =>
      everyLayer((layer) => bounded(shares(id, layer, (_, patch) => distances[patch], farthest + 1)))
    ),
    texture: eachDetector((id) =>
      everyLayer((layer) => bounded(shares(id, layer, (image, patch) => tenths[image][patch], TENTHS)))
    ),
    ...(images.some(({object}) => object) && {
      objects: eachDetector((id) =>
        everyLayer((layer) =>
          objectShares(
            shares(id, layer, (image, patch) => sides[image][patch], 2),
            options
          )
        )
      )
    }),
    onsets: onsetSummary(images, found),
    agreement: everyLayer((layer) =>
      pairsOf(known).map((pair) =>
        pairAgreement(
          pair,
          found.map((image) => image[layer]),
          patches,
          options
        )
      )
    ),
    ...eachImage(images, layers, options)
  };
}

/** The measures of the images, as means and one by one; nothing unless all have them. */
function eachImage(
  images: readonly CorpusImage[],
  layers: number,
  options: BootstrapOptions
): Pick<CorpusSummary, "measures" | "each"> {
  const all = images.flatMap((image) => image.measures ?? []);
  if (all.length < images.length) return {};
  const rows = (id: MeasureId) =>
    Array.from({length: layers}, (_, layer) => all.map((measured) => known(measured[id][layer])));
  const each = mapMeasures(measures, (_, id) => rows(id));
  const meanOf = (row: readonly (number | null)[]) =>
    meanInterval(
      row.map((value) => value ?? NaN),
      options
    );
  return {
    measures: mapMeasures(each, (layerRows) => layerRows.map((row) => bounds(meanOf(row)))),
    each: {names: images.map(({record}) => record.image), measures: each}
  };
}

function pairsOf(ids: readonly DetectorId[]) {
  return ids.flatMap((a, i) => ids.slice(i + 1).map((b) => [a, b] as const));
}

function setOf({trunks, grid: [rows, columns]}: ImageRecord, trunk: Trunk, layer: number): Uint8Array {
  return trunks[trunk].outliers.subarray(layer * rows * columns, (layer + 1) * rows * columns);
}

function relativeLength({trunks, prefix, grid: [rows, columns]}: ImageRecord, trunk: Trunk, layer: number): number {
  const before = prefixLength(prefix);
  const tokens = before + rows * columns;
  const norms = trunks[trunk].norms.subarray(layer * tokens + before, (layer + 1) * tokens);
  return max(norms) / median(norms);
}

function pairAgreement(
  pair: readonly [DetectorId, DetectorId],
  images: readonly LayerDetections[],
  patches: number,
  options: BootstrapOptions
): PairAgreement {
  const [a, b] = pair;
  const counts = images.map((image) => overlap(image[a]!.outliers, image[b]!.outliers));
  const expected = counts.map(({both, onlyA, onlyB}) => {
    const shared = ((both + onlyA) * (both + onlyB)) / patches;
    return {both: shared, onlyA: both + onlyA - shared, onlyB: both + onlyB - shared, neither: 0};
  });
  const pooled = expected.reduce((total, {both, onlyA, onlyB}) => ({
    both: total.both + both,
    onlyA: total.onlyA + onlyA,
    onlyB: total.onlyB + onlyB,
    neither: 0
  }));
  return {
    pair,
    jaccard: bounds(
      ratioInterval(
        counts.map(({both}) => both),
        counts.map(({both, onlyA, onlyB}) => both + onlyA + onlyB),
        options
      )
    ),
    chance: known(jaccard(pooled)),
    rank: bounds(
      meanInterval(
        images.map((image) => spearman(image[a]!.scores, image[b]!.scores)),
        options
      )
    )
  };
}

/** Group 0 is on objects, group 1 on background. */
function objectShares(
  [object, background]: readonly (readonly [number[], number[]])[],
  options: BootstrapOptions
): ObjectShares {
  const pooled = ([inside, all]: readonly [number[], number[]], items: Uint32Array) => {
    let [over, under] = [0, 0];
    for (const i of items) {
      over += inside[i];
      under += all[i];
    }
    return over / under;
  };
  const difference = bootstrap(object[0].length, (items) => pooled(background, items) - pooled(object, items), options);
  return {
    object: bounds(ratioInterval(...object, options)),
    background: bounds(ratioInterval(...background, options)),
    difference: bounds(difference)
  };
}

/** Images by the first layer that says yes; the last entry counts those of which none does. */
function onsetCounts(images: readonly boolean[][]): number[] {
  const layers = images[0].length;
  const counts = Array.from({length: layers + 1}, () => 0);
  for (const image of images) {
    const first = image.indexOf(true);
    ++counts[first < 0 ? layers : first];
  }
  return counts;
}

function bounds({estimate, low, high}: Interval): Bounds {
  return [known(estimate), known(low), known(high)];
}

function known(value: number): number | null {
  return Number.isFinite(value) ? round(value) : null;
}

/** Four digits say all that some hundred images can. */
function round(value: number): number {
  return Number(value.toPrecision(4));
}
