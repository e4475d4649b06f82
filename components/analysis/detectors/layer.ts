import {normsOf} from "../../records/absent.js";
import {prefixLength, type Grid, type ImageRecord, type Trunk} from "../../records/record.js";
import type {Detection} from "./detection.js";
import type {Detector, Known} from "./detector.js";
import {detectorIds, detectors, type DetectorId, type DetectorOptions} from "./index.js";

/** What detectors say of one layer; only SOM needs nothing but what every record has had from the first. */
export type LayerDetections = Partial<Record<DetectorId, Detection>> & {som: Detection};

/** What a record knows of one layer (0-based). */
export function knownOf(
  {heads, grid: [rows, columns], prefix, trunks}: ImageRecord,
  trunk: Trunk,
  layer: number
): Known {
  const grid: Grid = [rows, columns];
  const {classRows, diagonals, outliers, scores = {}} = trunks[trunk];
  const norms = normsOf(trunks[trunk]);
  const patches = rows * columns;
  const part = <A extends Float32Array | Uint8Array>(values: A, width: number) =>
    values.subarray(layer * width, (layer + 1) * width) as A;
  return {
    heads,
    grid,
    classRows: part(classRows, heads * patches),
    diagonals: part(diagonals, heads * patches),
    norms: norms && part(norms, prefixLength(prefix) + patches).subarray(prefixLength(prefix)),
    scores: Object.fromEntries(Object.entries(scores).map(([name, values]) => [name, part(values, patches)])),
    // The graph decided on unrounded numbers; a margin near 0 may round to its other side here.
    sets: {som: part(outliers, patches)}
  };
}

/** Whether a record can feed a detector: it holds the evidence, or the scores. */
export function canDetect({name, needs, kept}: Detector, {trunks}: ImageRecord, trunk: Trunk): boolean {
  if (kept) return trunks[trunk].scores?.[name] !== undefined;
  return needs.every(
    (need) =>
      ["heads", "grid", "classRows", "diagonals"].includes(need) ||
      (need === "norms" && normsOf(trunks[trunk]) !== undefined)
  );
}

/** Runs every detector that a record can feed on one layer (0-based), in the order of the list. */
export function detectLayer(
  record: ImageRecord,
  trunk: Trunk,
  layer: number,
  options: DetectorOptions = {}
): LayerDetections {
  const known = knownOf(record, trunk, layer);
  const found: Partial<Record<DetectorId, Detection>> = {};
  for (const id of detectorIds) {
    const detector: Detector = detectors[id];
    if (canDetect(detector, record, trunk)) found[id] = detector.detect(known, options[id]);
  }
  return {...found, som: found.som ?? detectors.som.detect(known, options.som)};
}
