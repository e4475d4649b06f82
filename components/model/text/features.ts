/** Words to vectors: each word in many sentences, their vectors averaged (docs/methods.md, 1.4). */

import type {TextVectors} from "../lexicon.js";
import {prompts, type TemplateSet} from "./prompts.js";
import type {EncodeOptions, TextEncoding} from "./tower.js";

/** Somewhere to keep word vectors: encoding 80 sentences a word takes seconds. */
export interface VectorCache {
  get(key: string): Promise<Float32Array | undefined>;
  set(key: string, vector: Float32Array): Promise<void>;
}

export interface WordOptions extends EncodeOptions {
  templates?: TemplateSet;
  /** Needs `model`. */
  cache?: VectorCache;
  /** SHA-256 of the weights; cached vectors are of one model. */
  model?: string;
}

/** The name under which a word's vector is kept. */
export function cacheKey(model: string, templates: TemplateSet, word: string): string {
  return `${model} ${templates} ${word}`;
}

/**
 * One row of unit length per word: its sentences' vectors, each normalised, averaged, normalised again.
 * The tower answers any word; whether it knows what the word means is another matter.
 *
 * @throws Error for an empty word, or one too long for the tower
 */
export async function wordVectors(
  tower: TextEncoding,
  words: readonly string[],
  {templates = "imagenet-80", cache, model, onProgress, signal}: WordOptions = {}
): Promise<TextVectors> {
  if (cache && model === undefined) throw new Error("A cache of word vectors needs the model's hash.");
  const trimmed = words.map((word) => word.trim());
  if (trimmed.includes("")) throw new Error("An empty word has no vector.");
  const known = new Map<string, Float32Array>();
  const key = (word: string): string => cacheKey(model ?? "", templates, word);
  for (const word of new Set(trimmed)) {
    const kept = await cache?.get(key(word));
    if (kept) known.set(word, kept);
  }
  const missing = [...new Set(trimmed)].filter((word) => !known.has(word));
  if (missing.length) {
    const sentences = missing.map((word) => prompts(word, templates));
    const {values, width} = await tower.encode(sentences.flat(), {onProgress, signal});
    let row = 0;
    for (const [i, word] of missing.entries()) {
      const vector = meanDirection(values.subarray(row * width, (row += sentences[i].length) * width), width);
      known.set(word, vector);
      await cache?.set(key(word), vector);
    }
  }
  const width = known.values().next().value?.length ?? 0;
  const vectors = new Float32Array(trimmed.length * width);
  trimmed.forEach((word, i) => vectors.set(known.get(word)!, i * width));
  return {vectors, width};
}

/** The direction of the mean of rows' directions. */
export function meanDirection(rows: Float32Array, width: number): Float32Array {
  const sum = new Float64Array(width);
  for (let at = 0; at < rows.length; at += width) {
    const row = rows.subarray(at, at + width);
    const length = norm(row);
    row.forEach((value, i) => (sum[i] += value / length));
  }
  const length = norm(sum);
  return Float32Array.from(sum, (value) => value / length);
}

function norm(values: Float32Array | Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return Math.sqrt(sum) || 1;
}
