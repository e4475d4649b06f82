// A model that a site offers, laid over a built site: another build would take a minute.
import {mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {partName, type ModelEntry} from "../../components/live/catalog.js";
import {cutWeights} from "../../data/site/weights.js";
import {type ClipSizes, configOf, huggingfaceFile} from "./text-layouts.js";
import type {ServeOptions} from "./serve.js";

/** A CLIP in the layout of the published ones, with random weights: any word has a vector, and no meaning. */
const sizes: ClipSizes = {
  width: 64,
  layers: 4,
  heads: 1,
  patch: 32,
  grid: 7,
  features: 48,
  textWidth: 64,
  textLayers: 2,
  textHeads: 1,
  vocabulary: 515
};

const json = (content: object) => Buffer.from(JSON.stringify(content));

/** The files of its folder. */
export function clipFiles(layers: number) {
  return {
    "model.safetensors": Buffer.from(huggingfaceFile({...sizes, layers})),
    "config.json": json(configOf({...sizes, layers})),
    "tokenizer.json": json({model: {type: "BPE", end_of_word_suffix: "</w>", merges: ["l o"]}})
  };
}

/** With as few blocks as run in more than one stretch. */
export const tinyClip = clipFiles(sizes.layers);

/** The list of models as a build would write it with the tiny CLIP in it, in parts of some length. */
export async function tinyEntry(id: string, partBytes: number): Promise<ModelEntry> {
  const folder = mkdtempSync(join(tmpdir(), "sfp-model-"));
  const file = join(folder, "model.safetensors");
  writeFileSync(file, tinyClip["model.safetensors"]);
  const cut = await cutWeights(file, partBytes);
  rmSync(folder, {recursive: true});
  return {id, title: "A tiny CLIP", ...cut, tokenizer: true};
}

/** What a host has to answer beside the built site for it to offer a model. */
export function offering(entry: ModelEntry, folder = "dist"): NonNullable<ServeOptions["extra"]> {
  const extra: NonNullable<ServeOptions["extra"]> = new Map();
  const name = readdirSync(`${folder}/_file/data/models`).find((file) => /^index\.[0-9a-f]+\.json$/.test(file))!;
  const index = `_file/data/models/${name}`;
  const entries = JSON.parse(readFileSync(`${folder}/${index}`, "utf8")) as ModelEntry[];
  const add = (path: string, body: Uint8Array, type = "application/octet-stream") => extra.set(path, {body, type});
  add(index, json([...entries, entry]), "application/json");
  const at = `data/models/${entry.id}`;
  for (const file of ["config.json", "tokenizer.json"] as const)
    add(`${at}/${file}`, tinyClip[file], "application/json");
  const weights = tinyClip["model.safetensors"];
  for (const part of entry.parts.keys())
    add(`${at}/${partName(entry, part)}`, weights.subarray(part * entry.partBytes, (part + 1) * entry.partBytes));
  return extra;
}
