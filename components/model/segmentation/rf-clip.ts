/** RF-CLIP's words: clustered once, moved towards the patches of each window, with a share of the whole picture (docs/methods.md, 5.6). */
import {choice, number, type ValuesOf} from "../../analysis/options.js";
import type {TextMatrix} from "./scores.js";

export const rfClipWords = {
  global: number({
    least: 0,
    most: 1,
    default: 0.25,
    about: "share of the whole picture's cosine in every patch's scores"
  }),
  vector: number({
    least: 0,
    most: 1,
    default: 0.04,
    about: "how far one word of each cluster moves towards the window"
  }),
  threshold: number({least: 0, most: 2, default: 0.09, about: "cosine distance up to which words form a cluster"}),
  embedding: choice({
    values: ["picture", "window"],
    about: "whose class token is compared with the words: the whole picture's, or each window's own"
  })
};

export type RfClipWords = ValuesOf<typeof rfClipWords>;

/**
 * Clusters of queries: cosine distance, complete linkage, merged while the distance is at most `threshold`. Of equal
 * distances the first pair merges first.
 *
 * @returns the queries of each cluster, ascending; clusters in the order of their first query
 */
export function clusterQueries(text: TextMatrix, queries: number, threshold: number): number[][] {
  const rows = unitRows(text, queries);
  const clusters = rows.map((_, query) => [query]);
  const apart = rows.map((a) => rows.map((b) => 1 - dot(a, b)));
  for (;;) {
    let [least, first, second] = [Infinity, -1, -1];
    for (let a = 0; a < clusters.length; ++a)
      for (let b = a + 1; b < clusters.length; ++b)
        if (apart[a][b] < least) [least, first, second] = [apart[a][b], a, b];
    if (!(least <= threshold)) return clusters;
    clusters[first] = [...clusters[first], ...clusters[second]].toSorted((a, b) => a - b);
    for (let c = 0; c < clusters.length; ++c)
      apart[first][c] = apart[c][first] = Math.max(apart[first][c], apart[second][c]);
    clusters.splice(second, 1);
    apart.splice(second, 1);
    for (const row of apart) row.splice(second, 1);
  }
}

/**
 * A window's scores, N × Q: (1 − w) f·t + w g·t, where in each cluster the query nearest to the image embedding g has
 * moved: t ← unit((1 − v) t + v unit(mean of the two patches most like it)).
 *
 * @param features N × E, any length
 * @param embedding of the picture, any length
 */
export function rfClipScores(
  features: Float32Array,
  embedding: Float32Array,
  {text, clusters, global, vector}: {text: TextMatrix; clusters: readonly (readonly number[])[]} & RfClipWords
): Float32Array {
  const width = embedding.length;
  const patches = unitRows(features, features.length / width);
  const [whole] = unitRows(embedding, 1);
  const queries = text.length / width;
  const words = unitRows(text, queries);
  const plain = words.map((word) => dot(word, whole));
  const moved = [...words];
  for (const cluster of clusters) {
    const nearest = cluster.reduce((best, query) => (plain[query] > plain[best] ? query : best));
    moved[nearest] = towards(words[nearest], patches, vector);
  }
  const out = new Float32Array(patches.length * queries);
  patches.forEach((patch, i) =>
    moved.forEach((word, query) => (out[i * queries + query] = (1 - global) * dot(patch, word) + global * plain[query]))
  );
  return out;
}

/** A word moved towards the mean of the two patches most like it. */
function towards(word: Float64Array, patches: readonly Float64Array[], share: number): Float64Array {
  const like = patches.map((patch) => dot(patch, word));
  const two = like
    .map((_, i) => i)
    .toSorted((a, b) => like[b] - like[a])
    .slice(0, 2);
  const pull = unit(word.map((_, k) => two.reduce((sum, i) => sum + patches[i][k], 0)));
  return unit(word.map((value, k) => (1 - share) * value + share * pull[k]));
}

function unitRows(rows: Float32Array, count: number): Float64Array[] {
  const width = rows.length / count;
  return Array.from({length: count}, (_, i) => unit(Float64Array.from(rows.subarray(i * width, (i + 1) * width))));
}

/** At unit length; zeros stay. */
function unit(row: Float64Array): Float64Array {
  const length = Math.sqrt(dot(row, row));
  return length > 0 ? row.map((value) => value / length) : row;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; ++k) sum += a[k] * b[k];
  return sum;
}
