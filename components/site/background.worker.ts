// Measurements that take longer than a frame, off the main thread.
import {reasonOf} from "../ui/reason.js";
import type {EachImage} from "../analysis/corpus/summary.js";
import type {MeasureId} from "../analysis/layerMeasures.js";
import {measureDifference, type Difference} from "../analysis/paired.js";
import {normalised, rowsToOne, summedMaps, type PassOrder} from "../analysis/integration.js";
import {colourBasis} from "../analysis/featureColours.js";
import type {AttentionMap, ColourBasis, ColourRange, FeatureMap} from "../records/record.js";
import {sinkhornSteps, type SinkhornStep} from "../analysis/sinkhorn.js";

/** The maps that `integrate` works on: layers 1 to L - 1 of the purified trunk, and each one's outlier set. */
export interface HeldMaps {
  key: string;
  maps: readonly AttentionMap[];
  outliers: readonly Uint8Array[];
}

/** HAI's sum over layers `l0` to `to` (1-based) and its normalisation (Eq. 8-10). */
export interface IntegrationAsked {
  key: string;
  l0: number;
  to: number;
  rounds: number;
  order: PassOrder;
  /** How many rounds the diagnostics follow. */
  followed: number;
}

export interface Integration {
  /** A_HAI after the asked rounds, its rows made to sum to 1 to be read as weights: N × N. */
  weights: Float64Array;
  /** The sums pass by pass, from before the first. */
  steps: SinkhornStep[];
}

/** What the worker can be asked, by name. */
export const tasks = {
  /** What the common colours of maps are read on. */
  colours: ({maps, range}: {maps: ReadonlyMap<string, FeatureMap>; range: ColourRange}): ColourBasis =>
    colourBasis(maps, range),
  /** Keeps a photo's maps here, so that a slider's questions stay small: of the two photos that came last, one a side. */
  hold: (maps: HeldMaps): void => {
    held = [maps, ...held.filter(({key}) => key !== maps.key)].slice(0, 2);
  },
  /** What two summaries of images differ by: thousands of resamples. */
  difference: ({a, b, id}: {a: EachImage; b: EachImage; id: MeasureId}): Difference => measureDifference(a, b, id),
  integrate: ({key, l0, to, rounds, order, followed}: IntegrationAsked): Integration => {
    const known = held.find((each) => each.key === key);
    if (!known) throw new Error("The maps of other photos are held.");
    const {maps, outliers} = known;
    const total = summedMaps(maps.slice(0, to), outliers.slice(0, to), l0 - 1);
    const map = normalised(total, {order, rounds});
    const steps = sinkhornSteps(total, {order, rounds: followed});
    return {weights: rowsToOne(map), steps};
  }
};

let held: HeldMaps[] = [];

export type Tasks = typeof tasks;

if (typeof document === "undefined" && typeof addEventListener === "function") {
  addEventListener("message", ({data: {id, name, asked}}: MessageEvent) => {
    try {
      postMessage({id, answer: tasks[name as keyof Tasks](asked as never)});
    } catch (error) {
      postMessage({id, error: reasonOf(error)});
    }
  });
}
