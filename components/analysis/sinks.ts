import {median, max, type Numbers, type TokenMatrix} from "./arrays.js";

/**
 * Sink score of each token: the attention it receives, c_j = Σ_i a_ij over all rows, class token's included. Rows sum
 * to 1, so uniform attention gives every token 1, and the scores sum to the number of tokens.
 */
export function sinkScores({tokens, values}: TokenMatrix): Float64Array {
  const scores = new Float64Array(tokens);
  for (let i = 0; i < tokens; ++i) for (let j = 0; j < tokens; ++j) scores[j] += values[i * tokens + j];
  return scores;
}

/** How far the greatest sink stands above the typical token: max c / median c. Uniform: 1. */
export function concentration(scores: Numbers): number {
  return max(scores) / median(scores);
}
