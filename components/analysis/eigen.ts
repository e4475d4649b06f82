import type {Numbers} from "./arrays.js";

export interface Eigen {
  /** Largest first: n. */
  values: Float64Array;
  /** Unit eigenvectors as rows, in the order of the values: n × n. */
  vectors: Float64Array;
}

/** Stop when all that is off the diagonal is this small beside the whole matrix. */
const TOLERANCE = 1e-15;
const SWEEPS = 60;

/**
 * Eigenvalues and eigenvectors of a symmetric n × n matrix by cyclic Jacobi rotations: exact to rounding, for small n.
 */
export function symmetricEigen(matrix: Numbers, n: number): Eigen {
  const a = Float64Array.from(matrix);
  const rows = Float64Array.from(a, (_, cell) => Number(cell % (n + 1) === 0));
  const size = Math.sqrt(a.reduce((square, entry) => square + entry ** 2, 0));
  for (let sweep = 0; sweep < SWEEPS && offDiagonal(a, n) > TOLERANCE * size; ++sweep) {
    for (let p = 0; p < n; ++p) for (let q = p + 1; q < n; ++q) rotate(a, rows, n, p, q);
  }
  const order = Array.from({length: n}, (_, i) => i).toSorted((i, j) => a[j * n + j] - a[i * n + i]);
  const vectors = new Float64Array(n * n);
  order.forEach((from, to) => vectors.set(rows.subarray(from * n, (from + 1) * n), to * n));
  return {values: Float64Array.from(order, (i) => a[i * n + i]), vectors};
}

/** Makes a[p, q] zero by turning axes p and q. */
function rotate(a: Float64Array, rows: Float64Array, n: number, p: number, q: number): void {
  const off = a[p * n + q];
  if (off === 0) return;
  const theta = (a[q * n + q] - a[p * n + p]) / (2 * off);
  const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const cosine = 1 / Math.hypot(tangent, 1);
  const sine = tangent * cosine;
  const turn = (values: Float64Array, at: number, to: number): void => {
    const [x, y] = [values[at], values[to]];
    values[at] = cosine * x - sine * y;
    values[to] = sine * x + cosine * y;
  };
  for (let k = 0; k < n; ++k) turn(a, k * n + p, k * n + q);
  for (let k = 0; k < n; ++k) turn(a, p * n + k, q * n + k);
  for (let k = 0; k < n; ++k) turn(rows, p * n + k, q * n + k);
}

function offDiagonal(a: Float64Array, n: number): number {
  let square = 0;
  for (let cell = 0; cell < a.length; ++cell) if (cell % (n + 1)) square += a[cell] ** 2;
  return Math.sqrt(square);
}
