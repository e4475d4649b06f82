/** What is known of each image of a corpus, in typed columns. */
import type {Grid, Provenance} from "../../records/record.js";
import type {DetectorId} from "../detectors/index.js";
import {detectorsOf, type ByDetector, type ImageFacts} from "./facts.js";

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
