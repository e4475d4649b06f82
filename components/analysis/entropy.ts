import type {TokenMatrix} from "./arrays.js";

/**
 * Entropy of each token's attention, −Σ_j a_ij log a_ij / log(tokens): 1 where a row is uniform, 0 where it looks at
 * one token. 0 log 0 is 0. NaN where the row holds NaN, and for a single token, whose entropy has no scale.
 */
export function attentionEntropy(map: TokenMatrix): Float64Array {
  const scale = Math.log(map.tokens);
  return rowEntropy(map).map((entropy) => entropy / scale);
}

/** Shannon entropy of each row in nats, the row taken as it is: it should sum to 1. */
export function rowEntropy({tokens, values}: TokenMatrix): Float64Array {
  return Float64Array.from({length: tokens}, (_, i) => {
    let entropy = 0;
    for (let j = 0; j < tokens; ++j) {
      const share = values[i * tokens + j];
      if (share !== 0) entropy -= share * Math.log(share);
    }
    return entropy;
  });
}
