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

/** The mean of images' scores, one image after the other: a folder takes the memory of one image. */
export class MeanScores {
  /** How many images had an outlier. */
  counted = 0;
  private sums?: Float64Array[];

  /** @param scores of one image, as `imageScores` has them */
  add(scores: readonly Float64Array[]): void {
    this.sums ??= scores.map((layer) => new Float64Array(layer.length));
    for (const [l, layer] of scores.entries()) for (const [j, score] of layer.entries()) this.sums[l][j] += score;
    this.counted += 1;
  }

  /** Adds another mean's images. */
  join({sums, counted}: MeanScores): void {
    if (!sums) return;
    this.add(sums);
    this.counted += counted - 1;
  }

  /** Neurons by their mean score, best first; among equals the lower layer, then the lower index. None without images. */
  rank({lowest, highest, top}: Pick<SearchOptions, "lowest" | "top"> & {highest: number}): ScoredNeuron[] {
    return (this.sums ?? [])
      .flatMap((sums, l) => Array.from(sums, (sum, index) => ({layer: l + 1, index, score: sum / this.counted})))
      .filter(({layer: at}) => at >= lowest && at <= highest)
      .toSorted((a, b) => b.score - a.score || a.layer - b.layer || a.index - b.index)
      .slice(0, top);
  }
}
