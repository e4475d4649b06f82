/** Which models this site ships; `data/models/index.json.ts` writes the list as the site is built. */

/** A model that the site can run in the page. */
export interface ModelEntry {
  id: string;
  title: string;
  /** Of `model.safetensors`. */
  bytes: number;
  /** SHA-256 of `model.safetensors`, in hex: what the page's cache is keyed by. */
  hash: string;
  /** Whether a `tokenizer.json` lies beside the weights. */
  tokenizer?: boolean;
}

/** Where a model comes from: the site, or files that the reader opened. */
export type ModelSource = {entry: ModelEntry} | {id: string; weights: Blob; config?: Blob; tokenizer?: Blob};
