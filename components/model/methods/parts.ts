/** Pieces that several methods share (docs/methods.md, 2). B images, N patches, T tokens, D width. */
import type {Graph, Value} from "../graph.js";
import type {Network} from "../network.js";

/** Cosine similarities between rows, B × N × N. */
export function rowCosines(g: Graph, features: Value): Value {
  const unit = g.normalise(features);
  return g.matmul(unit, g.node("Transpose", [unit], {perm: [0, 2, 1]}));
}

/** Similarities below a threshold become 0. */
export function keepAbove(g: Graph, similarity: Value, threshold: number): Value {
  return g.where(g.less(similarity, g.scalar(threshold)), g.scalar(0), similarity);
}

/** agg(F, S) = diag(1 / (rowsum(S) + 1e-6)) · S · F. */
export function aggregate(g: Graph, features: Value, similarity: Value): Value {
  return g.divide(g.matmul(similarity, features), g.add(g.sum(similarity, 2), g.scalar(1e-6)));
}

/** Stands for -∞ in masked logits, so that half precision has no NaN. */
export const masked = -30000;

/** Whether an entry is on the diagonal, 1 × n × n. */
export function diagonal(g: Graph, n: number): Value {
  const index = Array.from({length: n}, (_, i) => i);
  return g.equal(g.floats(index, [1, n, 1]), g.floats(index, [1, 1, n]));
}

/**
 * Z(S): softmax of M = γ (S − β mean(S)) where M < 0 is masked. `similarity` is B × N × N; the result has a
 * head axis of 1, to be added to per-head attention.
 */
export function centredSoftmax(g: Graph, similarity: Value, patches: number, beta = 1, gamma = 3): Value {
  const mean = g.unsqueeze(g.mean(g.reshape(similarity, -1, patches * patches), 1), 2);
  const logits = g.scale(g.subtract(similarity, g.scale(mean, beta)), gamma);
  const kept = g.where(g.less(logits, g.scalar(0)), g.scalar(masked), logits);
  return g.unsqueeze(g.softmax(kept), 1);
}

/**
 * NACLIP's locality term: exp(−((r_i − r_j)² + (c_i − c_j)²) / 2σ²) between patches, 0 in the rows and columns
 * of all other tokens. 1 × 1 × T × T.
 */
export function gaussian({g, grid: [rows, columns], prefix, behind}: Network, sigma: number): Value {
  const patches = Array.from({length: rows * columns}, (_, i) => i);
  const squares = (position: (i: number) => number) => {
    const values = patches.map(position);
    const difference = g.subtract(g.floats(values, [values.length, 1]), g.floats(values, [1, values.length]));
    return g.multiply(difference, difference);
  };
  const distance = g.add(
    squares((i) => Math.floor(i / columns)),
    squares((i) => i % columns)
  );
  const weights = g.node("Exp", [g.scale(distance, -1 / (2 * sigma * sigma))]);
  return g.unsqueeze(g.node("Pad", [weights, g.ints(prefix, prefix, behind, behind)]), 0, 1);
}

/** Wo · [W v] on patches alone, plus `weight` times a class token: B × N × D. `classToken` is B × 1 × D. */
export function mixPatches(network: Network, attention: Value, value: Value, classToken: Value, weight: number): Value {
  const {g, patches, geometry} = network;
  const mixed = network.unflatten(network.mix(attention, value, geometry.layers), patches);
  return g.add(mixed, g.scale(classToken, weight));
}

/** q, k and v of the last block from patches' features, B × N × D: no class token among them. */
export function projectPatches(network: Network, features: Value) {
  const last = network.geometry.layers;
  return network.project(network.norm1(network.flatten(features), last), last, network.patches);
}
