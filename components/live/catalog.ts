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
  /** Whether a `tokenizer.json` lies beside the weights. */
  tokenizer?: boolean;
}

/** Where a model comes from: the site, or files that the reader opened. */
export type ModelSource = {entry: ModelEntry} | {id: string; weights: Blob; config?: Blob; tokenizer?: Blob};

/** The name of a part's file in the model's folder. */
export function partName({parts}: Pick<ModelEntry, "parts">, part: number): string {
  return parts.length === 1 ? "model.safetensors" : `weights-${part + 1}.bin`;
}
