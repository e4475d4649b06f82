/** A model's weights from the site or from the browser's storage, in one buffer, never twice in memory. */
import type {ModelEntry} from "./catalog.js";
import {dataAddress} from "./files.js";
import {megabytes} from "./format.js";
import {ModelStore} from "./store.js";

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
 * The bytes of a model that the site ships.
 *
 * @throws Error saying what failed and what to do; the signal's reason when aborted
 */
export async function downloadModel(entry: ModelEntry, options: DownloadOptions = {}): Promise<Uint8Array> {
  const store = await ModelStore.open(entry.id, entry.hash);
  const bytes = allocate(entry);
  let filled = await fromStorage(store, bytes, options);
  if (filled < bytes.length) filled = await fromNetwork(entry, store, bytes, filled, options);
  if ((await sha256(bytes)) === entry.hash) return bytes;
  // Either the storage or the site has another version; what is stored can be put right by itself.
  await store.remove();
  if (filled === bytes.length) await fromNetwork(entry, store, bytes, 0, options);
  if ((await sha256(bytes)) === entry.hash) return bytes;
  await store.remove();
  throw new Error(`${entry.id} arrived damaged, or the site was updated meanwhile. Reload the page.`);
}

/** SHA-256 in hex. Browsers give it to secure pages only; elsewhere nothing is checked. */
export async function sha256(bytes: Uint8Array): Promise<string> {
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

async function fromStorage(store: ModelStore, bytes: Uint8Array, {onProgress, signal}: DownloadOptions) {
  const blob = await store.read();
  if (blob.size > bytes.length) return 0;
  try {
    return await pour(blob.stream(), bytes, 0, (filled) => {
      signal?.throwIfAborted();
      onProgress?.({bytes: filled, total: bytes.length, from: "storage"});
    });
  } catch (error) {
    signal?.throwIfAborted();
    // A file that cannot be read is as good as none.
    if (error instanceof DOMException) return 0;
    throw error;
  }
}

async function fromNetwork(
  {id}: ModelEntry,
  store: ModelStore,
  bytes: Uint8Array,
  from: number,
  {onProgress, onNote, signal}: DownloadOptions
): Promise<number> {
  const total = bytes.length;
  const response = await ask(`models/${id}/model.safetensors`, from, signal);
  // A host that ignores ranges begins anew.
  const start = response.status === 206 ? from : 0;
  const writer = await store.writer(start, (reason) =>
    onNote?.(`${reason} The model is used all the same, and downloaded again on the next visit.`)
  );
  try {
    return await pour(response.body!, bytes, start, (filled, chunk) => {
      writer.write(chunk);
      onProgress?.({bytes: filled, total, from: "network"});
    });
  } catch (cause) {
    signal?.throwIfAborted();
    throw new Error(`The download of ${id} broke off. What arrived is kept; try again to go on from there.`, {cause});
  } finally {
    writer.close();
  }
}

async function ask(path: string, from: number, signal?: AbortSignal): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(dataAddress(path), {signal, headers: from > 0 ? {range: `bytes=${from}-`} : {}});
  } catch (cause) {
    signal?.throwIfAborted();
    throw new Error("The model could not be downloaded: there is no connection to this site. Try again later.", {
      cause
    });
  }
  if (!response.ok || !response.body)
    throw new Error(
      `data/${path} is not in this site (${response.status}). Build it with MODELS=<names> npm run build.`
    );
  return response;
}

/** Reads a stream into `bytes` from `at` on; what does not fit is another file. */
async function pour(
  stream: ReadableStream<Uint8Array>,
  bytes: Uint8Array,
  at: number,
  onChunk: (filled: number, chunk: Uint8Array) => void
): Promise<number> {
  const reader = stream.getReader();
  for (;;) {
    const {done, value} = await reader.read();
    if (done) return at;
    if (at + value.length > bytes.length) throw new Error("more bytes than the model has");
    bytes.set(value, at);
    at += value.length;
    onChunk(at, value);
  }
}
