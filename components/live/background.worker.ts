// Measurements that take longer than a frame, off the main thread.
import {sum} from "../analysis/arrays.js";
import {normalised, rowsToOne, summedMaps, type PassOrder} from "../analysis/integration.js";
import {pcaColours} from "../analysis/pca.js";
import type {AttentionMap, FeatureMap} from "../analysis/record.js";
import {unitTokens} from "../analysis/similarity.js";
import {sinkhornSteps, type SinkhornStep} from "../analysis/sinkhorn.js";

/** HAI's sum and what its normalisation makes of it (Eq. 8-10). */
export interface IntegrationAsked {
  /** Layers 1 to L - 1 of the purified trunk, and the outlier set of each. */
  maps: readonly AttentionMap[];
  outliers: readonly Uint8Array[];
  /** 1-based: the sum runs from layer `l0` to layer `to`. */
  l0: number;
  to: number;
  rounds: number;
  order: PassOrder;
  /** How many rounds the diagnostics follow. */
  followed: number;
}

export interface Integration {
  /** A: N × N. */
  sum: Float64Array;
  /** A_HAI after the asked rounds: N × N. */
  map: Float64Array;
  /** The same with rows made to sum to 1, to be read as weights. */
  weights: Float64Array;
  steps: SinkhornStep[];
}

export interface Colours {
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
  colours: ({maps, centred}: {maps: readonly FeatureMap[]; centred: boolean}): Colours => {
    const units = maps.map(({width, values}) => {
      const unit = {width, values: unitTokens({width, values})};
      return centred ? withoutMean(unit) : unit;
    });
    const {colours, axes} = pcaColours(units);
    return {colours, explained: sum(axes.variances) / axes.total};
  },
  integrate: ({maps, outliers, l0, to, rounds, order, followed}: IntegrationAsked): Integration => {
    const total = summedMaps(maps.slice(0, to), outliers.slice(0, to), l0 - 1);
    const map = normalised(total, {order, rounds});
    // What is followed back is the set of the sum's last layer: earlier columns may have held mass there.
    const steps = sinkhornSteps(total, {order, rounds: followed, outliers: outliers[to - 1]});
    return {sum: total, map, weights: rowsToOne(map), steps};
  }
};

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
      postMessage({id, error: error instanceof Error ? error.message : String(error)});
    }
  });
}
