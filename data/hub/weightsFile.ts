/** Which of a folder's files are the weights, and what stands beside them. */
import {existsSync, readdirSync, readFileSync, statSync} from "node:fs";
import {join} from "node:path";
import {shardNames} from "../../components/model/formats/shards.js";

/** Names that repositories give their weights, the best first; an index stands for its shards. */
export const weightsNames = [
  "model.safetensors",
  "open_clip_model.safetensors",
  "model.safetensors.index.json",
  "pytorch_model.bin",
  "pytorch_model.bin.index.json",
  "open_clip_pytorch_model.bin"
] as const;

/** Files beside the weights that say how they are to be read, and how texts become tokens. */
export const companionNames = [
  "config.json",
  "open_clip_config.json",
  "preprocessor_config.json",
  "tokenizer.json"
] as const;

/** CLIP's merge table, for repositories that have no tokenizer.json. */
export const mergesName = "merges.txt";

/**
 * Orders names as they are to be tried. open_clip's file has both towers where the other is timm's image tower alone,
 * which is so where open_clip's config stands without transformers' preprocessor.
 */
export function preferred(has: (name: string) => boolean): string[] {
  const openclip = has("open_clip_config.json") && !has("preprocessor_config.json");
  return [...weightsNames]
    .toSorted((a, b) => (openclip ? Number(b.startsWith("open_clip")) - Number(a.startsWith("open_clip")) : 0))
    .filter(has);
}

/** The name of a folder's weights, or of their index; the only file of that kind where it has another name. */
export function weightsIn(folder: string): string | undefined {
  const [known] = preferred((name) => existsSync(join(folder, name)));
  if (known !== undefined || !statSync(folder, {throwIfNoEntry: false})?.isDirectory()) return known;
  const others = readdirSync(folder).filter((name) => /\.(safetensors|pt|pth|bin)$/.test(name));
  return others.length === 1 ? others[0] : undefined;
}

/**
 * The files that weights lie in: one, or the shards of an index.
 *
 * @throws Error when the index is damaged
 */
export function weightsFiles(folder: string, weights: string): string[] {
  if (!weights.endsWith(".index.json")) return [weights];
  return shardNames(readJson(join(folder, weights)), join(folder, weights));
}

/** A JSON file; undefined where there is none. @throws Error when it is not JSON */
export function readJson(file: string): unknown {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    throw new Error(`${file} is not JSON; fetch the model again.`, {cause});
  }
}
