/** What is known of every model that is at hand, in a few numbers and the outlier sets of each photo. */
import type {AttentionMap, Grid, ImageRecord, Prefix, Provenance} from "../records/record.js";
import type {Bounds} from "./corpus/summary.js";
import {layerMeasures, mapMeasures, type MeasureId} from "./layerMeasures.js";

/** One photo under one model. */
export interface PhotoMeasures {
  id: string;
  /** SHA-256 of the photo's file. */
  hash: string;
  /** A number a layer; null where an import lacks what it needs. */
  measures: Record<MeasureId, (number | null)[]>;
  /** The outlier set of each layer, as `packSet` writes it. */
  sets: string[];
}

/** A model and its photos, all on one grid. */
export interface ModelMeasures {
  id: string;
  layers: number;
  grid: Grid;
  prefix: Prefix;
  provenance: Provenance;
  photos: PhotoMeasures[];
  /** Whether it was run in this browser. */
  live?: boolean;
  /** Over the photos of PASCAL VOC, where they were summed up. */
  voc?: {name: string; images: number; measures: Record<MeasureId, Bounds[]>};
}

/** A model that is known by name and is not here. */
export interface MissingModel {
  id: string;
  title: string;
  /** What fetches it. */
  command: string;
}

/** All models of the site, and those that it could have. */
export interface ModelList {
  models: ModelMeasures[];
  missing: MissingModel[];
}

/** What a record is, of a model that has measured nothing yet. */
export function modelOf(id: string, {layers, grid, prefix, provenance}: ImageRecord): ModelMeasures {
  return {id, layers, grid, prefix, provenance, photos: []};
}

/**
 * Measures one photo under one model.
 *
 * @param hash SHA-256 of the photo's file
 * @param maps head-mean attention of each layer of the trunk without SOM
 */
export function measurePhoto(
  id: string,
  hash: string,
  record: ImageRecord,
  maps: readonly AttentionMap[]
): PhotoMeasures {
  const {trunks, layers, grid} = record;
  const patches = grid[0] * grid[1];
  return {
    id,
    hash,
    measures: mapMeasures(layerMeasures(record, maps), (row) =>
      row.map((value) => (Number.isFinite(value) ? Number(value.toPrecision(5)) : null))
    ),
    sets: Array.from({length: layers}, (_, layer) =>
      packSet(trunks.plain.outliers.subarray(layer * patches, (layer + 1) * patches))
    )
  };
}

/** A set of patches in hexadecimal, four patches a digit, the first patch in the highest bit. */
export function packSet(set: ArrayLike<number>): string {
  let text = "";
  for (let i = 0; i < set.length; i += 4)
    text += [0, 1, 2, 3].reduce((digit, k) => 2 * digit + (set[i + k] ? 1 : 0), 0).toString(16);
  return text;
}

/** The set that `packSet` wrote: 1 where a patch is in it. */
export function unpackSet(text: string, patches: number): Uint8Array {
  return Uint8Array.from({length: patches}, (_, i) => (parseInt(text[i >> 2], 16) >> (3 - (i & 3))) & 1);
}
