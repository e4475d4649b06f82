/** SINDER's linearised attention branch in float64, as a reference for the graph that multiplies them. */
import type {Numbers} from "../../components/analysis/arrays.js";

/** The linear part of one block's attention branch. Matrices D × D, row-major, applied as y = M x. */
export interface AttentionWeights {
  /** LN1's weight: D. Its bias and the projections' shift the result by a constant and are left out. */
  gain: Numbers;
  /** Value projection of all heads together. */
  value: Numbers;
  output: Numbers;
}

/**
 * A block's attention branch with its residual, linearised as SINDER does: I + Wo · V · diag(gain) · (I − 11ᵀ/D). The
 * division by the layer norm's standard deviation only scales. The MLP is left out: SINDER fits it by least squares on
 * random inputs, which is work for a data loader; its map can be passed to `singularDirection` as one more
 * factor.
 */
export function attentionBranch({gain, value, output}: AttentionWeights): Float64Array {
  const width = gain.length;
  const map = multiply(output, multiply(value, centring(gain), width), width);
  for (let d = 0; d < width; ++d) map[d * width + d] += 1;
  return map;
}

function centring(gain: Numbers): Float64Array {
  const width = gain.length;
  return Float64Array.from({length: width * width}, (_, cell) => {
    const row = Math.floor(cell / width);
    return gain[row] * (Number(row === cell % width) - 1 / width);
  });
}

function multiply(a: Numbers, b: Numbers, width: number): Float64Array {
  const product = new Float64Array(width * width);
  for (let i = 0; i < width; ++i) {
    for (let k = 0; k < width; ++k) {
      const scale = a[i * width + k];
      for (let j = 0; j < width; ++j) product[i * width + j] += scale * b[k * width + j];
    }
  }
  return product;
}
