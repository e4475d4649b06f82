/**
 * A network small enough to look into: sixteen patches on a 4 × 4 grid, a class token, one head, four layers, four
 * channels, weights made up so that a planted patch behaves as outliers do. SOM, repair, integration and cosines are
 * the project's own functions; only the layers are made up.
 */
import {som} from "../../analysis/detectors/som.js";
import {integrated, maskedMap, normalised, rowsToOne, summedMaps, type PassOrder} from "../../analysis/integration.js";
import {tokenNorms} from "../../analysis/norms.js";
import type {AttentionMap, FeatureMap, Grid} from "../../records/record.js";
import {repair} from "../../analysis/repair.js";
import type {Rows} from "./since.js";
import {cosinesTo} from "../../analysis/similarity.js";

export const toyGrid: Grid = [4, 4];
const patches = 16;
const tokens = patches + 1;
const layers = 4;

/** Channels: two kinds of content, and one by which a token draws attention. */
const width = 3;

/** The patches that show the object; the others show the ground. */
const object = new Set([5, 6, 9, 10, 13, 14]);

/** What the two words of the toy stand for. */
export const toyWords = {object: [1, 0, 0], ground: [0, 1, 0]} as const;

export interface ToyOptions {
  /** Patches that draw attention from the start. */
  planted: ReadonlySet<number>;
  factor: number;
  lambda: number;
  l0: number;
  rounds: number;
  order: PassOrder;
}

/** One layer before the last. */
export interface ToyLayer {
  map: AttentionMap;
  /** Norms of the patches as the layer put them out, and after repair. */
  norms: Float64Array;
  repairedNorms: Float64Array;
  classRow: Float64Array;
  diagonal: Float64Array;
  outliers: Uint8Array;
}

export interface Toy {
  /** Layers 1 to 3, without SOM and with it. */
  plain: ToyLayer[];
  purified: ToyLayer[];
  /** Eq. 6. */
  saeMap: AttentionMap;
  /** Patches, after each step. */
  features: Record<"plain" | "som" | "sae" | "vis", FeatureMap>;
  /** Eq. 8, layer 1 to 3; Eq. 9; Eq. 10: N × N. */
  masked: AttentionMap[];
  sum: AttentionMap;
  integrated: AttentionMap;
  /** Input of the last layer without SOM, its queries and its keys: (N + 1) × C, the class token first. */
  last: Record<"tokens" | "queries" | "keys", Rows>;
  /** Norms of the patches, and of a register, after each layer with the neuron that makes patches long moved to it. */
  registers: {patches: Float64Array; register: number}[];
}

/** Runs the toy. A few thousand multiplications: fast enough for every move of a slider. */
export function runToy({planted, factor, lambda, l0, rounds, order}: ToyOptions): Toy {
  const start = embed(planted);
  const plain = trunk(start, factor, false);
  const purified = trunk(start, factor, true);
  const maps = purified.layers.map(({map}) => map);
  const sets = purified.layers.map(({outliers}) => outliers);
  const {map: saeMap, features: sae} = enhance(purified.x, lambda);
  const sum = summedMaps(maps, sets, Math.min(l0, maps.length) - 1);
  const mixing = normalised(sum, {rounds, order});
  return {
    plain: plain.layers,
    purified: purified.layers,
    saeMap,
    features: {
      plain: patchesOf(plain.x),
      som: patchesOf(purified.x),
      sae,
      vis: {width, values: Float32Array.from(integrated(mixing, sae.values))}
    },
    masked: maps.map((map, l) => square(maskedMap(map, sets[l]))),
    sum: square(sum),
    integrated: square(rounds > 0 ? mixing : rowsToOne(sum)),
    last: {
      tokens: {width, values: plain.x},
      queries: {width, values: queries(plain.x)},
      keys: {width, values: keys(plain.x)}
    },
    registers: withRegister(start)
  };
}

/** What a second model sees of the patches: the two contents, and nothing that draws attention. */
export function secondFeatures(): Rows {
  return {width, values: embed(new Set()).subarray(width)};
}

/** Which patches show the object, 1 and −1, as a picture of three equal planes. */
export function toyPicture(): Float32Array {
  return Float32Array.from({length: 3 * patches}, (_, i) => (object.has(i % patches) ? 1 : -1));
}

/** The plain trunk with a token of zeros behind the patches, which takes over what the FFN adds to who draws attention. */
function withRegister(start: Float64Array): Toy["registers"] {
  let x: Float64Array = Float64Array.of(...start, 0, 0, 0);
  return Array.from({length: layers - 1}, () => {
    x = feed(x, attention(queries(x), keys(x), 1), true);
    const norms = tokenNorms(patchesOf(x));
    return {patches: norms.slice(0, patches), register: norms[patches]};
  });
}

/** The toy's Eq. 3 before the upsampling: cosines of patches with both words. */
export function toyCosines(features: FeatureMap): Record<keyof typeof toyWords, Float64Array> {
  return {object: cosinesTo(features, toyWords.object), ground: cosinesTo(features, toyWords.ground)};
}

function embed(planted: ReadonlySet<number>): Float64Array {
  const x = new Float64Array(tokens * width);
  x.set([0.3, 0.3, 0]);
  for (let i = 0; i < patches; ++i) {
    // A little unevenness, the same on every run, so that no two patches are alike.
    const uneven = 0.12 * Math.sin(2.7 * i + 0.4);
    const shows = object.has(i) ? [1 + uneven, 0.15 - uneven / 2] : [0.15 + uneven / 2, 1 - uneven];
    x.set([...shows, planted.has(i) ? 1 : 0], (i + 1) * width);
  }
  return x;
}

function trunk(start: Float64Array, factor: number, repaired: boolean): {x: Float64Array; layers: ToyLayer[]} {
  let x = start;
  const made: ToyLayer[] = [];
  for (let l = 1; l < layers; ++l) {
    const map = attention(queries(x), keys(x), 1);
    const out = feed(x, map);
    const classRow = Float64Array.from({length: patches}, (_, i) => map.values[i + 1]);
    const diagonal = Float64Array.from({length: patches}, (_, i) => map.values[(i + 1) * tokens + i + 1]);
    const {outliers} = som({classRows: classRow, diagonals: diagonal, heads: 1}, {factor});
    const kept = out.slice();
    const features = patchesOf(out);
    if (repaired) kept.set(repair(features, toyGrid, outliers).values, width);
    made.push({
      map,
      norms: tokenNorms(features),
      repairedNorms: tokenNorms(patchesOf(kept)),
      classRow,
      diagonal,
      outliers
    });
    x = kept;
  }
  return {x, layers: made};
}

/** Eq. 6 and 7, read as a block: the attention swapped, residual and FFN kept. */
function enhance(x: Float64Array, lambda: number): {map: AttentionMap; features: FeatureMap} {
  const [q, k] = [queries(x), keys(x)];
  const [qq, kk] = [logits(q, q), logits(k, k)];
  const map = softmax(qq.map((value, cell) => lambda * (value + kk[cell])));
  return {map, features: patchesOf(feed(x, map))};
}

/** Content asks for like content; whoever does not draw attention asks for those who do. */
function queries(x: Float64Array): Float64Array {
  return mapTokens(x, ([a, b, draws]) => [sharp * a, sharp * b, pull * (1 - Math.min(1, draws))]);
}

function keys(x: Float64Array): Float64Array {
  return mapTokens(x, ([a, b, draws]) => [sharp * a, sharp * b, Math.min(1, draws)]);
}

const sharp = 2.3;
const pull = 8;

/** Residual, attention and an FFN that makes whoever draws attention longer. */
function feed(x: Float64Array, {tokens: count, values: weights}: AttentionMap, moved = false): Float64Array {
  const u = x.slice();
  for (let i = 0; i < count; ++i)
    for (let j = 0; j < count; ++j)
      for (let d = 0; d < width; ++d)
        u[i * width + d] += 0.5 * weights[i * count + j] * x[j * width + d] * (d < 2 ? 1 : 0.12);
  const active = (draws: number): number => 1.3 * Math.max(0, draws - 0.7);
  if (!moved) return mapTokens(u, ([a, b, draws]) => [a, b, draws + active(draws)]);
  // The largest activation goes to the register, the last token; patches have none.
  const draws = Array.from({length: count}, (_, i) => u[i * width + 2]);
  u[count * width - 1] += Math.max(...draws.map(active));
  return u;
}

function attention(q: Float64Array, k: Float64Array, scale: number): AttentionMap {
  return softmax(logits(q, k).map((value) => scale * value));
}

/** QKᵀ / √d. */
function logits(q: Float64Array, k: Float64Array): Float64Array {
  const count = q.length / width;
  return Float64Array.from({length: count * count}, (_, cell) => {
    const [i, j] = [Math.floor(cell / count), cell % count];
    let dot = 0;
    for (let d = 0; d < width; ++d) dot += q[i * width + d] * k[j * width + d];
    return dot / Math.sqrt(width);
  });
}

function softmax(values: Float64Array): AttentionMap {
  return square(rowsToOne(values.map(Math.exp)));
}

function mapTokens(x: Float64Array, change: (token: number[]) => number[]): Float64Array {
  const out = new Float64Array(x.length);
  for (let i = 0; i < x.length; i += width) out.set(change(Array.from(x.subarray(i, i + width))), i);
  return out;
}

function patchesOf(x: Float64Array): FeatureMap {
  return {width, values: Float32Array.from(x.subarray(width))};
}

function square(values: Float64Array): AttentionMap {
  return {tokens: Math.round(Math.sqrt(values.length)), values: Float32Array.from(values)};
}
