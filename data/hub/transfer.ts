/** One file from a server to the disk: resumed, watched, verified, and never half there. */

import {type FileHandle, open, readFile, rename, rm, stat, statfs, writeFile} from "node:fs/promises";
import {dirname} from "node:path";
import {HubError, PassingError, systemCode} from "./errors.js";
import {gitIdOfFile, sha1OfFile, sha256OfFile} from "./hash.js";
import {type Exchange, followRedirects, type RequestOptions} from "./http.js";
import {refusal, type RemoteFile, type RemoteMetadata, resolveUrl} from "./metadata.js";
import {retrying, type RetryOptions} from "./retry.js";

export interface TransferOptions extends RequestOptions, RetryOptions {
  /** Told how many bytes of the file are here. */
  onBytes?: (received: number) => void;
}

/**
 * Fetches a file to `target`. Until its hash is right it is called `target.part`, with what it is part of in
 * `target.part.json`, so that the next attempt, or the next day's, goes on where this one stopped.
 *
 * @returns the SHA-256 of what arrived
 */
export async function transfer(
  file: RemoteFile,
  remote: RemoteMetadata,
  target: string,
  options: TransferOptions = {}
): Promise<string> {
  const part = `${target}.part`;
  const label = `${target}.part.json`;
  // Bytes of another version of the file are of no use.
  const identity = JSON.stringify({
    repository: file.repository,
    path: file.path,
    size: remote.size,
    content: remote.content
  });
  if ((await readFile(label, "utf8").catch(() => "")) !== identity) await rm(part, {force: true});
  await needSpace(part, remote.size);
  await guard(target, () => writeFile(label, identity));

  let damaged = 0;
  for (;;) {
    let most = 0;
    let gained = false;
    await retrying(
      async () => {
        let here = await sizeOf(part);
        if (here > remote.size) here = await startOver(part);
        options.onBytes?.(here);
        gained = false;
        if (here === remote.size) return;
        try {
          await receive(file, remote, part, here, options);
        } finally {
          // Compared with the most there ever was: a server that makes us start over gains us nothing.
          const now = await sizeOf(part);
          gained = now > most;
          most = Math.max(most, now);
        }
      },
      options,
      () => gained
    );
    const sha256 = await sha256OfFile(part, options.signal);
    if (await matches(part, sha256, remote)) {
      await rename(part, target);
      await rm(label, {force: true});
      return sha256;
    }
    await startOver(part);
    if (++damaged === 2)
      throw new HubError(
        "damaged",
        `${file.path} arrived damaged twice: its SHA-256 is ${sha256}, the hub states ${remote.content.hex}`
      );
  }
}

/** Whether a file is the one that the hub means. */
export async function matches(path: string, sha256: string, {content, size}: RemoteMetadata): Promise<boolean> {
  if ((await sizeOf(path)) !== size) return false;
  if (content.kind === "sha256") return content.hex === sha256;
  // Some mirrors state a plain SHA-1 of the bytes where the hub states git's.
  return content.hex === (await gitIdOfFile(path)) || content.hex === (await sha1OfFile(path));
}

async function receive(file: RemoteFile, {size}: RemoteMetadata, part: string, from: number, options: TransferOptions) {
  const headers = {...options.headers, ...(from > 0 && {range: `bytes=${from}-`})};
  const answer = await followRedirects(resolveUrl(file), {...options, headers});
  try {
    const start = await startOf(file, answer, size, from, part);
    await append(file, answer, part, start, size, options);
  } finally {
    answer.body.destroy();
  }
}

/** Where the bytes of an answer belong; the part begins anew where the server does not go on with it. */
async function startOf(file: RemoteFile, answer: Exchange, size: number, from: number, part: string): Promise<number> {
  const {status, headers} = answer;
  if (status === 416) {
    await startOver(part);
    throw new PassingError("failed", `${file.path}: the server does not have the rest of what is here; starting over`);
  }
  if (status >= 400) throw refusal(file, answer);
  if (status === 206) {
    const [, start, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers["content-range"] ?? "") ?? [];
    if (Number(start) === from && (total === "*" || Number(total) === size)) return from;
    await startOver(part);
    throw new PassingError(
      "failed",
      `${file.path}: asked for bytes from ${from} of ${size}, was sent ${headers["content-range"]}`
    );
  }
  const length = headers["content-length"];
  if (length !== undefined && Number(length) !== size)
    throw new PassingError("damaged", `${file.path}: is ${size} bytes long, but the server sends ${length}`);
  return from > 0 ? startOver(part) : 0;
}

async function append(
  file: RemoteFile,
  {body}: Exchange,
  part: string,
  start: number,
  size: number,
  {stallAfter = 30_000, onBytes, signal}: TransferOptions
): Promise<void> {
  let received = start;
  const stall = (): void => {
    body.destroy(new PassingError("stalled", `${file.path}: nothing has come for ${stallAfter / 1000} s`));
  };
  const abort = (): void => void body.destroy(signal?.reason as Error);
  signal?.addEventListener("abort", abort, {once: true});
  let watchdog = setTimeout(stall, stallAfter);
  let handle: FileHandle | undefined;
  try {
    handle = await guard(part, () => open(part, "a"));
    for await (const chunk of body as AsyncIterable<Buffer>) {
      clearTimeout(watchdog);
      if (received + chunk.length > size) {
        await startOver(part);
        throw new PassingError("damaged", `${file.path}: is ${size} bytes long, but the server sends more`);
      }
      await guard(part, () => write(handle as FileHandle, chunk));
      received += chunk.length;
      onBytes?.(received);
      watchdog = setTimeout(stall, stallAfter);
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof HubError) throw error;
    throw new PassingError(
      "truncated",
      `${file.path}: the connection broke after ${received} of ${size} bytes`,
      undefined,
      {
        cause: error
      }
    );
  } finally {
    clearTimeout(watchdog);
    signal?.removeEventListener("abort", abort);
    // What counts as received must survive a crash of the machine too.
    await handle?.sync().catch(() => {});
    await handle?.close();
  }
  if (received < size)
    throw new PassingError("truncated", `${file.path}: the server stopped after ${received} of ${size} bytes`);
}

async function write(handle: FileHandle, chunk: Buffer): Promise<void> {
  for (let at = 0; at < chunk.length;) at += (await handle.write(chunk, at)).bytesWritten;
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}

async function startOver(part: string): Promise<0> {
  await rm(part, {force: true});
  return 0;
}

async function needSpace(part: string, size: number): Promise<void> {
  const {bavail, bsize} = await statfs(dirname(part));
  const missing = size - (await sizeOf(part)) - bavail * bsize;
  if (missing > 0)
    throw new HubError(
      "disk-full",
      `${dirname(part)}: ${megabytes(missing)} more are needed; or set SFP_MODELS to a folder elsewhere`
    );
}

/** Says in words what the disk says in codes. */
async function guard<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const code = systemCode(cause);
    if (code === "ENOSPC" || code === "EDQUOT")
      throw new HubError(
        "disk-full",
        `${path}: the disk is full. What has come is kept; free some space and run the same command again.`,
        {cause}
      );
    throw new HubError("failed", `${path}: cannot be written (${code ?? String(cause)})`, {cause});
  }
}

/** "599 MB", as download sizes are stated. */
export function megabytes(bytes: number): string {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}
