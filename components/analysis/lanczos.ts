/** The largest eigenpair of a large symmetric matrix that is known by its products. */
import {seededRandom} from "./random.js";

export interface EigenPair {
  value: number;
  /** Unit length. */
  vector: Float64Array;
}

/** Steps between tests. */
const between = 10;

/**
 * The largest eigenvalue of a symmetric matrix on the complement of given vectors, by Lanczos' method with full
 * reorthogonalisation from a seeded random start. One vector of a multiple eigenvalue is found; give it among `without`
 * to find the next.
 *
 * @param multiply the matrix, of norm about 1, times a vector
 * @param without orthonormal vectors; the matrix maps their span to itself
 * @param enough whether a value with this residual, beside a matrix of norm 1, is near enough
 * @param most steps, after which what has been found is returned; the size of the matrix suffices
 */
export function largestEigenpair(
  size: number,
  multiply: (x: Float64Array) => Float64Array<ArrayBuffer>,
  without: readonly Float64Array[],
  enough: (value: number, residual: number) => boolean = (_value, residual) => residual < 1e-11,
  most = Math.min(size, 400)
): EigenPair {
  const random = seededRandom(1);
  const basis: Float64Array[] = [];
  const diagonal: number[] = [];
  const beside: number[] = [];
  let next = Float64Array.from({length: size}, () => random() - 0.5);
  orthogonalise(next, without);
  scale(next, 1 / norm(next));
  for (;;) {
    basis.push(next);
    const product = multiply(next);
    diagonal.push(dot(product, next));
    orthogonalise(product, without);
    orthogonalise(product, basis);
    const length = norm(product);
    const ended = length < 1e-13 || basis.length >= Math.min(most, size - without.length);
    if (ended || basis.length % between === 0) {
      const {value, vector} = tridiagonalLargest(diagonal, beside);
      if (ended || enough(value, Math.abs(length * vector[vector.length - 1]))) {
        const found = new Float64Array(size);
        basis.forEach((each, i) => add(found, each, vector[i]));
        scale(found, 1 / norm(found));
        return {value, vector: found};
      }
    }
    beside.push(length);
    scale(product, 1 / length);
    next = product;
  }
}

/** The largest eigenpair of a symmetric tridiagonal matrix, by bisection and inverse iteration. */
function tridiagonalLargest(diagonal: readonly number[], beside: readonly number[]): EigenPair {
  const count = diagonal.length;
  // x I − T is positive definite exactly when x exceeds the largest eigenvalue; then elimination needs no pivoting.
  const pivots = (x: number): Float64Array | undefined => {
    const out = new Float64Array(count);
    for (let i = 0; i < count; ++i) {
      out[i] = x - diagonal[i] - (i ? beside[i - 1] ** 2 / out[i - 1] : 0);
      if (!(out[i] > 0)) return undefined;
    }
    return out;
  };
  const bound = Math.max(...diagonal.map((d, i) => Math.abs(d) + (beside[i - 1] ?? 0) + (beside[i] ?? 0)));
  let [low, high] = [-bound - 1e-300, bound * (1 + 1e-12) + 1e-300];
  for (let step = 0; step < 100 && high - low > 1e-16 * bound; ++step) {
    const middle = (low + high) / 2;
    if (pivots(middle)) high = middle;
    else low = middle;
  }
  const found = pivots(high) ?? new Float64Array(count).fill(1);
  const vector = new Float64Array(count).fill(1);
  for (let round = 0; round < 4; ++round) {
    for (let i = 1; i < count; ++i) vector[i] += (beside[i - 1] / found[i - 1]) * vector[i - 1];
    for (let i = count - 1; i >= 0; --i)
      vector[i] = (vector[i] + (i < count - 1 ? beside[i] * vector[i + 1] : 0)) / found[i];
    scale(vector, 1 / norm(vector));
  }
  return {value: high, vector};
}

/** Takes the parts along orthonormal vectors off, twice: once leaves rounding behind. */
function orthogonalise(x: Float64Array, against: readonly Float64Array[]): void {
  for (let round = 0; round < 2; ++round) for (const each of against) add(x, each, -dot(x, each));
}

function add(x: Float64Array, y: Float64Array, share: number): void {
  for (let i = 0; i < x.length; ++i) x[i] += share * y[i];
}

function scale(x: Float64Array, factor: number): void {
  for (let i = 0; i < x.length; ++i) x[i] *= factor;
}

function norm(x: Float64Array): number {
  return Math.sqrt(dot(x, x));
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; ++i) sum += a[i] * b[i];
  return sum;
}
