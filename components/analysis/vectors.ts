/** Σ a_d b_d. */
export function dot(a: Float64Array, b: Float64Array): number {
  let product = 0;
  for (let d = 0; d < a.length; ++d) product += a[d] * b[d];
  return product;
}

/** a ← a + scale · b. */
export function addScaled(a: Float64Array, b: Float64Array, scale: number): void {
  for (let d = 0; d < a.length; ++d) a[d] += scale * b[d];
}

/** The vector at unit length; NaN for zero. */
export function unit(vector: Float64Array): Float64Array {
  const norm = Math.sqrt(dot(vector, vector));
  return vector.map((value) => value / norm);
}

/**
 * Of a vector and its opposite, the one whose entry of largest magnitude is positive: a sign for axes, which have none.
 */
export function upright(axis: Float64Array): Float64Array {
  const largest = axis.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
  return largest < 0 ? axis.map((value) => -value) : axis;
}
