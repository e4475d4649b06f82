// Measurements that take longer than a frame, off the main thread.
import {reasonOf} from "../ui/reason.js";
import {sum} from "../analysis/arrays.js";
import type {EachImage} from "../analysis/corpus/summary.js";
import type {MeasureId} from "../analysis/layerMeasures.js";
import {measureDifference, type Difference} from "../analysis/paired.js";
import {normalised, rowsToOne, summedMaps, type PassOrder} from "../analysis/integration.js";
import {pcaColours} from "../analysis/pca.js";
import type {AttentionMap, FeatureMap} from "../records/record.js";
import {unitTokens} from "../analysis/similarity.js";
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

export interface FeatureColours {
  /** Red, green, blue in [0, 1], of each map's patches: N × 3. */
  colours: Float64Array[];
  /** The share of the variance that the three axes carry. */
  explained: number;
}

/** What the worker can be asked, by name. */
export const tasks = {
  /**
   * Colours on one basis over all maps, N × 3 each, of features at unit length: only directions are compared.
   * `centred` takes each map's own mean away first, so that what sets whole maps apart does not use up the axes.
   */
  colours: ({maps, centred}: {maps: readonly FeatureMap[]; centred: boolean}): FeatureColours => {
    const units = maps.map(({width, values}) => {
      const unit = {width, values: unitTokens({width, values})};
      return centred ? withoutMean(unit) : unit;
    });
    const {colours, axes} = pcaColours(units);
    return {colours, explained: sum(axes.variances) / axes.total};
  },
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

function withoutMean({width, values}: {width: number; values: Float64Array}) {
  const tokens = values.length / width;
  const centre = new Float64Array(width);
  values.forEach((value, k) => (centre[k % width] += value / tokens));
  return {width, values: values.map((value, k) => value - centre[k % width])};
}

if (typeof document === "undefined" && typeof addEventListener === "function") {
  addEventListener("message", ({data: {id, name, asked}}: MessageEvent) => {
    try {
      postMessage({id, answer: tasks[name as keyof Tasks](asked as never)});
    } catch (error) {
      postMessage({id, error: reasonOf(error)});
    }
  });
}
