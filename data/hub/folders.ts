/** Where models lie on this machine. */

import {existsSync} from "node:fs";
import {readdir, stat} from "node:fs/promises";
import {basename, join, resolve} from "node:path";
import {fileURLToPath} from "node:url";
import {modelCatalog, type CatalogEntry} from "./catalog.js";
import {HubError} from "./errors.js";
import {weightsIn} from "./weightsFile.js";

/** Which of the places a model was found in. */
export type ModelPlace = "path" | "SFP_MODELS" | "cache" | "project" | "shared";

export interface FoundModel {
  id: string;
  folder: string;
  /** The name of its weights, or of the index of their parts, in the folder. */
  weights: string;
  source: ModelPlace;
}

/** A model as lists show it. */
export interface ListedModel {
  id: string;
  title?: string;
  text?: CatalogEntry["text"];
  /** Where it is; absent when it would have to be fetched. */
  found?: FoundModel;
  repository?: string;
  megabytes?: number;
}

/** What {@link findModel} looks at beside its argument; tests give their own. */
export interface Places {
  /** The project's folder. */
  project?: string;
  environment?: NodeJS.ProcessEnv;
}

const projectFolder = fileURLToPath(new URL("../..", import.meta.url));
/** Where downloads go: `SFP_MODELS`, else `.cache/models` in the project. */
export function cacheFolder({project = projectFolder, environment = process.env}: Places = {}): string {
  return environment.SFP_MODELS ? resolve(environment.SFP_MODELS) : join(project, ".cache", "models");
}

/** Folders of models, in the order in which they are searched. */
function roots({project = projectFolder, environment = process.env}: Places): [ModelPlace, string][] {
  return [
    ...(environment.SFP_MODELS ? [["SFP_MODELS", resolve(environment.SFP_MODELS)] as [ModelPlace, string]] : []),
    ["cache", join(project, ".cache", "models")],
    ["project", join(project, "data", "models")],
    ["shared", resolve(project, "..", "shared", "models")]
  ];
}

/** OWNER/NAME, as the hub names its repositories. */
const repositoryName = /^([\w][\w.-]*)\/([\w][\w.-]*)$/;

/** Whether a word names a repository of the hub, and no folder that is here. */
export function isRepository(word: string): boolean {
  return repositoryName.test(word) && !existsSync(word);
}

/** The id of a repository's model: its row in the table of models, or a name that can stand in paths. */
export function idOf(repository: string): string {
  return modelCatalog.find((entry) => entry.repository === repository)?.id ?? repository.replace("/", "--");
}

/**
 * The folder of a model, by name, by its repository on the hub (OWNER/NAME) or by path. The places for a name are `SFP_MODELS`, the project's cache,
 * `data/models` and `../shared/models`.
 *
 * @throws HubError "not-here" with the command that fetches it; "unknown-model" when nothing has that name
 */
export async function findModel(idOrFolder: string, places: Places = {}): Promise<FoundModel> {
  const repository = isRepository(idOrFolder) ? idOrFolder : undefined;
  if (repository === undefined && /[/\\]|^\.+$/.test(idOrFolder)) return explicitFolder(idOrFolder);
  const name = repository === undefined ? idOrFolder : idOf(repository);
  for (const [source, root] of roots(places)) {
    const folder = join(root, name);
    const weights = weightsIn(folder);
    if (weights !== undefined) return {id: name, folder, weights, source};
  }
  if (repository !== undefined)
    throw new HubError(
      "not-here",
      `${repository} is not here, neither as a folder nor from the hub: run \`npm run sfp -- models get ${repository}\``
    );
  if (weightsIn(idOrFolder) !== undefined) return explicitFolder(idOrFolder);
  const entry = modelCatalog.find(({id}) => id === idOrFolder);
  if (entry?.repository)
    throw new HubError("not-here", `${entry.id} is not here: run \`npm run sfp -- models get ${entry.id}\``);
  if (entry)
    throw new HubError("not-here", `${entry.id} is not here: data/models/${entry.id} has no model.safetensors`);
  const ids = (await listModels(places)).map(({id}) => id);
  throw new HubError(
    "unknown-model",
    `no model is called "${idOrFolder}"; known are ${ids.join(", ")}, or give a folder`
  );
}

async function explicitFolder(path: string): Promise<FoundModel> {
  const folder = resolve(path);
  const stats = await stat(folder).catch(() => undefined);
  if (!stats) throw new HubError("not-here", `${path}: no such folder`);
  if (!stats.isDirectory())
    throw new HubError(
      "not-here",
      `${path}: a model is a folder with model.safetensors or other weights, this is a file`
    );
  const weights = weightsIn(folder);
  if (weights === undefined)
    throw new HubError(
      "not-here",
      `${path}: has no model.safetensors, nor its index, pytorch_model.bin, or a single .pt or .pth`
    );
  return {id: basename(folder), folder, weights, source: "path"};
}

/** Every model that is known by name or lies in one of the places. */
export async function listModels(places: Places = {}): Promise<ListedModel[]> {
  const found = new Map<string, FoundModel>();
  for (const [source, root] of roots(places)) {
    const entries = await readdir(root, {withFileTypes: true}).catch(() => []);
    for (const id of entries.filter((entry) => !entry.isFile()).map(({name}) => name)) {
      const folder = join(root, id);
      const weights = found.has(id) ? undefined : weightsIn(folder);
      if (weights !== undefined) found.set(id, {id, folder, weights, source});
    }
  }
  const known = modelCatalog.map(({id, title, text, repository, megabytes}) => ({
    id,
    title,
    text,
    repository,
    megabytes,
    found: found.get(id)
  }));
  const others = [...found.values()].filter(({id}) => !modelCatalog.some((entry) => entry.id === id));
  return [...known, ...others.map((model) => ({id: model.id, found: model}))];
}

/** Models that stand in where none is named, the best first; the last one comes with the project. */
const preferred = ["clip-vit-b-16", "vit-ti-16", "mini"];

/** The id of the best model that is here. */
export async function bestModel(places: Places = {}): Promise<string> {
  for (const id of preferred) {
    const found = await findModel(id, places).then(
      () => true,
      () => false
    );
    if (found) return id;
  }
  throw new HubError(
    "not-here",
    `None of ${preferred.join(", ")} is here. Get one with: npm run sfp -- models get vit-ti-16`
  );
}
