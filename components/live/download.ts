/** A model's weights from the site or from the browser's storage, in one buffer, never twice in memory. */
import {partName, type ModelEntry} from "./catalog.js";
import {dataAddress} from "./files.js";
import {megabytes} from "./format.js";
import {ModelStore, type ModelWriter} from "./store.js";

export interface DownloadProgress {
  /** Bytes that are there, out of `total`. */
  bytes: number;
  total: number;
  /** Where they come from. */
  from: "network" | "storage";
}

export interface DownloadOptions {
  onProgress?: (progress: DownloadProgress) => void;
  /** Told when the weights cannot be kept, and why; the download goes on. */
  onNote?: (note: string) => void;
  signal?: AbortSignal;
}

/**
 * The weights of a model that the site offers. What an earlier visit left is used as far as its parts' hashes are
 * right; the rest is fetched, a part that arrives damaged once more.
 *
 * @throws Error saying what failed and what to do; the signal's reason when aborted
 */
export async function downloadModel(entry: ModelEntry, options: DownloadOptions = {}): Promise<Uint8Array> {
  const bytes = allocate(entry);
  const store = await ModelStore.open(entry.id, entry.hash);
  const stored = await fromStorage(store, bytes, options);
  const weights = new Weights(entry, bytes);
  for (const part of entry.parts.keys()) if (weights.end(part) <= stored) await weights.check(part);
  await fetchMissing(weights, store, stored, options);
  return bytes;
}

/** SHA-256 in hex. Browsers compute it for secure pages only; elsewhere it is empty, and nothing is checked. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  if (!globalThis.crypto?.subtle) return "";
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function allocate({id, bytes}: ModelEntry): Uint8Array {
  try {
    return new Uint8Array(bytes);
  } catch (cause) {
    throw new Error(`${id} needs ${megabytes(bytes)} of memory at once, which this browser does not give.`, {cause});
  }
}

/** The buffer, and which of its parts are there and right. */
class Weights {
  readonly right: boolean[];

  constructor(
    readonly entry: ModelEntry,
    readonly bytes: Uint8Array
  ) {
    this.right = entry.parts.map(() => false);
  }

  start(part: number): number {
    return part * this.entry.partBytes;
  }

  end(part: number): number {
    return Math.min(this.bytes.length, this.start(part + 1));
  }

  /** The first part that is not there; -1 when all are. */
  get missing(): number {
    return this.right.indexOf(false);
  }

  /** Looks whether what lies in a part's place is that part. */
  async check(part: number): Promise<boolean> {
    const hash = await sha256(this.bytes.subarray(this.start(part), this.end(part)));
    return (this.right[part] = hash === "" || hash === this.entry.parts[part]);
  }

  /** Bytes that are there when the first part that is missing is filled up to `at`. */
  filled(at: number): number {
    let sum = at - this.start(this.missing);
    for (const [part, right] of this.right.entries()) if (right) sum += this.end(part) - this.start(part);
    return sum;
  }
}

/** Reads what an earlier visit left; the number of bytes. */
async function fromStorage(
  store: ModelStore,
  bytes: Uint8Array,
  {onProgress, signal}: DownloadOptions
): Promise<number> {
  const blob = await store.read();
  if (blob.size > bytes.length) {
    await store.remove();
    return 0;
  }
  let at = 0;
  try {
    const reader = blob.stream().getReader();
    for (;;) {
      const {done, value} = await reader.read();
      if (done) return at;
      signal?.throwIfAborted();
      bytes.set(value, at);
      at += value.length;
      onProgress?.({bytes: at, total: bytes.length, from: "storage"});
    }
  } catch (error) {
    signal?.throwIfAborted();
    // A file that cannot be read is as good as none.
    if (error instanceof DOMException) return 0;
    throw error;
  }
}

/** Fetches every part that is not there. The first of them may be there up to `stored`. */
async function fetchMissing(weights: Weights, store: ModelStore, stored: number, options: DownloadOptions) {
  const {id} = weights.entry;
  const refused = (reason: string) =>
    options.onNote?.(`${reason} The model is used all the same, and downloaded again on the next visit.`);
  const again = new Set<number>();
  let keep: ModelWriter | undefined;
  try {
    for (let part = weights.missing; part >= 0; part = weights.missing) {
      // What is stored of a part that was there as a whole is known to be wrong.
      const begun = stored < weights.end(part) && !again.has(part);
      const at = begun ? Math.max(stored, weights.start(part)) : weights.start(part);
      const stream = await openPart(weights, part, at, options.signal);
      keep ??= await store.writer(refused);
      if (stream && (await pour(stream, weights, part, at, keep, options))) continue;
      if (again.has(part))
        throw new Error(`${id} arrived damaged twice. The site may just be changing: reload the page in a while.`);
      again.add(part);
    }
  } finally {
    keep?.close();
  }
}

/** The bytes of a part from `at` on; undefined where the host has fewer. */
async function openPart(
  weights: Weights,
  part: number,
  at: number,
  signal?: AbortSignal
): Promise<ReadableStream<Uint8Array> | undefined> {
  const {entry} = weights;
  const path = `models/${entry.id}/${partName(entry, part)}`;
  const from = at - weights.start(part);
  let response: Response;
  try {
    response = await fetch(dataAddress(path), {signal, headers: from > 0 ? {range: `bytes=${from}-`} : {}});
  } catch (cause) {
    signal?.throwIfAborted();
    throw new Error("The model could not be downloaded: there is no connection to this site. Try again later.", {
      cause
    });
  }
  if (response.status === 416) return undefined;
  if (!response.ok || !response.body)
    throw new Error(
      `data/${path} is not in this site (${response.status}). Build it with MODELS=<names> npm run build.`
    );
  // A host that ignores ranges sends what is here already once more.
  return response.status === 206 ? response.body : response.body.pipeThrough(skipping(from));
}

function skipping(bytes: number): TransformStream<Uint8Array, Uint8Array> {
  let left = bytes;
  return new TransformStream({
    transform(chunk, controller) {
      const skipped = Math.min(left, chunk.length);
      left -= skipped;
      if (skipped < chunk.length) controller.enqueue(chunk.subarray(skipped));
    }
  });
}

/**
 * Reads a part into its place from `at` on.
 *
 * @returns whether it is there now, and right
 * @throws Error when the connection breaks; what came is kept
 */
async function pour(
  stream: ReadableStream<Uint8Array>,
  weights: Weights,
  part: number,
  from: number,
  keep: ModelWriter,
  {onProgress, signal}: DownloadOptions
): Promise<boolean> {
  const {entry, bytes} = weights;
  const end = weights.end(part);
  const reader = stream.getReader();
  let at = from;
  while (at < end) {
    let next: ReadableStreamReadResult<Uint8Array>;
    try {
      next = await reader.read();
    } catch (cause) {
      signal?.throwIfAborted();
      throw new Error(`The download of ${entry.id} broke off. What arrived is kept; try again to go on from there.`, {
        cause
      });
    }
    if (next.done) return false;
    const chunk = next.value.subarray(0, end - at);
    bytes.set(chunk, at);
    keep.write(chunk, at);
    at += chunk.length;
    onProgress?.({bytes: weights.filled(at), total: bytes.length, from: "network"});
  }
  // A longer file is another version: its hash will say so.
  void reader.cancel().catch(() => {});
  return weights.check(part);
}
