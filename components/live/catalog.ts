/** Which models this site offers; `data/models/index.json.ts` writes the list as the site is built. */

/** A model that the site can run in the page. */
export interface ModelEntry {
  id: string;
  title: string;
  /** Of `model.safetensors`. */
  bytes: number;
  /** SHA-256 of `model.safetensors`, in hex: what the page's cache is keyed by. */
  hash: string;
  /** How long a part is; the last one is what is left. */
  partBytes: number;
  /** SHA-256 of each part. Several are files of their own, because hosts limit how large a file may be. */
  parts: string[];
  /** Where the weights are as one file, where the site leaves them on another host. */
  remote?: string;
  /** Where it was fetched from, OWNER/NAME: it decides between families that share names. */
  repository?: string;
  /** Whether the site has a `tokenizer.json` for it. */
  tokenizer?: boolean;
  /** Whether the site has a `preprocessor_config.json` for it. */
  preprocessor?: boolean;
}

/** Where a model comes from: the site's list, or files that the reader opened. */
export type ModelSource =
  /** `mayAsk`: the reader agreed that another host is asked for the weights. */
  {entry: ModelEntry; mayAsk?: boolean} | OwnModel;

/** A model's files from the reader's disk. */
export interface OwnModel {
  id: string;
  /** The weights, or the index of their shards. */
  weights: Blob;
  /** By the names that the index has. */
  shards?: Readonly<Record<string, Blob>>;
  config?: Blob;
  openClipConfig?: Blob;
  preprocessor?: Blob;
  /** `tokenizer.json`, or another file with CLIP's merge table. */
  tokenizer?: Blob;
}

/** A model's name. */
export function idOfSource(source: ModelSource): string {
  return "entry" in source ? source.entry.id : source.id;
}

/** The bytes of a model's weights. */
export function bytesOfSource(source: ModelSource): number {
  if ("entry" in source) return source.entry.bytes;
  return Object.values(source.shards ?? {}).reduce((sum, {size}) => sum + size, source.weights.size);
}

/** The name of a part's file in the model's folder. */
export function partName({parts}: Pick<ModelEntry, "parts">, part: number): string {
  return parts.length === 1 ? "model.safetensors" : `weights-${part + 1}.bin`;
}

/** The host that a model's weights come from, where it is not the site itself. */
export function hostOf({remote}: ModelEntry): string | undefined {
  return remote && new URL(remote).host;
}

/** Weights are on another host, which nobody has agreed to ask. */
export class RemoteWeightsError extends Error {
  override name = "RemoteWeightsError";
}
