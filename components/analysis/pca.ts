import {quantileSorted, sorted, tokenCount, type Features, type Numbers} from "./arrays.js";
import {symmetricEigen} from "./eigen.js";
import {seededRandom} from "./random.js";
import {addScaled, dot, unit, upright} from "./vectors.js";

/** Directions along which tokens vary most. D channels, k axes. */
export interface PrincipalAxes {
  width: number;
  /** Mean token: D. */
  centre: Numbers;
  /** Orthonormal rows, most variance first: k × D. A row is zero where the tokens do not vary in so many directions. */
  axes: Numbers;
  /** Variance along each axis, over tokens: k. */
  variances: Float64Array;
  /** Total variance of the tokens. */
  total: number;
}

/** Extra directions carried along: the wanted axes then settle much sooner. */
const SPARE = 3;
/** Applications of the covariance between restarts. */
const DEPTH = 8;
const TOLERANCE = 1e-9;
const ITERATIONS = 100;

/**
 * Principal axes of several feature maps together (the same width), centred by their common mean: one basis, so that
 * maps compare. Eigenvectors of the covariance C from restarted block Krylov spaces [V, CV, C²V …] with a Rayleigh-Ritz
 * step, to a relative residual of 1e-9. The D × D covariance is never formed: for CLIP's 768 channels that saves
 * seconds.
 *
 * Sign: the entry of largest magnitude of an axis is positive. Tokens with a value that is not finite are left out.
 */
export function principalAxes(maps: readonly Features[], count = 3): PrincipalAxes {
  const width = maps[0]?.width ?? 0;
  if (maps.some((map) => map.width !== width)) throw new Error("principal axes need feature maps of one width");
  const tokens = maps.flatMap(finiteTokens);
  const centre = new Float64Array(width);
  for (const token of tokens) addScaled(centre, token, 1 / tokens.length);
  for (const token of tokens) addScaled(token, centre, -1);
  const total = tokens.reduce((sum, token) => sum + dot(token, token), 0) / tokens.length;

  const size = Math.min(width, count + SPARE);
  const random = seededRandom(1);
  let basis = orthonormal(Array.from({length: size}, () => Float64Array.from({length: width}, () => random() - 0.5)));
  let variances: Float64Array = new Float64Array(size);
  for (let iteration = 0, settled = false; iteration < ITERATIONS && !settled; ++iteration) {
    const {space, images} = krylov(tokens, basis);
    const ritz = symmetricEigen(
      space.flatMap((row) => images.map((image) => dot(row, image))),
      space.length
    );
    variances = ritz.values.subarray(0, size);
    basis = combined(ritz.vectors, space, size);
    const moved = combined(ritz.vectors, images, size);
    const residual = (axis: Float64Array, k: number): number =>
      Math.hypot(...axis.map((value, d) => moved[k][d] - variances[k] * value));
    settled = basis.slice(0, count).every((axis, k) => residual(axis, k) <= TOLERANCE * variances[0]);
  }
  const least = Math.max(1e-12 * total, 1e-28 * dot(centre, centre)); // below it there is only rounding
  const axes = new Float64Array(count * width);
  basis.slice(0, count).forEach((axis, k) => {
    if (variances[k] > least) axes.set(upright(axis), k * width);
  });
  return {width, centre, axes, variances: Float64Array.from({length: count}, (_, k) => variances[k] ?? 0), total};
}

/** Coordinates of tokens on the axes: N × k. */
export function projected(
  {values, width}: Features,
  {centre, axes}: Pick<PrincipalAxes, "centre" | "axes">
): Float64Array {
  const tokens = tokenCount({values, width});
  const count = width ? axes.length / width : 0;
  const coordinates = new Float64Array(tokens * count);
  for (let i = 0; i < tokens; ++i) {
    for (let k = 0; k < count; ++k) {
      for (let d = 0; d < width; ++d) {
        coordinates[i * count + k] += (values[i * width + d] - centre[d]) * axes[k * width + d];
      }
    }
  }
  return coordinates;
}

export interface ColourOptions {
  /** These quantiles of the coordinates, over all maps, become 0 and 1; what lies beyond is clamped. */
  low?: number;
  high?: number;
}

/** What colours a token: principal axes, and the coordinates that become 0 and 1 in each channel. */
interface ColourAxes {
  axes: PrincipalAxes;
  ranges: [low: number, high: number][];
}

/**
 * The common colours of several maps: their first three principal axes, and the ranges of the coordinates on them. The
 * same colour means the same feature in every map of the call, and only there.
 */
export function colourAxes(maps: readonly Features[], {low = 0.01, high = 0.99}: ColourOptions = {}): ColourAxes {
  const axes = principalAxes(maps, 3);
  const coordinates = maps.map((map) => finiteCoordinates(map, axes));
  const ranges = [0, 1, 2].map((channel): [number, number] => {
    const ascending = sorted(coordinates.flatMap((map) => Array.from(map.filter((_, cell) => cell % 3 === channel))));
    return [quantileSorted(ascending, low), quantileSorted(ascending, high)];
  });
  return {axes, ranges};
}

/**
 * A map's tokens as red, green, blue in [0, 1], N × 3. A channel without variance is 0.5, a token that is not finite NaN.
 */
export function coloured(
  map: Features,
  {axes, ranges}: {axes: Pick<PrincipalAxes, "centre" | "axes">; ranges: ColourAxes["ranges"]}
): Float64Array {
  return finiteCoordinates(map, axes).map((value, cell) => {
    const [from, to] = ranges[cell % 3];
    return to > from ? Math.min(1, Math.max(0, (value - from) / (to - from))) : Number.isNaN(value) ? NaN : 0.5;
  });
}

function finiteCoordinates(map: Features, axes: Pick<PrincipalAxes, "centre" | "axes">): Float64Array {
  return projected(map, axes).map((value) => (Number.isFinite(value) ? value : NaN));
}

function finiteTokens(map: Features): Float64Array[] {
  const {values, width} = map;
  return Array.from({length: tokenCount(map)}, (_, i) =>
    Float64Array.from({length: width}, (_, d) => values[i * width + d])
  ).filter((token) => token.every(Number.isFinite));
}

/**
 * Covariance of the centred tokens applied to each vector: (1/N) Σ_i x_i (x_i · v). Token by token, to stay in cache.
 */
function covarianceTimes(tokens: Float64Array[], vectors: Float64Array[]): Float64Array[] {
  const images = vectors.map((vector) => new Float64Array(vector.length));
  for (const token of tokens) {
    vectors.forEach((vector, k) => addScaled(images[k], token, dot(token, vector) / tokens.length));
  }
  return images;
}

/** An orthonormal basis of [V, CV, C²V …], and the covariance's image of each of its vectors. */
function krylov(tokens: Float64Array[], start: Float64Array[]): {space: Float64Array[]; images: Float64Array[]} {
  const space: Float64Array[] = [];
  const images: Float64Array[] = [];
  for (let block = start; block.length && images.length < DEPTH * start.length;) {
    const next = covarianceTimes(tokens, block);
    space.push(...block);
    images.push(...next);
    block = orthonormal(next, space);
  }
  return {space, images};
}

/**
 * Gram-Schmidt, twice, which keeps vectors orthogonal to rounding, to `given` and to each other. Those that depend on
 * others are dropped.
 */
function orthonormal(vectors: Float64Array[], given: Float64Array[] = []): Float64Array[] {
  const found: Float64Array[] = [];
  for (const vector of vectors) {
    const next = vector.slice();
    for (const other of [...given, ...found, ...given, ...found]) addScaled(next, other, -dot(next, other));
    if (dot(next, next) > 1e-20 * dot(vector, vector)) found.push(unit(next));
  }
  return found;
}

/** The first `count` rows of `weights` (n × n) as mixtures of the n vectors. */
function combined(weights: Numbers, vectors: Float64Array[], count: number): Float64Array[] {
  return Array.from({length: count}, (_, k) => {
    const mixture = new Float64Array(vectors[0].length);
    vectors.forEach((vector, j) => addScaled(mixture, vector, weights[k * vectors.length + j]));
    return mixture;
  });
}
