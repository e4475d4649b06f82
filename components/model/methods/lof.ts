/** SC-CLIP's local outlier factor, in the graph. */
import type {Graph, Value} from "../graph.js";
import {diagonal} from "./parts.js";

/**
 * Outliers by LOF as SC-CLIP computes it: squared distances, reach by a token's own k-distance, LOF above the
 * (1 − contamination)-quantile (docs/methods.md, 2). With a token's own k-distance every reach to its k nearest is
 * that distance, so its density is k / d_k.
 *
 * @param features B × N × D
 * @returns mask and scores, B × N each
 */
export function lofOutliers(g: Graph, features: Value, patches: number, neighbours = 30, contamination = 0.05) {
  const k = Math.min(neighbours, patches - 1);
  const {distances, furthest} = nearest(g, features, patches, k);
  const density = g.divide(g.scalar(k), g.maximum(furthest, g.scalar(1e-30))); // B × N × 1
  const chosen = g.not(g.less(furthest, distances));
  const near = g.toFloat(chosen);
  const mean = g.divide(g.matmul(near, density), g.sum(near, 2));
  const scores = g.squeeze(g.divide(mean, density), 2);
  return {scores, outliers: g.less(quantile(g, scores, patches, 1 - contamination), scores)};
}

/** Squared distances B × N × N, a token's own pushed out of reach, and each token's k-th smallest. */
function nearest(g: Graph, features: Value, patches: number, k: number) {
  // Distances do not change when the mean is taken away, and rounding matters less then.
  const centred = g.subtract(features, g.mean(features, 1));
  const squares = g.sum(g.multiply(centred, centred), 2);
  const products = g.matmul(centred, g.transpose(centred, 0, 2, 1));
  const all = g.subtract(g.add(squares, g.transpose(squares, 0, 2, 1)), g.scale(products, 2));
  const distances = g.where(diagonal(g, patches), g.scalar(1e30), g.maximum(all, g.scalar(0)));
  const [sorted] = g.nodeMany("TopK", [distances, g.ints(k)], 2, {axis: 2, largest: 0, sorted: 1});
  return {distances, furthest: g.slice(sorted, 2, k - 1, k)};
}

/** The q-quantile of each row by linear interpolation, B × 1. */
function quantile(g: Graph, values: Value, count: number, q: number): Value {
  const at = q * (count - 1);
  const low = Math.floor(at);
  const [sorted] = g.nodeMany("TopK", [values, g.ints(count - low)], 2, {axis: 1, largest: 1, sorted: 1});
  const lower = g.slice(sorted, 1, count - low - 1, count - low);
  if (at === low) return lower;
  const upper = g.slice(sorted, 1, count - low - 2, count - low - 1);
  return g.add(g.scale(lower, 1 - (at - low)), g.scale(upper, at - low));
}
