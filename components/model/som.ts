/** SOM, the Self-adaptive Outlier Mitigator: which patches are outliers (Eq. 4), and their repair (Eq. 5). */
import type {Grid} from "../records/record.js";
import type {Graph, Value} from "./graph.js";

export interface DetectionOptions {
  /** Multiplies the class token's attention in the test; 1 in the paper, 1.5 in the released code. */
  factor: number;
  /** At most this many per layer, those with the largest class attention; "none" in the paper. */
  cap: number | "none";
  /** The test on the mean over heads, or per head and then any head, or more than half of them. */
  heads: "mean" | "any" | "vote";
  /** Eq. 4, or no test: the `cap` patches with the largest norm, class attention, or margin of class over self-attention. */
  choose?: "test" | "norm" | "class" | "margin";
}

/** What the test compares: each B × N, or B × H × N before the heads are joined. */
export interface Responses {
  /** Attention from the class token to each patch, B × H × N. */
  classRow: Value;
  /** Attention of each patch to itself, B × H × N. */
  diagonal: Value;
}

/** What outliers are chosen by: attention, and the norm of each patch after the block, B × N. */
export interface SomEvidence extends Responses {
  norms: Value;
}

/** Where the patches stand among all tokens: from `prefix` to before `end`. */
export interface PatchSpan {
  tokens: number;
  prefix: number;
  end: number;
}

/** Attention from the class token to each patch, B × H × N, out of a map B × H × T × T. */
export function classRowOf(g: Graph, attention: Value, {prefix, end}: PatchSpan): Value {
  return g.squeeze(g.slice(g.slice(attention, 2, 0, 1), 3, prefix, end), 2);
}

/** Attention of each patch to itself, B × H × N. */
export function diagonalOf(g: Graph, attention: Value, heads: number, {tokens, prefix, end}: PatchSpan): Value {
  // Every (T + 1)-th element of the flattened map is on the diagonal.
  const flat = g.reshape(attention, -1, heads, tokens * tokens);
  return g.slice(flat, 2, prefix * (tokens + 1), end * tokens, tokens + 1);
}

/** The outlier set as a mask, B × N: S = {i : a_ii < factor · a_ci} (Eq. 4; strict, patches only), or what `choose` ranks first. */
export function detect(g: Graph, evidence: SomEvidence, options: DetectionOptions, patches: number): Value {
  const {cap, choose = "test"} = options;
  if (choose === "test") return tested(g, evidence, options, patches);
  if (cap === "none") throw new RangeError(`choose=${choose} needs cap=N: how many patches of a layer are repaired.`);
  if (options.heads !== "mean") throw new RangeError(`heads=${options.heads} needs choose=test.`);
  return firstOf(g, ranked(g, evidence, choose, options.factor), cap, patches);
}

/** What `choose` ranks patches by, B × N. */
function ranked(
  g: Graph,
  {classRow, diagonal, norms}: SomEvidence,
  choose: "norm" | "class" | "margin",
  factor: number
): Value {
  if (choose === "norm") return norms;
  const meanRow = g.scale(g.mean(classRow, 1, false), factor);
  return choose === "class" ? meanRow : g.subtract(meanRow, g.mean(diagonal, 1, false));
}

/** Eq. 4. */
function tested(
  g: Graph,
  {classRow, diagonal}: Responses,
  {factor, cap, heads}: DetectionOptions,
  patches: number
): Value {
  const meanRow = g.scale(g.mean(classRow, 1, false), factor);
  const mask = () => {
    if (heads === "mean") return g.less(g.mean(diagonal, 1, false), meanRow);
    const perHead = g.toFloat(g.less(diagonal, g.scale(classRow, factor)));
    return heads === "any"
      ? g.less(g.scalar(0.5), g.max(perHead, 1, false))
      : g.less(g.scalar(0.5), g.mean(perHead, 1, false));
  };
  return cap === "none" ? mask() : keepLargest(g, mask(), meanRow, cap, patches);
}

/** The `count` marked patches with the largest score; among equals, the first ones. */
function keepLargest(g: Graph, mask: Value, score: Value, count: number, patches: number): Value {
  // Attention is never negative.
  return g.and(mask, firstOf(g, g.where(mask, score, g.scalar(-1)), count, patches));
}

/** The `count` patches with the largest score; among equals, the first ones. B × N. */
function firstOf(g: Graph, score: Value, count: number, patches: number): Value {
  // A patch is among them when fewer than `count` come before it.
  const row = g.unsqueeze(score, 1); // B × 1 × N: the others
  const column = g.unsqueeze(score, 2); // B × N × 1: oneself
  const index = Array.from({length: patches}, (_, i) => i);
  const earlier = g.less(g.floats(index, [1, 1, patches]), g.floats(index, [1, patches, 1]));
  const before = g.or(g.less(column, row), g.and(g.equal(column, row), earlier));
  return g.less(g.sum(g.toFloat(before), 2, false), g.scalar(count));
}

export interface Repair {
  /** The features with outliers replaced, B × N × D. */
  features: Value;
  /** Outliers without a non-outlier neighbour, B × N. */
  isolated: Value;
  /** Outliers that got another vector, B × N. */
  replaced: Value;
}

/**
 * Eq. 5: each outlier becomes the mean of its non-outlier neighbours on the grid, all at once from the
 * old values, divided by their number (docs/methods.md, 3).
 *
 * @param features B × N × D
 * @param outliers mask, B × N
 * @param isolated what happens where all eight neighbours are outliers: `keep` the token, `widen` to the
 *   nearest ring of patches that has a valid one, or write `zero` (the released code's error)
 */
export function repairInGraph(
  g: Graph,
  features: Value,
  outliers: Value,
  grid: Grid,
  isolated: "keep" | "widen" | "zero"
): Repair {
  const distance = chebyshev(g, grid);
  const valid = g.unsqueeze(g.not(outliers), 1); // B × 1 × N
  const far = g.scalar(grid[0] + grid[1]);
  const toValid = g.where(valid, distance, far); // B × N × N
  const ring = isolated === "widen" ? g.min(toValid, 2) : g.scalar(1);
  const chosen = g.toFloat(g.and(g.equal(toValid, ring), g.less(toValid, far)));
  const count = g.sum(chosen, 2); // B × N × 1
  const mean = g.divide(g.matmul(chosen, features), g.maximum(count, g.scalar(1)));
  const mask = g.unsqueeze(outliers, 2);
  const alone = g.less(g.sum(g.toFloat(g.equal(toValid, g.scalar(1))), 2), g.scalar(0.5));
  const replace = isolated === "zero" ? mask : g.and(mask, g.less(g.scalar(0.5), count));
  return {
    features: g.where(replace, mean, features),
    isolated: g.squeeze(g.and(mask, alone), 2),
    replaced: g.squeeze(replace, 2)
  };
}

/** Chebyshev distances between the patches of a grid, 1 × N × N: 1 for the eight neighbours. */
function chebyshev(g: Graph, [rows, columns]: Grid): Value {
  const patches = Array.from({length: rows * columns}, (_, i) => i);
  const along = (position: (i: number) => number) => {
    const values = patches.map(position);
    const difference = g.subtract(g.floats(values, [1, values.length, 1]), g.floats(values, [1, 1, values.length]));
    return g.node("Abs", [difference]);
  };
  return g.maximum(
    along((i) => Math.floor(i / columns)),
    along((i) => i % columns)
  );
}
