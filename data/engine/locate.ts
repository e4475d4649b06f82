import {existsSync} from "node:fs";
import {basename, join, resolve} from "node:path";
import {fileURLToPath} from "node:url";

const project = fileURLToPath(new URL("../..", import.meta.url));

/** Where a model lies: an explicit folder; `SFP_MODELS`; the cache; the project's own; `../shared/models`. */
export async function findModel(idOrFolder: string): Promise<{id: string; folder: string}> {
  const places = [
    process.env.SFP_MODELS,
    join(project, ".cache/models"),
    join(project, "data/models"),
    join(project, "../shared/models")
  ];
  const folders = [resolve(idOrFolder), ...places.flatMap((place) => (place ? [join(place, idOrFolder)] : []))];
  const folder = folders.find((path) => existsSync(join(path, "model.safetensors")));
  if (!folder)
    throw new Error(`There is no model ${idOrFolder} here. Get it with: npm run sfp -- models get ${idOrFolder}`);
  return {id: basename(folder), folder};
}
