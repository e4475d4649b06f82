import {existsSync} from "node:fs";
import {join} from "node:path";
import {fileURLToPath} from "node:url";
import {findModel} from "../hub/folders.js";
import {readLock} from "../hub/lock.js";
import {publicHub, resolveUrl} from "../hub/metadata.js";
import {partNames} from "./weights.js";

/** A model that the site offers. */
export interface ShippedModel {
  id: string;
  /** Whether its weights stay on the hub that they were fetched from. */
  remote: boolean;
}

/** What stands behind an id where the weights are to stay on the hub. */
const remoteMark = "@hub";

/** The models that the site offers: the project's own, and those that `MODELS` names, as ID or ID@hub. */
export function shippedModels(): ShippedModel[] {
  const models = new Map<string, ShippedModel>();
  if (existsSync(fileURLToPath(new URL("../models/mini/model.safetensors", import.meta.url))))
    models.set("mini", {id: "mini", remote: false});
  for (const word of (process.env.MODELS ?? "").split(",").map((part) => part.trim())) {
    const remote = word.endsWith(remoteMark);
    const id = remote ? word.slice(0, -remoteMark.length) : word;
    if (id) models.set(id, {id, remote});
  }
  return [...models.values()];
}

/** Files of a model that lie in the site: its tokeniser only where it has one. */
export async function modelFiles({id, remote}: ShippedModel): Promise<string[]> {
  const {folder} = await findModel(id);
  const weights = remote ? [] : partNames(join(folder, "model.safetensors"));
  const tokenizer = existsSync(join(folder, "tokenizer.json")) ? ["tokenizer.json"] : [];
  return [...weights, "config.json", ...tokenizer];
}

/** Where a model's weights are on the hub, in the commit that they were fetched from, and their SHA-256. */
export interface RemoteWeights {
  address: string;
  sha256: string;
}

/**
 * Looks up what is recorded of a model that was fetched from a hub.
 *
 * @throws Error when it was not: what a page fetches has to be known as the site is built
 */
export async function remoteWeights(id: string): Promise<RemoteWeights> {
  const {folder} = await findModel(id);
  const lock = await readLock(folder);
  const sha256 = lock?.files["model.safetensors"]?.sha256;
  if (!lock || !sha256)
    throw new Error(
      `${id}${remoteMark}: ${folder} has no record of a download, so the hash of the hub's file is not known; run \`npm run sfp -- models get ${id}\` once.`
    );
  const {endpoint, repository, commit, revision} = lock;
  return {
    address: resolveUrl({endpoint, repository, revision: commit ?? revision, path: "model.safetensors"}).href,
    sha256
  };
}

/** Where the public hub sends who asks for a large file: hosts that differ by region and by the file's age. */
const publicStorage = ["https://*.hf.co", "https://*.huggingface.co"];

/** The hosts, as a content security policy names them, that the site's models are fetched from beside the site itself. */
export async function modelHosts(): Promise<string[]> {
  const hosts = new Set<string>();
  for (const {id} of shippedModels().filter(({remote}) => remote)) {
    const {origin} = new URL((await remoteWeights(id)).address);
    hosts.add(origin);
    if (origin === publicHub) for (const storage of publicStorage) hosts.add(storage);
  }
  return [...hosts];
}
