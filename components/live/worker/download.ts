/** A model's weights from their host or from the browser's storage, in one buffer, never twice in memory. */
import {hostOf, partName, RemoteWeightsError, type ModelEntry} from "../catalog.js";
import {dataAddress} from "../../site/files.js";
import {megabytes} from "../format.js";
import {ModelStore, type ModelWriter} from "./store.js";
import {sha256} from "./sha256.js";

export interface DownloadProgress {
  /** Bytes that are there, out of `total`. */
  bytes: number;
  total: number;
  /** Where they come from. */
  from: "network" | "storage";
}

export interface DownloadOptions {
  /** Whether another host than the site may be asked. */
  mayAsk?: boolean;
  onProgress?: (progress: DownloadProgress) => void;
  /** Told when the weights cannot be kept, and why; the download goes on. */
  onNote?: (note: string) => void;
  signal?: AbortSignal;
}

/**
 * The weights of a model that the site offers. What an earlier visit left is used as far as its parts' hashes are
 * right; the rest is fetched, a part that arrives damaged once more.
 *
 * @throws RemoteWeightsError when something has to be asked of another host and may not; Error saying what failed and
 * what to do; the signal's reason when aborted
 */
export async function downloadModel(entry: ModelEntry, options: DownloadOptions = {}): Promise<Uint8Array> {
  const bytes = allocate(entry);
  const store = await ModelStore.open(entry.id, entry.hash);
  const stored = await fromStorage(store, bytes, options);
  const weights = new Weights(entry, bytes);
  for (const part of entry.parts.keys()) if (weights.end(part) <= stored) await weights.check(part);
  if (weights.missing < 0) return bytes;
  if (entry.remote && !options.mayAsk) throw new RemoteWeightsError(question(entry));
  if (entry.remote && !globalThis.crypto?.subtle)
    throw new Error("What another host sends has to be checked, which browsers do for pages from https only.");
  await fetchMissing(weights, store, stored, options);
  return bytes;
}

function question(entry: ModelEntry): string {
  return `The weights of ${entry.id} (${megabytes(entry.bytes)}) are not on this site but on ${hostOf(entry)}. That host would see that somebody at your address asks for this file, and nothing of your picture, which stays here.`;
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
  let flow: Flow | undefined;
  let keep: ModelWriter | undefined;
  try {
    for (let part = weights.missing; part >= 0; part = weights.missing) {
      // What is stored of a part that was there as a whole is known to be wrong.
      const begun = stored < weights.end(part) && !again.has(part);
      const at = begun ? Math.max(stored, weights.start(part)) : weights.start(part);
      // A file with several parts goes on from one to the next.
      if (!flow || flow.at !== at || at >= flow.end) {
        flow?.close();
        flow = await openFlow(weights, part, at, options.signal);
      }
      keep ??= await store.writer(refused);
      if (flow && (await pour(flow, weights, part, keep, options))) continue;
      if (again.has(part))
        throw new Error(`${id} arrived damaged twice. Its host may just be changing it: reload the page in a while.`);
      again.add(part);
      flow?.close();
      flow = undefined;
    }
  } finally {
    flow?.close();
    keep?.close();
  }
}

/** A file's bytes as they arrive. `at` and `end` are places in the weights. */
class Flow {
  private rest = new Uint8Array();

  constructor(
    private readonly reader: ReadableStreamDefaultReader<Uint8Array>,
    public at: number,
    readonly end: number,
    /** Bytes to be passed over: a host that ignores ranges sends what is here already once more. */
    private skip: number
  ) {}

  /** The next bytes, as many as have arrived and at most `most`; undefined at the stream's end. */
  async next(most: number): Promise<Uint8Array | undefined> {
    while (this.rest.length === 0) {
      const {done, value} = await this.reader.read();
      if (done) return undefined;
      const skipped = Math.min(this.skip, value.length);
      this.skip -= skipped;
      this.rest = value.subarray(skipped) as Uint8Array<ArrayBuffer>;
    }
    const chunk = this.rest.subarray(0, most);
    this.rest = this.rest.subarray(chunk.length);
    this.at += chunk.length;
    return chunk;
  }

  close(): void {
    void this.reader.cancel().catch(() => {});
  }
}

/** Opens the file that has a part, from `at` on; undefined where the host has fewer bytes. */
async function openFlow(weights: Weights, part: number, at: number, signal?: AbortSignal): Promise<Flow | undefined> {
  const {entry} = weights;
  const host = hostOf(entry);
  const path = `models/${entry.id}/${partName(entry, part)}`;
  const [address, start, end] = entry.remote
    ? [entry.remote, 0, weights.bytes.length]
    : [dataAddress(path), weights.start(part), weights.end(part)];
  const from = at - start;
  let response: Response;
  try {
    response = await fetch(address, {signal, headers: from > 0 ? {range: `bytes=${from}-`} : {}});
  } catch (cause) {
    signal?.throwIfAborted();
    throw new Error(
      `The model could not be downloaded: there is no connection to ${host ?? "this site"}. Try again later.`,
      {cause}
    );
  }
  const {status, ok, body} = response;
  if (status === 416) return undefined;
  if (!ok || !body)
    throw new Error(
      host
        ? `${host} does not give the weights of ${entry.id} (${status}). Try again later, or open the model’s own files.`
        : `data/${path} is not in this site (${status}). Build it with MODELS=<names> npm run build.`
    );
  return new Flow(body.getReader(), at, end, status === 206 ? 0 : from);
}

/**
 * Reads a part's rest into its place.
 *
 * @returns whether the part is there now, and right
 * @throws Error when the connection breaks; what came is kept
 */
async function pour(
  flow: Flow,
  weights: Weights,
  part: number,
  keep: ModelWriter,
  {onProgress, signal}: DownloadOptions
): Promise<boolean> {
  const {entry, bytes} = weights;
  const end = weights.end(part);
  while (flow.at < end) {
    const {at} = flow;
    let chunk: Uint8Array | undefined;
    try {
      chunk = await flow.next(end - at);
    } catch (cause) {
      signal?.throwIfAborted();
      throw new Error(`The download of ${entry.id} broke off. What arrived is kept; try again to go on from there.`, {
        cause
      });
    }
    if (!chunk) return false;
    bytes.set(chunk, at);
    keep.write(chunk, at);
    onProgress?.({bytes: weights.filled(flow.at), total: bytes.length, from: "network"});
  }
  return weights.check(part);
}
