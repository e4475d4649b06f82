import {existsSync} from "node:fs";
import {basename, join, resolve} from "node:path";
import {fileURLToPath} from "node:url";
import {findModel, idOf, isRepository, type FoundModel} from "../hub/folders.js";
import {readLock} from "../hub/lock.js";
import {publicHub, resolveUrl} from "../hub/metadata.js";
import {servedWeights} from "./served.js";
import {partNames} from "./weights.js";

/** A model that the site offers. */
export interface ShippedModel {
  /** What pages and addresses call it. */
  id: string;
  /** How it was named: an id, OWNER/NAME on the hub, or a folder; the id where nothing is said. */
  word?: string;
  /** Whether its weights stay on the hub that they were fetched from. */
  remote: boolean;
}

/** What stands behind a name where the weights are to stay on the hub. */
const remoteMark = "@hub";

/** The models that the site offers: the project's own, and those that `MODELS` names, each perhaps with @hub. */
export function shippedModels(): ShippedModel[] {
  const models = new Map<string, ShippedModel>();
  if (existsSync(fileURLToPath(new URL("../models/mini/model.safetensors", import.meta.url))))
    models.set("mini", {id: "mini", remote: false});
  for (const named of (process.env.MODELS ?? "").split(",").map((part) => part.trim())) {
    const remote = named.endsWith(remoteMark);
    const word = remote ? named.slice(0, -remoteMark.length) : named;
    if (word) models.set(servedId(word), {id: servedId(word), word, remote});
  }
  return [...models.values()];
}

/** The id under which a model is served that was named so. */
function servedId(word: string): string {
  if (isRepository(word)) return idOf(word);
  return /[/\\]|^\.+$/.test(word) ? basename(resolve(word)) : word;
}

/**
 * Finds a model that the site offers.
 *
 * @throws Error when it is not here, or its folder's name cannot stand in addresses
 */
export async function findShipped({id, word = id}: Pick<ShippedModel, "id" | "word">): Promise<FoundModel> {
  const found = await findModel(word);
  if (/^[\w][\w.-]*$/.test(id)) return found;
  throw new Error(
    `${found.folder}: rename the folder to letters, digits, dots and dashes; pages name the model by it.`
  );
}

/** Finds one by its id, as loaders are asked for it. */
export function findServed(id: string): Promise<FoundModel> {
  return findShipped(shippedModels().find((model) => model.id === id) ?? {id});
}

/** Files of a model that lie in the site: beside weights and config those that it has. */
export async function modelFiles(model: ShippedModel): Promise<string[]> {
  const found = await findShipped(model);
  const weights = model.remote ? [] : partNames(servedWeights(found));
  const others = ["tokenizer.json", "preprocessor_config.json"].filter((name) => existsSync(join(found.folder, name)));
  return [...weights, "config.json", ...others];
}

/** Where a model's weights are on the hub, in the commit that they were fetched from, and their SHA-256. */
export interface RemoteWeights {
  address: string;
  sha256: string;
}

/**
 * Looks up what is recorded of a model that was fetched from a hub.
 *
 * @param word its id or OWNER/NAME
 * @throws Error when it was not fetched: what a page fetches has to be known as the site is built; or when it is no
 *   single safetensors file, which a page reads alone
 */
export async function remoteWeights(word: string): Promise<RemoteWeights> {
  const {folder, weights} = await findModel(word);
  const lock = await readLock(folder);
  if (!weights.endsWith(".safetensors"))
    throw new Error(
      `${word}${remoteMark}: ${weights} is not one safetensors file, which a page can fetch; leave ${remoteMark} out, and the site serves a copy of it.`
    );
  const sha256 = lock?.files[weights]?.sha256;
  if (!lock || !sha256)
    throw new Error(
      `${word}${remoteMark}: ${folder} has no record of a download, so the hash of the hub's file is not known; run \`npm run sfp -- models get ${word}\` once.`
    );
  const {endpoint, repository, commit, revision} = lock;
  return {
    address: resolveUrl({endpoint, repository, revision: commit ?? revision, path: weights}).href,
    sha256
  };
}

/** Where the public hub sends who asks for a large file: hosts that differ by region and by the file's age. */
const publicStorage = ["https://*.hf.co", "https://*.huggingface.co"];

/** The hosts, as a content security policy names them, that the site's models are fetched from beside the site itself. */
export async function modelHosts(): Promise<string[]> {
  const hosts = new Set<string>();
  for (const {id, word = id} of shippedModels().filter(({remote}) => remote)) {
    const {origin} = new URL((await remoteWeights(word)).address);
    hosts.add(origin);
    if (origin === publicHub) for (const storage of publicStorage) hosts.add(storage);
  }
  return [...hosts];
}
