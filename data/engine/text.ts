/** Words for CLIP in Node: the text tower of a model's folder, its tokeniser, and a cache on the disk. */

import {createHash} from "node:crypto";
import {existsSync, readFileSync} from "node:fs";
import {mkdir, readFile, rename, writeFile} from "node:fs/promises";
import {dirname, join} from "node:path";
import {fileURLToPath} from "node:url";
import type {TextVectors} from "../../components/model/lexicon.js";
import type {Device} from "../../components/model/runtime.js";
import {readMerges} from "../../components/model/text/merges.js";
import {openHubTokenizer} from "../../components/model/text/hub-tokenizer.js";
import {createTokenizer} from "../../components/model/text/tokenizer.js";
import type {TextModel} from "../../components/model/text/model.js";
import {type TextTokens, TextTower} from "../../components/model/text/tower.js";
import {type VectorCache, wordVectors, type WordOptions} from "../../components/model/text/features.js";
import {readJson} from "../hub/weightsFile.js";
import {cpu} from "./device.js";

const project = fileURLToPath(new URL("../..", import.meta.url));

/** Files that hold CLIP's merge table, the likeliest first. */
const tables = ["tokenizer.json", "merges.txt", "bpe_simple_vocab_16e6.txt.gz"];

/**
 * The tokeniser of a model's folder. OpenAI's own files have none beside them; every CLIP has the same table, so
 * `../shared/models/clip-bpe` does for them too.
 *
 * @throws Error naming the files that would do
 */
export async function openTokenizer(folder: string, {at, geometry}: TextModel): Promise<TextTokens> {
  if (at === "last") {
    const file = join(folder, "tokenizer.json");
    if (!existsSync(file)) throw new Error(`${folder} has no tokenizer.json, by which its texts become tokens.`);
    return openHubTokenizer(readJson(file), geometry.vocabulary);
  }
  const places = [folder, join(project, "..", "shared", "models", "clip-bpe")];
  const path = places.flatMap((place) => tables.map((name) => join(place, name))).find((file) => existsSync(file));
  if (!path) throw new Error(`${folder} has no tokeniser; it needs one of ${tables.join(", ")}.`);
  try {
    return createTokenizer(await readMerges(new Uint8Array(await readFile(path))));
  } catch (cause) {
    throw new Error(`${path}: ${cause instanceof Error ? cause.message : String(cause)}`, {cause});
  }
}

/** Word vectors as small files, one a word: several processes may use it at once. */
export class FolderCache implements VectorCache {
  constructor(private readonly folder = join(project, ".cache", "text")) {}

  async get(key: string): Promise<Float32Array | undefined> {
    const bytes = await readFile(this.path(key)).catch(() => undefined);
    // A length that is no multiple of a number's is no file of ours.
    if (!bytes?.length || bytes.length % 4) return undefined;
    return new Float32Array(new Uint8Array(bytes).buffer);
  }

  async set(key: string, vector: Float32Array): Promise<void> {
    const path = this.path(key);
    await mkdir(dirname(path), {recursive: true});
    await writeFile(`${path}.part-${process.pid}`, new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength));
    await rename(`${path}.part-${process.pid}`, path);
  }

  private path(key: string): string {
    const name = createHash("sha256").update(key).digest("hex");
    return join(this.folder, name.slice(0, 2), `${name}.f32`);
  }
}

/** A model that answers any word, by its text tower. */
export interface TowerText {
  vectors(words: readonly string[], options?: WordOptions): Promise<TextVectors>;
  close(): Promise<void>;
}

/**
 * Words for a text tower. The tower starts only when a word is not in the cache.
 *
 * @param model the tower, the folder it is from, and the SHA-256 of its weights
 */
export function openWords(
  {tower, folder, hash}: {tower: TextModel; folder: string; hash: string},
  {device = cpu(), cache = new FolderCache()}: {device?: Device; cache?: VectorCache} = {}
): TowerText {
  let started: Promise<TextTower> | undefined;
  const start = (): Promise<TextTower> =>
    (started ??= openTokenizer(folder, tower).then((tokenizer) => new TextTower(tower, tokenizer, device)));
  return {
    vectors: (words, options) =>
      wordVectors({encode: async (...given) => (await start()).encode(...given)}, words, {
        cache,
        model: keyOf(folder, tower, hash),
        ...options
      }),
    close: async () => (await started)?.close()
  };
}

/** What a word's vector depends on besides the word: weights, and the tokeniser where models bring different ones. */
function keyOf(folder: string, {at}: TextModel, hash: string): string {
  const file = join(folder, "tokenizer.json");
  if (at !== "last" || !existsSync(file)) return hash;
  return createHash("sha256").update(hash).update(readFileSync(file)).digest("hex");
}
