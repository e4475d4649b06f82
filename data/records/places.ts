/** Where the archives of analysed photos lie. Importing this is cheap: the engine is loaded by what has to compute. */
import {createHash} from "node:crypto";
import {mkdirSync, readdirSync, readFileSync, rmSync} from "node:fs";
import {basename, dirname, join} from "node:path";
import {fileURLToPath} from "node:url";
import {codeHash} from "../engine/code.js";
import {writeWhole} from "../files/output.js";
import {findModel} from "../hub/folders.js";
import {weightsFiles} from "../hub/weightsFile.js";
import {importedArchive} from "../site/imports.js";
import {imageFolder, type PhotoFile} from "../site/photos.js";
import {secondModel} from "../site/second.js";
import {snapshotOf} from "../site/snapshots.js";

const project = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Where the archive of a photo under a model lies, or will: with the model's weights at hand in `.cache/records`, under
 * a name that changes with weights, the second model's too, photo, code and the libraries that decode and compute; without them it is the
 * committed snapshot of this very picture.
 *
 * @throws Error saying how to get the model, where neither is here
 */
export async function archiveFile(modelId: string, {id, file, hash}: PhotoFile): Promise<string> {
  const imported = importedArchive(modelId, id);
  if (imported !== undefined) return imported;
  let weights: string;
  try {
    weights = await weightsHash(modelId);
  } catch (error) {
    const snapshot = snapshotOf(modelId, hash);
    if (snapshot) return snapshot;
    throw error;
  }
  const photo = readFileSync(join(imageFolder, file));
  // Some methods look through a second model.
  const second = await secondModel(modelId);
  const key = createHash("sha256")
    .update(weights)
    .update(second === undefined ? "" : await weightsHash(second))
    .update(codeHash())
    .update(id)
    .update(photo)
    .digest("hex");
  return join(project, ".cache/records", modelId, id, `${key.slice(0, 32)}.zip`);
}

/** Keeps an archive where `archiveFile` looks for it; those of earlier code, weights or photos go. */
export function keepArchive(file: string, archive: Uint8Array): void {
  const folder = dirname(file);
  mkdirSync(folder, {recursive: true});
  writeWhole(file, archive);
  for (const other of readdirSync(folder)) if (other !== basename(file)) rmSync(join(folder, other), {force: true});
}

const weights = new Map<string, Promise<string>>();

/** SHA-256 of a model's weights, read once in a process. */
function weightsHash(modelId: string): Promise<string> {
  const known = weights.get(modelId);
  if (known) return known;
  const hash = findModel(modelId).then(({folder, weights: name}) => {
    const all = createHash("sha256");
    for (const file of weightsFiles(folder, name)) all.update(readFileSync(join(folder, file)));
    return all.digest("hex");
  });
  weights.set(modelId, hash);
  return hash;
}
