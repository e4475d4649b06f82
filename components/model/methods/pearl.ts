import {choice, count, number} from "../../analysis/options.js";
import type {Graph, Value} from "../graph.js";
import type {Network} from "../network.js";
import {defineMethod} from "./method.js";

/** Newton–Schulz steps that stand for a singular value decomposition: a direction grows by 1.5 a step. */
const svdSteps = 40;

/** Keeps a norm or a spectrum from zero, as the code does. */
const tiny = 1e-6;

/**
 * PEARL's alignment: keys are turned towards queries by a rotation found per head, and keys attend to keys
 * (docs/methods.md, 5.1). Its propagation of logits is in `segmentation/propagate.ts`.
 */
export const pearl = defineMethod({
  name: "pearl",
  title: "PEARL",
  about: "Last block: keys rotated towards queries, plus a little key-key attention; no residual, no MLP.",
  source: "Pei et al., CVPR 2026",
  sliding: true,
  options: {
    alpha: number({
      least: 0,
      slider: 1,
      default: 0.08,
      about: "weight of key-key attention's logits; 0.3 for ADE and Cityscapes"
    }),
    kk: choice({values: ["on", "off"], about: "key-key attention's logits"}),
    solver: choice({
      values: ["polar", "svd"],
      about: "the rotation by a few steps, as in the code, or by as many as it takes (Procrustes)"
    }),
    iterations: count({least: 1, most: 100, slider: 20, default: 5, about: "steps of solver=polar"}),
    arch: choice({values: ["reduced", "vanilla"], about: "without residual and MLP, or with both"})
  },
  build(network, pixels, {alpha, kk, solver, iterations, arch}) {
    const {g, tokens, geometry} = network;
    const last = geometry.layers;
    const x = network.trunk(pixels, last - 1).passed(last - 1);
    const {query, key, value} = network.project(network.norm1(x, last), last, tokens);
    const {queries, keys} = centred(network, query, key);
    const m = g.matmul(g.transpose(keys, 0, 1, 3, 2), queries);
    const rotation = solver === "svd" ? polar(g, m, width(network)) : softPolar(g, m, width(network), iterations);
    const aligned = network.logits(query, g.matmul(key, rotation));
    const logits = kk === "on" ? g.add(aligned, network.logits(keys, keys, alpha * network.logitScale)) : aligned;
    const attention = g.softmax(logits);
    network.probe("attention", attention, [geometry.heads, tokens, tokens]);
    const mixed = network.mix(attention, value, last);
    if (arch === "reduced") return network.patchFeatures(mixed);
    const u = g.add(x, mixed);
    return network.patchFeatures(g.add(u, network.mlp(u, last)));
  }
});

const width = ({geometry}: Network): number => geometry.width / geometry.heads;

/** Queries and keys less their means, both weighted by the queries' lengths; tokens before the patches do not count. */
function centred({g, tokens, prefix}: Network, query: Value, key: Value) {
  const counts = g.floats(
    Array.from({length: tokens}, (_, i) => Number(i >= prefix)),
    [1, 1, tokens, 1]
  );
  const lengths = g.multiply(g.norm(query, -1), counts);
  const weights = g.divide(lengths, g.add(g.sum(lengths, 2), g.scalar(tiny)));
  const less = (rows: Value) => g.subtract(rows, g.sum(g.multiply(weights, rows), 2));
  return {queries: less(query), keys: less(key)};
}

const identity = (g: Graph, n: number): Value =>
  g.floats(
    Array.from({length: n * n}, (_, i) => Number(i % (n + 1) === 0)),
    [1, 1, n, n]
  );

/** Frobenius norm of each matrix, B × H × 1 × 1, at least `tiny`. */
function size(g: Graph, matrix: Value): Value {
  const squares = g.sum(g.sum(g.multiply(matrix, matrix), 3), 2);
  return g.maximum(g.node("Sqrt", [squares]), g.scalar(tiny));
}

/** M (MᵀM)^(−1/2) by a few coupled Newton–Schulz steps: a soft rotation of low rank, which is what the code uses. */
function softPolar(g: Graph, m: Value, n: number, steps: number): Value {
  const one = identity(g, n);
  const gram = g.matmul(g.transpose(m, 0, 1, 3, 2), m);
  const norm = size(g, gram);
  let y = g.add(g.divide(gram, norm), g.scale(one, tiny));
  let z = one;
  for (let step = 0; step < steps; ++step) {
    const t = g.scale(g.subtract(g.scale(one, 3), g.matmul(z, y)), 0.5);
    y = g.matmul(y, t);
    z = g.matmul(t, z);
  }
  return g.divide(g.matmul(m, z), g.node("Sqrt", [norm]));
}

/** The rotation U Vᵀ of M = U S Vᵀ, by X ← ½ X (3 I − XᵀX), which forgets its rounding errors. */
function polar(g: Graph, m: Value, n: number): Value {
  const three = g.scale(identity(g, n), 3);
  let x = g.divide(m, size(g, m));
  for (let step = 0; step < svdSteps; ++step)
    x = g.scale(g.matmul(x, g.subtract(three, g.matmul(g.transpose(x, 0, 1, 3, 2), x))), 0.5);
  return x;
}
