/** What the layers of one image are in a few numbers that compare between photos and between models. */
import {max, mean, median, type TokenMatrix} from "./arrays.js";
import {massOnClass, massOnPatches, massOnRegisters} from "./mass.js";
import {concentration, sinkScores} from "./sinks.js";
import {normsOf} from "../records/absent.js";
import {prefixLength, type ImageRecord} from "../records/record.js";

/** A measure: how it is called, its unit, and what it says. */
export interface Measure {
  label: string;
  unit: string;
  /** One sentence: what the number is. */
  hint: string;
  /** Whether its values span orders of magnitude, and are drawn on a logarithmic scale. */
  log?: boolean;
  /** Whether it is a share of 1, written in percent. */
  share?: boolean;
}

const declared = {
  outliers: {
    label: "outliers",
    unit: "share of patches",
    hint: "Patches in the outlier set (Eq. 4, factor 1), as a share of all patches.",
    share: true
  },
  largest: {
    label: "largest norm",
    unit: "times the median",
    hint: "The largest norm of a patch token over the median of the layer.",
    log: true
  },
  concentration: {
    label: "sink concentration",
    unit: "times the median",
    hint: "The attention that the strongest sink among the patches receives over what the median patch receives.",
    log: true
  },
  class: {
    label: "attention to the class token",
    unit: "share of attention",
    hint: "Share of the patches’ attention that goes to the class token; mean over heads and patches.",
    share: true
  },
  registers: {
    label: "attention to registers",
    unit: "share of attention",
    hint: "Share of the patches’ attention that goes to the registers, all together; 0 where a model has none.",
    share: true
  },
  toOutliers: {
    label: "attention to outliers",
    unit: "share of attention",
    hint: "Share of the patches’ attention that goes to the outlier set.",
    share: true
  }
} as const satisfies Record<string, Measure>;

export type MeasureId = keyof typeof declared;

/** The measures, in the order that pages show them. */
export const measures: Readonly<Record<MeasureId, Measure>> = declared;

export const measureIds = Object.keys(declared) as MeasureId[];

/** A number a layer for each measure; NaN where an import lacks what it needs. */
export type LayerMeasures = Record<MeasureId, number[]>;

/** Makes something of each measure. */
export function mapMeasures<T, U>(
  values: Record<MeasureId, T>,
  make: (value: T, id: MeasureId) => U
): Record<MeasureId, U> {
  return Object.fromEntries(measureIds.map((id) => [id, make(values[id], id)])) as Record<MeasureId, U>;
}

/**
 * Measures every layer of the trunk without SOM.
 *
 * @param maps head-mean attention of each layer, T × T, rows summing to 1
 */
export function layerMeasures(record: ImageRecord, maps: readonly TokenMatrix[]): LayerMeasures {
  const {layers, grid, prefix, trunks} = record;
  const patches = grid[0] * grid[1];
  const before = prefixLength(prefix);
  const {outliers} = trunks.plain;
  const norms = normsOf(trunks.plain);
  const rows = Array.from({length: layers}, (_, layer) => {
    const set = outliers.subarray(layer * patches, (layer + 1) * patches);
    const map = {...maps[layer], prefix: before};
    const ofPatches = (shares: Float64Array) => mean(shares.subarray(before));
    const lengths = norms?.subarray(layer * (before + patches) + before, (layer + 1) * (before + patches));
    return {
      outliers: mean(set),
      largest: lengths ? max(lengths) / median(lengths) : NaN,
      concentration: concentration(sinkScores(map).subarray(before)),
      class: prefix.classToken ? ofPatches(massOnClass(map)) : 0,
      // Without a class token the first token before the patches is a register too.
      registers: prefix.registers
        ? ofPatches(massOnRegisters(map)) + (prefix.classToken ? 0 : ofPatches(massOnClass(map)))
        : 0,
      toOutliers: ofPatches(massOnPatches(map, set))
    };
  });
  return mapMeasures(measures, (_, id) => rows.map((row) => row[id]));
}

/** Where a layer lies in a model, from 0 (before the first block) to 1 (after the last): models of any depth compare. */
export function relativeDepth(layer: number, layers: number): number {
  return (layer + 1) / layers;
}

/** The layer (0-based) of a model with `layers` layers that lies at the depth of `layer` in one with `of` layers. */
export function layerAtDepth(layer: number, of: number, layers: number): number {
  return Math.min(layers - 1, Math.max(0, Math.round(relativeDepth(layer, of) * layers) - 1));
}
