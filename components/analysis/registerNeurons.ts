/** Which neurons switch on at outlier tokens (docs/methods.md, 5.2): what test-time registers take over. */
import type {Numbers} from "./arrays.js";
import {choice, count, countOr, layer, number, type Neuron, type ValuesOf} from "./options.js";

/** Options of the search. */
export const searchOptions = {
  layer: countOr("last", {least: 1, default: "last", about: "whose tokens' norms tell outliers"}),
  threshold: number({least: 0, default: 30, about: "tokens with a larger norm are outliers"}),
  sparse: choice({
    values: ["on", "off"],
    about: "only neurons that are below 0.5 at half of an image's tokens or more count for that image"
  }),
  class_token: choice({values: ["keep", "drop"], about: "whether tokens before the patches can be outliers"}),
  lowest: layer({default: 1, last: true, about: "first layer whose neurons are listed"}),
  highest: countOr("last", {least: 1, default: "last", about: "last layer whose neurons are listed"}),
  top: count({least: 1, default: 10, about: "how many neurons are listed"})
};

export type SearchOptions = ValuesOf<typeof searchOptions>;

/** One image, as the search sees it: T tokens, M neurons a layer. */
export interface SearchImage {
  /** Norms of all tokens in the layer that tells outliers: T. */
  norms: Numbers;
  /** Activations of each layer: T × M. */
  hidden: readonly Numbers[];
  /** Tokens before the patches. */
  prefix: number;
}

/** A neuron and its score. */
export interface ScoredNeuron extends Neuron {
  score: number;
}

/** What an activation is below where a neuron is off, and the share of tokens where it has to be. */
const offBelow = 0.5;
const offShare = 0.5;

/**
 * The score of every neuron for one image: its mean size at outlier tokens. L × M, or undefined where no token is one.
 */
export function imageScores(
  {norms, hidden, prefix}: SearchImage,
  {threshold, sparse, class_token}: Pick<SearchOptions, "threshold" | "sparse" | "class_token">
): Float64Array[] | undefined {
  const first = class_token === "drop" ? prefix : 0;
  const hits = Array.from(norms).flatMap((norm, token) => (token >= first && norm > threshold ? [token] : []));
  if (!hits.length) return undefined;
  const tokens = norms.length;
  return hidden.map((values) => {
    const neurons = values.length / tokens;
    return Float64Array.from({length: neurons}, (_, j) => {
      if (sparse === "on") {
        let off = 0;
        for (let token = 0; token < tokens; ++token) if (values[token * neurons + j] < offBelow) ++off;
        if (off < offShare * tokens) return 0;
      }
      return hits.reduce((sum, token) => sum + Math.abs(values[token * neurons + j]), 0) / hits.length;
    });
  });
}

/**
 * Neurons by their mean score over the images with an outlier, best first; among equals the lower layer, then the lower
 * index.
 *
 * @param scores of each image, as `imageScores` has them
 */
export function rankNeurons(
  scores: readonly Float64Array[][],
  {lowest, highest, top}: {lowest: number; highest: number; top: number}
): ScoredNeuron[] {
  return meanScores(scores)
    .flatMap((values, l) => Array.from(values, (score, index) => ({layer: l + 1, index, score})))
    .filter(({layer: at}) => at >= lowest && at <= highest)
    .toSorted((a, b) => b.score - a.score || a.layer - b.layer || a.index - b.index)
    .slice(0, top);
}

/** The mean over images, L × M. */
export function meanScores(scores: readonly Float64Array[][]): Float64Array[] {
  return scores[0].map((values, l) =>
    values.map((_, j) => scores.reduce((sum, image) => sum + image[l][j], 0) / scores.length)
  );
}
