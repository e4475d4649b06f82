/** LaVG's panoptic cuts: regions of a picture by normalised cuts of a second model's keys (docs/methods.md, 5.4), in float64. */
import {largestEigenpair} from "../../analysis/lanczos.js";
import type {Grid} from "../../records/record.js";

/** Weight between patches whose keys are not alike. */
const apart = 1e-5;
/** With so few free patches left the cuts end. */
const fewest = 5;
/** Eigenvalues nearer than this are one that is not simple: its vectors are arbitrary, and the cuts end. */
const simple = 1e-9;
/** Entries that equal the largest to this share tie; the first of them counts. */
const tie = 1e-9;
/** Their comparison then has 100 MB. */
const mostPatches = 10_000;

/**
 * Cuts a picture into regions, at most `masks`.
 *
 * @param keys of the second model's last block, one row a patch, heads side by side: M × C
 * @returns the region of each patch, from 0 in the order found; −1 for what is left
 */
export function cutRegions(keys: Float32Array, grid: Grid, {tau, masks}: {tau: number; masks: number}): Int16Array {
  const patches = grid[0] * grid[1];
  if (patches > mostPatches)
    throw new RangeError(
      `lavg compares every patch of the picture with every other: ${patches} here, and at most ${mostPatches} are possible. Set -o side= lower, or take a smaller .npy.`
    );
  const alike = alikePairs(keys, patches, tau);
  const regions = new Int16Array(patches).fill(-1);
  let free = Array.from(regions, (_, patch) => patch);
  for (let round = 0; round < masks && free.length > fewest; ++round) {
    const vector = cutVector(alike, patches, free);
    if (!vector) break;
    for (const patch of regionOf(vector, free, grid)) regions[patch] = round;
    free = free.filter((patch) => regions[patch] < 0);
  }
  return regions;
}

/** Which keys' cosine exceeds `tau`: M × M, 0 or 1. */
function alikePairs(keys: Float32Array, patches: number, tau: number): Uint8Array {
  const width = keys.length / patches;
  const rows = Float64Array.from(keys);
  for (let i = 0; i < patches; ++i) {
    const row = rows.subarray(i * width, (i + 1) * width);
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    if (length > 0) for (let k = 0; k < width; ++k) row[k] /= length;
  }
  const out = new Uint8Array(patches * patches);
  // Two rows by two share what is read.
  for (let i = 0; i < patches; i += 2)
    for (let j = i; j < patches; j += 2) {
      const [a, b] = [i * width, Math.min(i + 1, patches - 1) * width];
      const [c, d] = [j * width, Math.min(j + 1, patches - 1) * width];
      let [ac, ad, bc, bd] = [0, 0, 0, 0];
      for (let k = 0; k < width; ++k) {
        const [x, y, u, v] = [rows[a + k], rows[b + k], rows[c + k], rows[d + k]];
        ac += x * u;
        ad += x * v;
        bc += y * u;
        bd += y * v;
      }
      const join = (p: number, q: number, cosine: number) => {
        if (p < patches && q < patches) out[p * patches + q] = out[q * patches + p] = cosine > tau ? 1 : 0;
      };
      join(i, j, ac);
      join(i, j + 1, ad);
      join(i + 1, j, bc);
      join(i + 1, j + 1, bd);
    }
  return out;
}

/**
 * The second smallest generalised eigenvector of (D − A) x = e D x on the free patches, its largest entry positive;
 * undefined where its eigenvalue is not simple.
 */
function cutVector(alike: Uint8Array, patches: number, free: readonly number[]): Float64Array | undefined {
  const size = free.length;
  const joined = neighbours(alike, patches, free);
  const degrees = Float64Array.from(joined, (near) => near.length + apart * (size - near.length));
  const root = degrees.map(Math.sqrt);
  // D^(−1/2) A D^(−1/2) has the eigenvalues 1 − e, and D^(1/2) 1 with the largest, 1.
  const multiply = (y: Float64Array): Float64Array<ArrayBuffer> => {
    const x = y.map((value, i) => value / root[i]);
    const rest = apart * x.reduce((sum, value) => sum + value, 0);
    return Float64Array.from(joined, (near, i) => {
      let sum = 0;
      for (const j of near) sum += x[j];
      return ((1 - apart) * sum + rest) / root[i];
    });
  };
  const total = Math.sqrt(degrees.reduce((sum, value) => sum + value, 0));
  const trivial = root.map((value) => value / total);
  const second = largestEigenpair(size, multiply, [trivial]);
  const third = largestEigenpair(size, multiply, [trivial, second.vector], simple);
  if (Math.abs(second.value - third.value) < simple) return undefined;
  const x = second.vector.map((value, i) => value / root[i]);
  return x[firstLargest(x.map(Math.abs))] > 0 ? x : x.map((value) => -value);
}

/** For each free patch the free patches that are like it, as places among the free. */
function neighbours(alike: Uint8Array, patches: number, free: readonly number[]): Uint16Array[] {
  return free.map((patch) => {
    const row = alike.subarray(patch * patches, (patch + 1) * patches);
    const near = new Uint16Array(free.length);
    let count = 0;
    for (let j = 0; j < free.length; ++j) if (row[free[j]]) near[count++] = j;
    return near.slice(0, count);
  });
}

/** The part around the vector's largest entry: turned where three corners of the grid or more would be in it. */
function regionOf(vector: Float64Array, free: readonly number[], [rows, columns]: Grid): number[] {
  const mean = vector.reduce((sum, value) => sum + value, 0) / vector.length;
  const inside = new Uint8Array(rows * columns);
  free.forEach((patch, i) => (inside[patch] = vector[i] > mean ? 1 : 0));
  const corners = [0, columns - 1, (rows - 1) * columns, rows * columns - 1];
  const turned = corners.filter((corner) => inside[corner]).length >= 3;
  if (turned) for (const patch of free) inside[patch] = 1 - inside[patch];
  const seed = free[firstLargest(turned ? vector.map((value) => -value) : vector)];
  return connected(inside, seed, columns);
}

/** The 4-connected patches of `inside` around the seed. */
function connected(inside: Uint8Array, seed: number, columns: number): number[] {
  const left = Uint8Array.from(inside);
  const found = [seed];
  left[seed] = 0;
  for (const patch of found)
    for (const next of [
      patch - columns,
      patch + columns,
      ...(patch % columns ? [patch - 1] : []),
      ...((patch + 1) % columns ? [patch + 1] : [])
    ])
      if (left[next]) {
        left[next] = 0;
        found.push(next);
      }
  return found;
}

function firstLargest(values: Float64Array): number {
  const most = values.reduce((a, b) => Math.max(a, b), -Infinity);
  return values.findIndex((value) => value >= most - tie * Math.abs(most));
}
