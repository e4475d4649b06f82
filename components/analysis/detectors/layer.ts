import {prefixLength, type ImageRecord, type Trunk} from "../../records/record.js";
import type {Detection} from "./detection.js";
import {detect, type DetectorId, type DetectorOptions} from "./index.js";
import {sparsest} from "./lof.js";

/** The detectors that a record alone can feed. */
export const layerDetectors = ["som", "l2", "lof", "mad"] as const satisfies readonly DetectorId[];
export type LayerDetector = (typeof layerDetectors)[number];

/** Options of each; LOF's scores are stored, so only where its set begins is open. */
export interface LayerDetectorOptions extends Partial<Pick<DetectorOptions, "som" | "l2" | "mad">> {
  lof?: {contamination?: number};
}

/** What each detector says of one layer; without `lof` where the record has no scores of it. */
export interface LayerDetections extends Record<Exclude<LayerDetector, "lof">, Detection> {
  lof?: Detection;
}

/** Runs every detector on one layer (0-based) of a record. */
export function detectLayer(
  {heads, grid: [rows, columns], prefix, trunks}: ImageRecord,
  trunk: Trunk,
  layer: number,
  {som = {}, l2, lof: {contamination} = {}, mad}: LayerDetectorOptions = {}
): LayerDetections {
  const {classRows, diagonals, norms, outliers, lof} = trunks[trunk];
  const patches = rows * columns;
  const part = <A extends Float32Array | Uint8Array>(values: A, width: number) =>
    values.subarray(layer * width, (layer + 1) * width) as A;
  const evidence = {
    heads,
    classRows: part(classRows, heads * patches),
    diagonals: part(diagonals, heads * patches),
    norms: part(norms, prefixLength(prefix) + patches).subarray(prefixLength(prefix))
  };
  const {factor = 1, cap = Infinity, heads: joined = "mean"} = som;
  const byDefault = factor === 1 && cap === Infinity && joined === "mean";
  const test = detect("som", evidence, som);
  const scores = lof && Float64Array.from(part(lof, patches));
  return {
    // The stored set is what the graph decided; a margin near 0 may round to its other side here.
    som: byDefault ? {...test, outliers: part(outliers, patches)} : test,
    l2: detect("l2", evidence, l2),
    ...(scores && {lof: {scores, outliers: sparsest(scores, contamination)}}),
    mad: detect("mad", evidence, mad)
  };
}
