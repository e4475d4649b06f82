/** What is known of each image of a corpus, in typed columns that are searched image by image. */
import type {Grid, Provenance} from "../../records/record.js";
import type {DetectorId} from "../detectors/index.js";
import {detectorsOf, normCode, normOfCode, type ByDetector, type ImageFacts} from "./facts.js";

/** The plain trunk of every image. L layers, N patches. */
export interface CorpusRows {
  /** What the images are called together. */
  name: string;
  provenance: Provenance;
  grid: Grid;
  layers: number;
  /** The images, in order. */
  names: readonly string[];
  /** A bit a patch, least significant first: ⌈N / 8⌉ bytes a layer, L layers an image. */
  sets: ByDetector<Uint8Array>;
  /** `normCode` of each patch: L × N an image; empty where imports lack tokens. */
  norms: Uint8Array;
}

/** What is looked for. */
export interface RowQuery {
  detector: DetectorId;
  /** 0-based. */
  layer: number;
  /** Patches one of which must be in the detector's set. */
  patches: readonly number[];
  /** The least norm of that patch, times the layer's median; 0 takes all. */
  norm: number;
}

/** An image that has what is looked for. */
export interface Match {
  /** Its place among the images. */
  image: number;
  /** How many of the patches looked at are in the set and of at least the norm asked for. */
  patches: number;
  /** The largest of them, times the median; NaN where no norms are known. */
  largest: number;
}

/** The bytes of a layer's set. */
export function setBytes([rows, columns]: Grid): number {
  return Math.ceil((rows * columns) / 8);
}

/** A set as bits: L × ⌈N / 8⌉ bytes of L × N bytes that are 0 or 1. */
export function bitsOf(set: Uint8Array, layers: number): Uint8Array {
  const patches = set.length / layers;
  const width = Math.ceil(patches / 8);
  const bits = new Uint8Array(layers * width);
  for (let layer = 0; layer < layers; ++layer)
    for (let i = 0; i < patches; ++i) if (set[layer * patches + i]) bits[layer * width + (i >> 3)] |= 1 << (i & 7);
  return bits;
}

/** Joins what is known of images. */
export function corpusRows(name: string, images: readonly ImageFacts[]): CorpusRows {
  const [{grid, layers, provenance, sets}] = images;
  const joined = (parts: readonly Uint8Array[]) => {
    const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  };
  const bits = (id: DetectorId) => joined(images.map((facts) => bitsOf(facts.sets[id]!, layers)));
  const everywhere = detectorsOf(sets).filter((id) => images.every((facts) => facts.sets[id]));
  return {
    name,
    provenance,
    grid,
    layers,
    names: images.map(({image}) => image),
    sets: {...Object.fromEntries(everywhere.map((id) => [id, bits(id)])), som: bits("som")},
    norms: images.every(({norms}) => norms) ? joined(images.map(({norms}) => norms!)) : new Uint8Array()
  };
}

/**
 * In how many images each patch is in the set and of at least the norm asked for, and the images that have such a patch where it is looked
 * for, largest norm first.
 */
export function searchRows(rows: CorpusRows, query: RowQuery): {places: Uint32Array; matches: Match[]} {
  const {grid, layers, names, norms} = rows;
  const count = grid[0] * grid[1];
  const width = setBytes(grid);
  const bits = rows.sets[query.detector] ?? rows.sets.som;
  const asked = new Uint8Array(count);
  for (const patch of query.patches) if (patch < count) asked[patch] = 1;
  const least = query.norm > 0 && norms.length ? normCode(query.norm) : 0;
  const places = new Uint32Array(count);
  const matches: Match[] = [];
  for (let image = 0; image < names.length; ++image) {
    const set = (image * layers + query.layer) * width;
    const lengths = (image * layers + query.layer) * count;
    let [found, largest] = [0, -1];
    for (let at = 0; at < width; ++at) {
      // Most bytes are empty, and a byte has few bits: from the lowest on.
      for (let byte = bits[set + at]; byte; byte &= byte - 1) {
        const i = at * 8 + 31 - Math.clz32(byte & -byte);
        const code = norms.length ? norms[lengths + i] : 0;
        if (code < least) continue;
        ++places[i];
        if (!asked[i]) continue;
        ++found;
        if (code > largest) largest = code;
      }
    }
    if (found) matches.push({image, patches: found, largest: norms.length ? normOfCode(largest) : NaN});
  }
  matches.sort((a, b) => b.largest - a.largest || b.patches - a.patches || a.image - b.image);
  return {places, matches};
}

/** The patches of a rectangle between two corners, both included. */
export function rectangle([, columns]: Grid, from: number, to: number): number[] {
  const span = (a: number, b: number) => Array.from({length: Math.abs(a - b) + 1}, (_, i) => Math.min(a, b) + i);
  return span(Math.floor(from / columns), Math.floor(to / columns)).flatMap((row) =>
    span(from % columns, to % columns).map((column) => row * columns + column)
  );
}
