/** Fetching a model from the Hugging Face hub, because someone asked for it. */

import {mkdir, rm, rmdir, stat} from "node:fs/promises";
import {dirname, join} from "node:path";
import {type CatalogEntry, type CatalogFile, type DownloadEntry, downloadable} from "./catalog.js";
import {HubError, PassingError} from "./errors.js";
import {cacheFolder, idOf, type Places} from "./folders.js";
import {sha256OfFile} from "./hash.js";
import {alone, type ModelLock, readLock, writeLock} from "./lock.js";
import {filesOf, repositoryWord, withShards} from "./repository.js";
import {hubHeaders, publicHub, remoteMetadata, type RemoteFile, type RemoteMetadata} from "./metadata.js";
import type {RetryOptions} from "./retry.js";
import {retrying} from "./retry.js";
import {matches, transfer} from "./transfer.js";

/** How far a download is; bytes are those of all files together. */
export interface HubProgress {
  file: string;
  received: number;
  total: number;
  /** Bytes a second over the last seconds; undefined until it can be told. */
  rate?: number;
  /** Seconds, by that rate. */
  remaining?: number;
}

export interface GetOptions extends Places, RetryOptions {
  /** A branch, tag or commit instead of the one that the table of models names. */
  revision?: string;
  /** The hub's address; else `HF_ENDPOINT`, else the public one. */
  endpoint?: string;
  onProgress?: (progress: HubProgress) => void;
  /** Milliseconds of silence after which a connection counts as stalled. */
  stallAfter?: number;
  /** The entry itself, for models that are in no table. */
  entry?: DownloadEntry;
}

export interface GotModel {
  id: string;
  folder: string;
  lock: ModelLock;
  /** Files that were fetched now; none when everything was here and good. */
  fetched: string[];
}

/**
 * Fetches a model into the cache, unless a good copy is there.
 *
 * @param id a row of the table of models, or a repository of the hub: OWNER/NAME, perhaps with @REVISION
 * @throws HubError whose message says what to do
 */
export async function getModel(id: string, options: GetOptions = {}): Promise<GotModel> {
  const word = options.entry ? undefined : repositoryWord(id);
  const revision = word?.revision ?? options.revision;
  const asked = {...options, revision};
  const name = word ? idOf(word.repository) : id;
  const folder = join(cacheFolder(options), name);
  const known = options.entry ?? (word && name.includes("--") ? undefined : downloadable(name));
  if (known?.files) return getOrCopy({...known, files: known.files}, folder, asked);
  return getRepository(name, known?.repository ?? word!.repository, folder, {
    ...asked,
    revision: revision ?? known?.revisions?.[0]
  });
}

/** Fetches a model; where its repository refuses or is gone, the other one that has the same weights. */
async function getOrCopy(entry: DownloadEntry, folder: string, options: GetOptions): Promise<GotModel> {
  try {
    return await getEntry(entry, folder, options);
  } catch (error) {
    const other = error instanceof HubError && (error.code === "not-found" || error.code === "denied");
    // A revision that was asked for is one of the first repository's.
    if (!other || entry.copy === undefined || options.revision !== undefined) throw error;
    return getRepository(entry.id, entry.copy, folder, options).catch((second: Error) => {
      throw new HubError(error.code, `${error.message}; nor from ${entry.copy}: ${second.message}`, {cause: second});
    });
  }
}

/** Fetches what a repository has: its weights, shards too, and the files that go with them. */
async function getRepository(id: string, repository: string, folder: string, asked: GetOptions): Promise<GotModel> {
  const entry = await entryOf(id, repository, folder, asked);
  const got = await getEntry(entry, folder, asked);
  const whole = await withShards(entry, folder);
  return whole === entry ? got : getEntry(whole, folder, asked);
}

/** What a repository that is in no table has: as recorded when it was fetched, else as the hub says. */
async function entryOf(id: string, repository: string, folder: string, options: GetOptions): Promise<DownloadEntry> {
  const {environment = process.env, signal, revision = "main"} = options;
  const entry = {id, title: repository, text: "none", repository, revisions: [revision], megabytes: 0} as const;
  const lock = await readLock(folder);
  if (lock?.repository === repository && (options.revision === undefined || options.revision === lock.revision)) {
    const files = Object.keys(lock.files).filter((path) => !/-\d+-of-\d+\./.test(path));
    return {...entry, revisions: [lock.revision], files: files.map((path) => ({path}))};
  }
  const request = {headers: hubHeaders(environment), environment, signal, stallAfter: options.stallAfter};
  const from = {endpoint: endpointOf(options), repository, revision};
  if (environment.HF_HUB_OFFLINE === "1") throw new PassingError("offline", "HF_HUB_OFFLINE is set");
  const files = await filesOf(from, (file) =>
    retrying(() => remoteMetadata(file, request), {offlineAttempts: 2, ...options})
  );
  return {...entry, revisions: [revision], files};
}

async function getEntry(entry: DownloadEntry, folder: string, options: GetOptions): Promise<GotModel> {
  const {id} = entry;
  await mkdir(folder, {recursive: true});
  const work = alone(folder, async () => {
    const good = await goodCopy(folder, entry, options.revision, options.signal);
    if (good) return {id, folder, lock: good, fetched: []};
    try {
      return await fetchModel(entry, folder, options);
    } catch (error) {
      throw explained(error, entry, folder, options);
    }
  });
  // A folder in which nothing came to lie would look like a model.
  return work.finally(() => rmdir(folder).catch(() => {}));
}

/** The record of a copy that is complete, unchanged and of the revision asked for. */
async function goodCopy(folder: string, entry: CatalogEntry, revision: string | undefined, signal?: AbortSignal) {
  const lock = await readLock(folder);
  if (!lock || lock.repository !== entry.repository) return undefined;
  if (revision !== undefined && revision !== lock.revision && revision !== lock.commit) return undefined;
  for (const {path, sha256: known} of entry.files ?? []) {
    const recorded = lock.files[path];
    const size = (await stat(join(folder, path)).catch(() => undefined))?.size;
    if (!recorded || size !== recorded.size) return undefined;
    if (
      revision === undefined &&
      known !== undefined &&
      known !== recorded.sha256 &&
      entry.revisions?.includes(lock.revision)
    )
      return undefined;
    if ((await sha256OfFile(join(folder, path), signal)) !== recorded.sha256) return undefined;
  }
  return lock;
}

interface Plan {
  file: CatalogFile;
  from: RemoteFile;
  remote: RemoteMetadata;
}

async function fetchModel(entry: DownloadEntry, folder: string, options: GetOptions): Promise<GotModel> {
  const {environment = process.env, signal} = options;
  if (environment.HF_HUB_OFFLINE === "1") throw new PassingError("offline", "HF_HUB_OFFLINE is set");
  const endpoint = endpointOf(options);
  const request = {headers: hubHeaders(environment), environment, signal, stallAfter: options.stallAfter};
  const revisions = options.revision === undefined ? entry.revisions : [options.revision];
  const plans = await firstThatHas(revisions, (revision) =>
    planFiles(entry, endpoint, revision, (file) =>
      retrying(() => remoteMetadata(file, request), {offlineAttempts: 2, ...options})
    )
  );

  if (options.revision === undefined) for (const plan of plans) refuseAnother(entry, plan);

  const progress = progressOf(plans, options.onProgress);
  const lock: ModelLock = {
    id: entry.id,
    repository: entry.repository,
    revision: plans[0].from.revision,
    commit: plans[0].remote.commit,
    endpoint,
    files: {}
  };
  const fetched: string[] = [];
  // Weights of another revision must not pass for this one's while the other files change.
  await rm(join(folder, "models.lock.json"), {force: true});
  for (const {file, from, remote} of plans) {
    const target = join(folder, file.path);
    await mkdir(dirname(target), {recursive: true});
    const known = await sha256OfFile(target, signal).catch(() => undefined);
    const pinned = file.sha256 === undefined || options.revision !== undefined || known === file.sha256;
    if (known !== undefined && pinned && (await matches(target, known, remote))) {
      lock.files[file.path] = {size: remote.size, sha256: known};
      progress(file.path, remote.size);
      continue;
    }
    await rm(target, {force: true});
    const sha256 = await transfer({...from, revision: remote.commit ?? from.revision}, remote, target, {
      ...options,
      ...request,
      onBytes: (received) => progress(file.path, received)
    });
    lock.files[file.path] = {size: remote.size, sha256};
    fetched.push(file.path);
  }
  await writeLock(folder, lock);
  return {id: entry.id, folder, lock, fetched};
}

/** All files of one commit: a branch that moves between two requests would mix two versions. */
async function planFiles(
  entry: DownloadEntry,
  endpoint: string,
  revision: string,
  ask: (file: RemoteFile) => Promise<RemoteMetadata>
): Promise<Plan[]> {
  const plans: Plan[] = [];
  let commit: string | undefined;
  // The weights first: where they are not, nothing else matters.
  for (const file of entry.files.toReversed()) {
    const from = {endpoint, repository: entry.repository, revision, path: file.path};
    const remote = await ask({...from, revision: commit ?? revision});
    commit ??= remote.commit;
    plans.unshift({file, from, remote: {...remote, commit}});
  }
  return plans;
}

async function firstThatHas<T>(revisions: string[], attempt: (revision: string) => Promise<T>): Promise<T> {
  let first: unknown;
  for (const revision of revisions) {
    try {
      return await attempt(revision);
    } catch (error) {
      if (!(error instanceof HubError) || error.code !== "not-found") throw error;
      first ??= error;
    }
  }
  throw first;
}

function refuseAnother(entry: CatalogEntry, {file, remote, from}: Plan): void {
  const stated = remote.content;
  if (file.sha256 === undefined || stated.kind !== "sha256" || stated.hex === file.sha256) return;
  throw new HubError(
    "changed",
    `${entry.repository}/${file.path} at "${from.revision}" is not the file that this project knows: its SHA-256 is ` +
      `${stated.hex}, expected ${file.sha256}. To take it all the same: models get ${entry.id} --revision ${from.revision}`
  );
}

function endpointOf({endpoint, environment = process.env}: GetOptions): string {
  const address = endpoint ?? (environment.HF_ENDPOINT || publicHub);
  if (!/^https?:\/\/./.test(address))
    throw new HubError("failed", `HF_ENDPOINT: "${address}" is no http or https address`);
  return address.replace(/\/+$/, "");
}

/** Adds up the files' bytes and tells the rate over the last few seconds. */
function progressOf(plans: Plan[], report: GetOptions["onProgress"], now = () => performance.now()) {
  const total = plans.reduce((sum, {remote}) => sum + remote.size, 0);
  const received = new Map<string, number>();
  let samples: {time: number; bytes: number}[] = [];
  return (file: string, bytes: number): void => {
    // A file that starts over, or resumes with what is here, says nothing about the line's speed.
    const step = bytes - (received.get(file) ?? 0);
    if (!received.has(file) || step < 0) samples = [];
    received.set(file, bytes);
    const sum = [...received.values()].reduce((a, b) => a + b, 0);
    const time = now();
    samples = [...samples.filter((sample) => time - sample.time < 5000), {time, bytes: sum}];
    const [oldest] = samples;
    const rate = time - oldest.time > 500 ? (sum - oldest.bytes) / ((time - oldest.time) / 1000) : undefined;
    report?.({file, received: sum, total, rate, remaining: rate ? (total - sum) / rate : undefined});
  };
}

/** An error with what helps: offline is the common one, and there is more than one way around it. */
function explained(error: unknown, entry: DownloadEntry, folder: string, options: GetOptions): unknown {
  if (!(error instanceof HubError) || error.code !== "offline") return error;
  const files = entry.files.map(({path}) => path).join(", ");
  const endpoint = endpointOf(options);
  return new HubError(
    "offline",
    `${error.message}. Without a network, copy ${files} from ${endpoint}/${entry.repository} (revision ` +
      `${options.revision ?? entry.revisions[0]}) into ${folder}. Behind a proxy, set HTTPS_PROXY; for a mirror of the hub, HF_ENDPOINT.`,
    {cause: error}
  );
}
