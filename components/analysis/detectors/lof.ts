import {quantile, tokenCount, type Features, type Numbers} from "../arrays.js";
import {above, type Detection} from "./detection.js";
import {choice, count, number} from "../options.js";
import {defineDetector} from "./detector.js";

export interface LofOptions {
  /** k nearest other tokens; fewer where there are fewer. */
  neighbours?: number;
  /** Share of tokens to call outliers: the set lies above the (1 − contamination)-quantile of the scores. */
  contamination?: number;
  /** Breunig et al. (2000) as scikit-learn computes it, instead of SC-CLIP's variant. */
  textbook?: boolean;
}

/** Stands for a density distance of zero (a token with k exact copies), so that copies score 1 and never ∞ / ∞. */
const TINY = 1e-200;

/**
 * Local outlier factor of each token among the others: how much sparser its surroundings are than its neighbours'.
 *
 * SC-CLIP: d = squared Euclidean distance; reach(i, j) = max(d_ij, d_i,kth), the token's own k-distance; lrd_i = k /
 * mean_j reach(i, j); LOF_i = mean_j lrd_j / lrd_i. Textbook: d not squared and reach(i, j) = max(d_ij, d_j,kth), the
 * neighbour's k-distance. Exactly k neighbours, equal distances by index. Tokens with a value that is not finite score
 * NaN and are nobody's neighbour.
 */
export function lof(
  features: Features,
  {neighbours = 30, contamination = 0.05, textbook = false}: LofOptions = {}
): Detection {
  const tokens = tokenCount(features);
  const scores = new Float64Array(tokens).fill(NaN);
  const finite = finiteTokens(features, tokens);
  const count = finite.length;
  const k = Math.min(neighbours, count - 1);
  if (k < 1) return {scores, outliers: new Uint8Array(tokens)};

  const distances = squaredDistances(features, finite);
  if (textbook) for (let d = 0; d < distances.length; ++d) distances[d] = Math.sqrt(distances[d]);
  const nearest = finite.map((_, i) => {
    const row = distances.subarray(i * count, (i + 1) * count);
    const others = finite.map((_, j) => j).filter((j) => j !== i);
    return others.toSorted((a, b) => row[a] - row[b] || a - b).slice(0, k);
  });
  const reachOf = nearest.map((near, i) => distances[i * count + near[k - 1]]);
  const density = nearest.map((near, i) => {
    let reach = 0;
    for (const j of near) reach += Math.max(distances[i * count + j], reachOf[textbook ? j : i]);
    return k / Math.max(reach / k, TINY);
  });
  nearest.forEach((near, i) => {
    let ratio = 0;
    for (const j of near) ratio += density[j] / density[i];
    scores[finite[i]] = ratio / k;
  });
  return {scores, outliers: sparsest(scores, contamination)};
}

/** The set of scores that are known already: those above their (1 − contamination)-quantile. */
export function sparsest(scores: Numbers, contamination = 0.05): Uint8Array {
  return above(scores, quantile(scores, 1 - contamination));
}

function finiteTokens({values, width}: Features, tokens: number): number[] {
  const finite: number[] = [];
  for (let i = 0; i < tokens; ++i) {
    let d = 0;
    while (d < width && Number.isFinite(values[i * width + d])) ++d;
    if (d === width) finite.push(i);
  }
  return finite;
}

/** Between the chosen tokens, by differences: exact for near copies, where ‖a‖² + ‖b‖² − 2ab is not. */
function squaredDistances({values, width}: Features, chosen: number[]): Float64Array {
  const count = chosen.length;
  const distances = new Float64Array(count * count);
  for (let i = 0; i < count; ++i) {
    for (let j = 0; j < i; ++j) {
      let distance = 0;
      for (let d = 0; d < width; ++d) {
        const difference = values[chosen[i] * width + d] - values[chosen[j] * width + d];
        distance += difference * difference;
      }
      distances[i * count + j] = distances[j * count + i] = distance;
    }
  }
  return distances;
}

export const lofDetector = defineDetector({
  name: "lof",
  label: "LOF",
  title: "sparse surroundings",
  about: "local outlier factor: how much sparser a token's surroundings are than its neighbours'",
  source: "Breunig et al., 2000, and SC-CLIP (arXiv 2411.15869)",
  reading: "LOF looks at how far a token lies from other tokens and finds a fixed share of them.",
  unit: {label: "local outlier factor", from: 1},
  colour: "#ff8ab7",
  dash: "7 3",
  needs: ["features", "width"],
  options: {
    neighbours: count({least: 1, default: 30, about: "nearest other tokens that a token is compared with"}),
    contamination: number({
      least: 0,
      most: 1,
      slider: 0.3,
      step: 0.01,
      default: 0.05,
      about: "the share of tokens it takes, those with the largest scores; SC-CLIP: 0.05",
      label: "LOF takes",
      unit: "of all"
    }),
    textbook: choice({values: ["off", "on"], about: "Breunig's distances and reach instead of SC-CLIP's"})
  },
  detect: ({features, width}, {textbook, ...options}) =>
    lof({values: features, width}, {...options, textbook: textbook === "on"}),
  kept: {options: ["contamination"], set: (scores, {contamination}) => sparsest(scores, contamination)},
  caption: ({neighbours, contamination, textbook}) =>
    `${textbook === "on" ? "textbook" : "squared distances"}, ${neighbours} neighbours, top ${Number((contamination * 100).toPrecision(3))} %`
});
