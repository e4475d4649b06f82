/** Tokens of one image and what to compare them with; E numbers each. Lengths need not be 1. */
export interface SurgeryInput {
  /** N × E, patches in row-major order. */
  patches: Float32Array;
  /** E: the class token of the same image. */
  classToken: Float32Array;
  /** C × E. */
  text: Float32Array;
  /** E: the text vector of the empty string; used, and required, when there is a single text. */
  empty?: Float32Array;
}

/**
 * CLIP Surgery's feature surgery: per-text heat maps with what all texts share removed.
 *
 * With p = softmax(2 cos(class token, t_c)) and w_c = p_c / mean(p), S_ic = w_c cos(f_i, t_c) − mean over c′ of
 * w_c′ cos(f_i, t_c′). The subtracted part does not depend on c, so no argmax over texts changes; heat maps do.
 * A single text would be removed entirely, so there the empty string's vector is subtracted from it instead.
 * Source: Li et al., CLIP Surgery (arXiv 2304.05653), in the scalar form its element-wise procedure reduces to.
 *
 * @returns C × N scores
 * @throws Error when widths disagree, or a single text comes without `empty`
 */
export function featureSurgery({patches, classToken, text, empty}: SurgeryInput): Float32Array {
  const width = classToken.length;
  const count = text.length / width;
  const patchCount = patches.length / width;
  if (!Number.isInteger(count) || !Number.isInteger(patchCount) || count < 1)
    throw new Error(`Text and patches must be rows of ${width} numbers, the width of the class token.`);
  const features = unitRows(patches, width);
  const queries = unitRows(text, width);
  if (count === 1) {
    if (empty?.length !== width)
      throw new Error("Feature surgery with a single text needs the vector of the empty string.");
    const reference = unitRows(empty, width);
    return Float32Array.from({length: patchCount}, (_, i) => {
      let score = 0;
      for (let k = 0; k < width; ++k) score += features[i * width + k] * (queries[k] - reference[k]);
      return score;
    });
  }
  const weights = surgeryWeights(unitRows(classToken, width), queries, count);
  const maps = new Float32Array(count * patchCount);
  const weighted = new Float64Array(count);
  for (let i = 0; i < patchCount; ++i) {
    let shared = 0;
    for (let c = 0; c < count; ++c) {
      weighted[c] = weights[c] * dot(features, i * width, queries, c * width, width);
      shared += weighted[c] / count;
    }
    for (let c = 0; c < count; ++c) maps[c * patchCount + i] = weighted[c] - shared;
  }
  return maps;
}

/** w_c: how much more than the mean the image as a whole resembles text c, by a softmax with temperature 1/2. */
function surgeryWeights(classToken: Float64Array, queries: Float64Array, count: number): Float64Array {
  const width = classToken.length;
  const powers = Float64Array.from({length: count}, (_, c) =>
    Math.exp(2 * dot(classToken, 0, queries, c * width, width))
  );
  const mean = powers.reduce((sum, power) => sum + power, 0) / count;
  return powers.map((power) => power / mean);
}

function unitRows(values: Float32Array, width: number): Float64Array {
  const out = Float64Array.from(values);
  for (let start = 0; start < out.length; start += width) {
    const norm = Math.sqrt(dot(out, start, out, start, width));
    if (norm > 0) for (let k = start; k < start + width; ++k) out[k] /= norm;
  }
  return out;
}

function dot(a: Float64Array, from: number, b: Float64Array, start: number, width: number): number {
  let sum = 0;
  for (let k = 0; k < width; ++k) sum += a[from + k] * b[start + k];
  return sum;
}
