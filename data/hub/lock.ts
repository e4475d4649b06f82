/** What is recorded about a fetched model, in its folder, and the mark of a download that is under way. */

import {readFile, rename, rm, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {HubError} from "./errors.js";

/** `models.lock.json`: where a model's files came from, and what they are. */
export interface ModelLock {
  id: string;
  repository: string;
  /** What was asked for, and the commit it stood for. */
  revision: string;
  commit?: string;
  endpoint: string;
  files: Record<string, {size: number; sha256: string}>;
}

const lockName = "models.lock.json";

/** The record of a folder; undefined where there is none that can be read. */
export async function readLock(folder: string): Promise<ModelLock | undefined> {
  try {
    const lock = JSON.parse(await readFile(join(folder, lockName), "utf8")) as ModelLock;
    return typeof lock.files === "object" ? lock : undefined;
  } catch {
    return undefined;
  }
}

export async function writeLock(folder: string, lock: ModelLock): Promise<void> {
  const path = join(folder, lockName);
  await writeFile(`${path}.part`, `${JSON.stringify(lock, null, 2)}\n`);
  await rename(`${path}.part`, path);
}

const claimed = new Set<string>();

/** Does something while no other process does it to the same folder. */
export async function alone<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const path = join(folder, "download.pid");
  if (claimed.has(path)) throw new HubError("in-use", `${folder}: is being fetched already`);
  claimed.add(path);
  try {
    await claim(path);
    return await work().finally(() => rm(path, {force: true}));
  } finally {
    claimed.delete(path);
  }
}

async function claim(path: string): Promise<void> {
  try {
    await writeFile(path, String(process.pid), {flag: "wx"});
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    const holder = Number(await readFile(path, "utf8").catch(() => ""));
    if (holder && holder !== process.pid && running(holder))
      throw new HubError("in-use", `process ${holder} is fetching this model already (else delete ${path})`);
    // Left behind by a process that was killed.
    await writeFile(path, String(process.pid));
  }
}

function running(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
