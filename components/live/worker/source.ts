/** A model's bytes and what stands beside them, from the site or from the reader's files. */
import {configFor, joinShards, readCheckpoint} from "../../model/formats/index.js";
import {shardNames} from "../../model/formats/shards.js";
import {readModel, type Model} from "../../model/model.js";
import type {Checkpoint} from "../../model/safetensors.js";
import {fetchData} from "../../site/files.js";
import type {ModelSource, OwnModel} from "../catalog.js";
import {downloadModel} from "./download.js";
import {sha256} from "./sha256.js";
import type {Turn} from "./turn.js";

/** A model that was read, and what its text tower's words are cut by. */
export interface ReadSource {
  model: Model;
  /** SHA-256 of the weights; of shards, of their hashes one after the other. */
  hash: string;
  table?: Uint8Array<ArrayBuffer>;
}

/**
 * Reads a model.
 *
 * @throws Error naming the file that is damaged, missing or not understood
 */
export function readSource(source: ModelSource, turn: Turn): Promise<ReadSource> {
  return "weights" in source ? readOwn(source) : readServed(source, turn);
}

async function readOwn(source: OwnModel): Promise<ReadSource> {
  const {checkpoint, hash} = await readWeights(source);
  const configs = {
    own: await readJson(source.config, "config.json"),
    openclip: await readJson(source.openClipConfig, "open_clip_config.json")
  };
  const model = readModel(source.id, checkpoint, configFor(checkpoint, configs), {
    file: nameOf(source.weights),
    preprocessor: await readJson(source.preprocessor, "preprocessor_config.json")
  });
  return {model, hash, table: source.tokenizer && (await bytesOf(source.tokenizer))};
}

async function readWeights({weights, shards}: OwnModel): Promise<{checkpoint: Checkpoint; hash: string}> {
  const file = nameOf(weights);
  if (!shards) {
    const bytes = await bytesOf(weights);
    return {checkpoint: readCheckpoint(bytes, file), hash: await sha256(bytes)};
  }
  const index = await readJson(weights, file);
  const names = shardNames(index, file);
  const missing = names.filter((name) => !shards[name]);
  if (missing.length)
    throw new Error(
      `${file} asks for ${missing.join(", ")}, not among the files: open them together, or drop them at once.`
    );
  const parts = new Map<string, Uint8Array>();
  const hashes: string[] = [];
  for (const name of names) {
    const bytes = await bytesOf(shards[name]);
    parts.set(name, bytes);
    hashes.push(await sha256(bytes));
  }
  return {checkpoint: joinShards(index, file, parts), hash: await sha256(new TextEncoder().encode(hashes.join("")))};
}

async function readServed(
  {entry, mayAsk}: Extract<ModelSource, {entry: unknown}>,
  {tell, signal}: Turn
): Promise<ReadSource> {
  const {id, hash, repository} = entry;
  const bytes = await downloadModel(entry, {
    mayAsk,
    signal,
    onProgress: (progress) => tell({progress: {stage: "download", ...progress}}),
    onNote: (note) => tell({note})
  });
  const file = (name: string) => fetchData(`models/${id}/${name}`) as Promise<Uint8Array<ArrayBuffer>>;
  const json = async (name: string): Promise<unknown> => JSON.parse(new TextDecoder().decode(await file(name)));
  const preprocessor = entry.preprocessor ? await json("preprocessor_config.json") : undefined;
  const model = readModel(id, bytes, await json("config.json"), {repository, preprocessor});
  return {model, hash, table: entry.tokenizer ? await file("tokenizer.json") : undefined};
}

function nameOf(file: Blob): string {
  return file instanceof File ? file.name : "model.safetensors";
}

async function bytesOf(file: Blob): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await file.arrayBuffer());
}

async function readJson(file: Blob | undefined, name: string): Promise<unknown> {
  if (!file) return undefined;
  try {
    return JSON.parse(await file.text());
  } catch (cause) {
    throw new Error(`${name} is not JSON: it was cut off, or is another file under this name.`, {cause});
  }
}
