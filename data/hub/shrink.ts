/** Smaller copies of models, kept beside the fetched ones under names of their own. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync
} from "node:fs";
import {join} from "node:path";
import {joinShards, readCheckpoint} from "../../components/model/formats/index.js";
import {shrink, shrunkenTypes, type ShrunkenType} from "../../components/model/shrink.js";
import {cacheFolder, findModel, type Places} from "./folders.js";
import {readLock, writeLock} from "./lock.js";
import {readJson, weightsFiles} from "./weightsFile.js";

export interface ShrunkenModel {
  id: string;
  folder: string;
  /** Of `model.safetensors`. */
  bytes: number;
}

export function isShrunkenType(word: string): word is ShrunkenType {
  return (shrunkenTypes as readonly string[]).includes(word);
}

/**
 * Makes a model's smaller copy, ID-float16 or ID-int8, with the files beside its weights. A copy that is newer than the
 * weights is kept.
 *
 * @throws Error when the model is not here or its weights are damaged
 */
export async function shrinkModel(idOrFolder: string, type: ShrunkenType, places: Places = {}): Promise<ShrunkenModel> {
  const {id, folder: source, weights: name} = await findModel(idOrFolder, places);
  const folder = join(cacheFolder(places), `${id}-${type}`);
  const weights = join(source, name);
  const copy = join(folder, "model.safetensors");
  if (!existsSync(copy) || statSync(copy).mtimeMs < statSync(weights).mtimeMs) {
    const parts = new Map(
      weightsFiles(source, name).map((part) => [part, new Uint8Array(readFileSync(join(source, part)))])
    );
    const checkpoint =
      parts.size > 1 ? joinShards(readJson(weights), weights, parts) : readCheckpoint([...parts.values()][0], weights);
    const small = shrink(checkpoint, type);
    // Made beside its place and moved there, so that a half-made copy is never found.
    const part = `${folder}.part-${process.pid}`;
    mkdirSync(part, {recursive: true});
    for (const name of readdirSync(source))
      if (/\.(json|txt|gz)$/.test(name) && name !== "models.lock.json")
        copyFileSync(join(source, name), join(part, name));
    writeFileSync(join(part, "model.safetensors"), small);
    // Where the weights are from decides how they are read; the hashes are those of other files.
    const lock = await readLock(source);
    if (lock) await writeLock(part, {...lock, files: {}});
    rmSync(folder, {recursive: true, force: true});
    renameSync(part, folder);
  }
  return {id: `${id}-${type}`, folder, bytes: statSync(copy).size};
}
