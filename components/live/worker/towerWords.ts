/** Words by a model's own text tower, where it has one: any word is answered, by the weights that are here already. */
import type {TextVectors} from "../../model/lexicon.js";
import type {Model} from "../../model/model.js";
import type {Device} from "../../model/runtime.js";
import {wordVectors, type WordOptions} from "../../model/text/features.js";
import {readMerges} from "../../model/text/merges.js";
import {createTokenizer} from "../../model/text/tokenizer.js";
import {openHubTokenizer} from "../../model/text/hub-tokenizer.js";
import type {TextModel} from "../../model/text/model.js";
import {TextTower, type TextTokens} from "../../model/text/tower.js";

/** A text tower that keeps what it has encoded. */
export interface TowerWords {
  vectors(words: readonly string[], options?: Pick<WordOptions, "onProgress" | "signal">): Promise<TextVectors>;
}

/**
 * The words of a model with a text tower; undefined for a model without one.
 *
 * @param table its `tokenizer.json`, or, for CLIP's kind, another file with its merge table
 * @throws Error saying what is missing, or what does not belong together
 */
export async function openTowerWords(
  {id, textTower}: Model,
  {table, device}: {table?: Uint8Array<ArrayBuffer>; device: Device}
): Promise<TowerWords | undefined> {
  if (!textTower) return undefined;
  if (!table)
    throw new Error(
      `${id} has a text tower, but nothing that cuts words into its tokens: put tokenizer.json beside the model.`
    );
  const tower = new TextTower(textTower, await openTokenizer(textTower, table), device);
  const kept = new Map<string, Float32Array>();
  const cache = {
    get: (key: string) => Promise.resolve(kept.get(key)),
    set: (key: string, vector: Float32Array) => Promise.resolve(void kept.set(key, vector))
  };
  return {vectors: (words, options) => wordVectors(tower, words, {...options, cache, model: id})};
}

/** What cuts texts into a tower's tokens: SigLIP's, whose last place counts, by its own file; CLIP's by its merge table. */
async function openTokenizer(tower: TextModel, table: Uint8Array<ArrayBuffer>): Promise<TextTokens> {
  if (tower.at !== "last") return createTokenizer(await readMerges(table));
  let file: unknown;
  try {
    file = JSON.parse(new TextDecoder().decode(table));
  } catch (cause) {
    throw new Error("The tokeniser's file is no tokenizer.json, or is damaged; this model needs its own.", {cause});
  }
  return openHubTokenizer(file, tower.geometry.vocabulary);
}
