import {descending, max, mean, median, sum, type Numbers, type TokenMatrix} from "./arrays.js";
import {indicesOf} from "./detectors/detection.js";
import {attentionEntropy} from "./entropy.js";
import {gini, topShare} from "./inequality.js";
import {attentionDistance, massOnClass, massOnDiagonal, massOnPatches, massOnRegisters, massWithin} from "./mass.js";
import {lifetimes, onsets, transitions, type OutlierHistory} from "./persistence.js";
import {normsOf} from "../records/absent.js";
import {prefixLength, type Grid, type ImageRecord, type Trunk} from "../records/record.js";
import {concentration, sinkScores} from "./sinks.js";

/** One layer of one image, in one row. */
export interface LayerSummary {
  /** 0-based. */
  layer: number;
  /** Patches in the outlier set, and as a share of all patches. */
  outliers: number;
  share: number;
  /** Outliers that repair found no neighbour for. */
  isolated: number;
  /** Outliers that were none in the layer before; all of them in the first layer. */
  births: number;
  /** Outliers of the layer before that are none here. */
  deaths: number;
  /**
   * ‖x_l‖₂ of the class token and the mean over registers, the median and largest patch, and the mean over the outlier
   * set; NaN for none.
   */
  classNorm: number;
  registerNorm: number;
  medianNorm: number;
  maxNorm: number;
  outlierNorm: number;
  /** Mean over heads of a_cc, and of what the class token gives to the outlier set. */
  classSelf: number;
  classToOutliers: number;
}

/** A row a layer. */
export function layerSummaries(record: ImageRecord, trunk: Trunk): LayerSummary[] {
  const {layers, heads, prefix, trunks} = record;
  const before = prefixLength(prefix);
  const {classRows, classSelf, outliers, isolated} = trunks[trunk];
  const history = historyOf(record, trunk);
  const {patches} = history;
  // An import may have come without tokens.
  const norms = normsOf(trunks[trunk]) ?? new Float32Array(layers * (before + patches)).fill(NaN);
  const moves = transitions(history);
  return Array.from({length: layers}, (_, layer) => {
    const set = outliers.subarray(layer * patches, (layer + 1) * patches);
    const tokenNorms = norms.subarray(layer * (before + patches), (layer + 1) * (before + patches));
    const patchNorms = tokenNorms.subarray(before);
    const rows = classRows.subarray(layer * heads * patches, (layer + 1) * heads * patches);
    const members = indicesOf(set);
    return {
      layer,
      outliers: members.length,
      share: members.length / patches,
      isolated: sum(isolated.subarray(layer * patches, (layer + 1) * patches)),
      births: layer ? moves[layer - 1].births : members.length,
      deaths: layer ? moves[layer - 1].deaths : 0,
      classNorm: prefix.classToken ? tokenNorms[0] : NaN,
      registerNorm: mean(tokenNorms.subarray(prefix.classToken ? 1 : 0, before)),
      medianNorm: median(patchNorms),
      maxNorm: max(patchNorms),
      outlierNorm: mean(members.map((i) => patchNorms[i])),
      classSelf: mean(classSelf.subarray(layer * heads, (layer + 1) * heads)),
      classToOutliers: sum(rows.map((value, cell) => (set[cell % patches] ? value : 0))) / heads
    };
  });
}

export function historyOf({layers, grid, trunks}: ImageRecord, trunk: Trunk): OutlierHistory {
  return {layers, patches: grid[0] * grid[1], outliers: trunks[trunk].outliers};
}

/** What a patch is in a layer. `kept` was an outlier in the layer before too; `gone` was then and no longer is. */
export const rasterStates = ["normal", "born", "kept", "gone"] as const;
export type RasterState = (typeof rasterStates)[number];

export interface RasterCell {
  patch: number;
  /** 0-based. */
  layer: number;
  state: RasterState;
}

export interface OutlierRaster {
  /** The patches that are ever outliers: earliest onset first, then longest life, then index. The raster's rows. */
  patches: Uint32Array;
  /** Cells that are not normal, by row and then by layer. */
  cells: RasterCell[];
}

/** The token × layer raster of a history. */
export function outlierRaster(history: OutlierHistory): OutlierRaster {
  const {layers, patches, outliers} = history;
  const [onset, life] = [onsets(history), lifetimes(history)];
  const rows = Uint32Array.from(indicesOf(life)).toSorted((i, j) => onset[i] - onset[j] || life[j] - life[i] || i - j);
  const cells: RasterCell[] = [];
  for (const patch of rows) {
    for (let layer = 0; layer < layers; ++layer) {
      const now = Number(Boolean(outliers[layer * patches + patch]));
      const before = layer ? Number(Boolean(outliers[(layer - 1) * patches + patch])) : 0;
      const state = rasterStates[now ? 1 + before : 3 * before];
      if (state !== "normal") cells.push({patch, layer, state});
    }
  }
  return {patches: rows, cells};
}

export interface HeadSummaryOptions {
  /** 1 where the patch is an outlier: N. Without it `outliers` is 0. */
  outliers?: Numbers;
  /** In patches, for `near`. */
  radius?: number;
  /** For `top`: the share of tokens called the top. */
  top?: number;
}

/**
 * One attention map in numbers. Entropy, masses and distance are means over patch rows, without those of class
 * token and registers.
 */
export interface HeadSummary {
  entropy: number;
  /** max / median of the patches' sink scores: the class token receives much for what it is, and is no sink. */
  concentration: number;
  /** The patch (0-based) that receives most; −1 where there is none. */
  sink: number;
  /** Of all tokens' sink scores. */
  gini: number;
  /** Share of all attention that the top tokens receive. */
  top: number;
  diagonal: number;
  class: number;
  /** All registers together. */
  registers: number;
  outliers: number;
  near: number;
  /** In patches. */
  distance: number;
}

export function headSummary(
  map: TokenMatrix,
  grid: Grid,
  {outliers = [], radius = 2, top = 0.01}: HeadSummaryOptions = {}
): HeadSummary {
  const received = sinkScores(map);
  const toPatches = received.subarray(map.prefix ?? 1);
  const overPatches = (rows: Float64Array): number => mean(rows.subarray(map.prefix ?? 1));
  return {
    entropy: overPatches(attentionEntropy(map)),
    concentration: concentration(toPatches),
    sink: descending(toPatches)[0] ?? -1,
    gini: gini(received),
    top: topShare(received, top),
    diagonal: overPatches(massOnDiagonal(map)),
    class: overPatches(massOnClass(map)),
    registers: overPatches(massOnRegisters(map)),
    outliers: overPatches(massOnPatches(map, outliers)),
    near: overPatches(massWithin(map, grid, radius)),
    distance: overPatches(attentionDistance(map, grid))
  };
}
