import {tokenCount, type Features, type Numbers} from "./arrays.js";

/** Tokens at unit length, N × D. A zero token has no direction: NaN. */
export function unitTokens(features: Features): Float64Array {
  const {values, width} = features;
  const units = new Float64Array(tokenCount(features) * width);
  for (let start = 0; start < units.length; start += width) {
    let square = 0;
    for (let d = 0; d < width; ++d) square += values[start + d] ** 2;
    const norm = Math.sqrt(square);
    for (let d = 0; d < width; ++d) units[start + d] = values[start + d] / norm;
  }
  return units;
}

/** Cosine of every token with a vector (D): a token of the same map, or a word. NaN where either has no direction. */
export function cosinesTo(features: Features, vector: Numbers): Float64Array {
  const {width} = features;
  const units = unitTokens(features);
  const target = unitTokens({width, values: vector});
  return Float64Array.from({length: tokenCount(features)}, (_, i) => dot(units, i, target, 0, width));
}

/** Cosine of every token with token i of the same map. */
export function cosinesToToken(features: Features, i: number): Float64Array {
  const {values, width} = features;
  return cosinesTo(
    features,
    Array.from({length: width}, (_, d) => values[i * width + d])
  );
}

function dot(a: Float64Array, i: number, b: Float64Array, j: number, width: number): number {
  let product = 0;
  for (let d = 0; d < width; ++d) product += a[i * width + d] * b[j * width + d];
  return product;
}
