/** LaVG's panoptic cuts: regions of a picture by normalised cuts of a second model's keys (docs/methods.md, 5.4), in float64. */
import {largestEigenpair} from "../../analysis/lanczos.js";
import {Pairs} from "../../analysis/pairs.js";
import type {Grid} from "../../records/record.js";

/** Weight between patches whose keys are not alike. */
const apart = 1e-5;
/** With so few free patches left the cuts end. */
const fewest = 5;
/** Eigenvalues nearer than this are one that is not simple: its vectors are arbitrary, and the cuts end. */
const simple = 1e-9;
/** Entries that equal the largest to this share tie; the first of them counts. */
const tie = 1e-9;
/** Their products in blocks then take seconds, and their pairs 12 MB. */
const mostPatches = 10_000;
/** Rows of keys whose products with all keys are computed at once. */
const block = 512;
/** Float32 products nearer than this to the threshold are computed again in float64: many times their rounding. */
const doubtful = 1e-5;

/** Products of unit rows: `rows` × `keys`ᵀ, n × M, both of the same width. */
export type Products = (rows: Float32Array, keys: Float32Array, width: number) => Promise<Float32Array>;

export interface Cutting {
  tau: number;
  masks: number;
  /** A faster product than this file's own, in float32. */
  products?: Products;
  /** Told how much is done, 0 to 1, often enough that a page stays alive; may wait, and may throw to stop. */
  pause?: (done: number) => Promise<void>;
}

/**
 * Cuts a picture into regions, at most `masks`.
 *
 * @param keys of the second model's last block, one row a patch, heads side by side: M × C
 * @returns the region of each patch, from 0 in the order found; −1 for what is left
 */
export async function cutRegions(keys: Float32Array, grid: Grid, cutting: Cutting): Promise<Int16Array> {
  const {tau, masks, products = ownProducts, pause = async () => {}} = cutting;
  const patches = grid[0] * grid[1];
  if (patches > mostPatches)
    throw new RangeError(
      `lavg compares every patch of the picture with every other: ${patches} here, and at most ${mostPatches} are possible. Set -o side= lower, or take a smaller .npy.`
    );
  // The comparison is one part of the work, and each round another.
  const alike = await alikePairs(keys, patches, tau, products, (done) => pause(done / (masks + 1)));
  const regions = new Int16Array(patches).fill(-1);
  let free = Array.from(regions, (_, patch) => patch);
  for (let round = 0; round < masks && free.length > fewest; ++round) {
    await pause((1 + round) / (masks + 1));
    const vector = cutVector(free.length === patches ? alike : alike.among(free));
    if (!vector) break;
    for (const patch of regionOf(vector, free, grid)) regions[patch] = round;
    free = free.filter((patch) => regions[patch] < 0);
  }
  return regions;
}

/** Which keys' cosine exceeds `tau`, decided as float64 does. */
async function alikePairs(
  keys: Float32Array,
  patches: number,
  tau: number,
  products: Products,
  pause: (done: number) => Promise<void>
): Promise<Pairs> {
  const width = keys.length / patches;
  const exact = unitRows(keys, width);
  const unit = Float32Array.from(exact);
  const pairs = new Pairs(patches);
  const cosine = (i: number, j: number): number => {
    let sum = 0;
    for (let k = 0, a = i * width, b = j * width; k < width; ++k) sum += exact[a + k] * exact[b + k];
    return sum;
  };
  for (let from = 0; from < patches; from += block) {
    await pause(from / patches);
    const until = Math.min(from + block, patches);
    const found = await products(unit.subarray(from * width, until * width), unit, width);
    for (let i = from; i < until; ++i)
      for (let j = i; j < patches; ++j) {
        const over = found[(i - from) * patches + j] - tau;
        if (over > doubtful || (over > -doubtful && cosine(i, j) > tau)) pairs.join(i, j);
      }
  }
  return pairs;
}

function unitRows(keys: Float32Array, width: number): Float64Array {
  const rows = Float64Array.from(keys);
  for (let from = 0; from < rows.length; from += width) {
    const row = rows.subarray(from, from + width);
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    if (length > 0) for (let k = 0; k < width; ++k) row[k] /= length;
  }
  return rows;
}

/** Products where no runtime is at hand: two rows by two share what is read. */
function ownProducts(rows: Float32Array, keys: Float32Array, width: number): Promise<Float32Array> {
  const count = rows.length / width;
  const all = keys.length / width;
  const out = new Float32Array(count * all);
  for (let i = 0; i < count; i += 2)
    for (let j = 0; j < all; j += 2) {
      const a = i * width;
      const b = Math.min(i + 1, count - 1) * width;
      const c = j * width;
      const d = Math.min(j + 1, all - 1) * width;
      let ac = 0;
      let ad = 0;
      let bc = 0;
      let bd = 0;
      for (let k = 0; k < width; ++k) {
        ac += rows[a + k] * keys[c + k];
        ad += rows[a + k] * keys[d + k];
        bc += rows[b + k] * keys[c + k];
        bd += rows[b + k] * keys[d + k];
      }
      out[i * all + j] = ac;
      if (j + 1 < all) out[i * all + j + 1] = ad;
      if (i + 1 < count) out[(i + 1) * all + j] = bc;
      if (i + 1 < count && j + 1 < all) out[(i + 1) * all + j + 1] = bd;
    }
  return Promise.resolve(out);
}

/**
 * The second smallest generalised eigenvector of (D − A) x = e D x on the free patches, its largest entry positive;
 * undefined where its eigenvalue is not simple.
 *
 * @param alike pairs of the free patches
 */
function cutVector(alike: Pairs): Float64Array | undefined {
  const {size} = alike;
  const degrees = alike.sums(new Float64Array(size).fill(1)).map((near) => near + apart * (size - near));
  const root = degrees.map(Math.sqrt);
  // D^(−1/2) A D^(−1/2) has the eigenvalues 1 − e, and D^(1/2) 1 with the largest, 1.
  const multiply = (y: Float64Array): Float64Array<ArrayBuffer> => {
    const x = y.map((value, i) => value / root[i]);
    const rest = apart * x.reduce((sum, value) => sum + value, 0);
    return alike.sums(x).map((sum, i) => ((1 - apart) * sum + rest) / root[i]);
  };
  const total = Math.sqrt(degrees.reduce((sum, value) => sum + value, 0));
  const trivial = root.map((value) => value / total);
  const second = largestEigenpair(size, multiply, [trivial]);
  // Of the third it is enough to know that it lies clearly below the second, or not.
  const third = largestEigenpair(
    size,
    multiply,
    [trivial, second.vector],
    (value, residual) => residual < Math.max(simple, 0.1 * (second.value - value))
  );
  if (Math.abs(second.value - third.value) < simple) return undefined;
  const x = second.vector.map((value, i) => value / root[i]);
  return x[firstLargest(x.map(Math.abs))] > 0 ? x : x.map((value) => -value);
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
