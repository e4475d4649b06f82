import {tokenCount, type Features} from "./arrays.js";

/** Token norms ‖x_i‖₂: one per row. */
export function tokenNorms(features: Features): Float64Array {
  const {values, width} = features;
  return Float64Array.from({length: tokenCount(features)}, (_, i) => {
    let square = 0;
    for (let d = 0; d < width; ++d) square += values[i * width + d] ** 2;
    return Math.sqrt(square);
  });
}
