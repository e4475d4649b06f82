import {median, tokenCount, type Features, type Numbers} from "./arrays.js";

/** Token norms ‖x_i‖₂: one per row. */
export function tokenNorms(features: Features): Float64Array {
  const {values, width} = features;
  return Float64Array.from({length: tokenCount(features)}, (_, i) => {
    let square = 0;
    for (let d = 0; d < width; ++d) square += values[i * width + d] ** 2;
    return Math.sqrt(square);
  });
}

/** From how many times the median of a layer's patches on a token's norm is called high. */
export const highNormRatio = 10;

/** 1 where a patch is a high-norm token: a norm (N, no class token) above `highNormRatio` times their median. */
export function highNormTokens(norms: Numbers): Uint8Array {
  const bound = highNormRatio * median(norms);
  return Uint8Array.from(norms, (norm) => Number(norm > bound));
}
