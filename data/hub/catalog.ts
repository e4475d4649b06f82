import {readFileSync} from "node:fs";
import {HubError} from "./errors.js";

/** How a model answers for words: by a text tower, by the rows of a classifier, or not at all. */
export type TextKind = "clip" | "lexicon" | "none";

export interface CatalogFile {
  path: string;
  /** Known beforehand: another file under the same name is refused, unless a revision is asked for. */
  sha256?: string;
}

/** A model that the project knows by name: a row of `data/models.json`. */
export interface CatalogEntry {
  id: string;
  title: string;
  text: TextKind;
  /** Its repository on the hub; absent for a model that comes with the project. */
  repository?: string;
  /** Another repository with the same weights, asked where the first refuses or is gone. */
  copy?: string;
  /** Tried in order. OpenAI's B/16 and B/32 have safetensors only in commits beside their main branch. */
  revisions?: string[];
  /**
   * What is fetched, in this order: the weights come last, so a folder that has them is complete. Where it is not said,
   * the hub is asked which files there are.
   */
  files?: CatalogFile[];
  /** About how much is fetched. */
  megabytes?: number;
}

/** An entry that the hub has, every file of it named. */
export type DownloadEntry = Required<Omit<CatalogEntry, "copy">> & Pick<CatalogEntry, "copy">;

/** Every model known by name, in the order in which lists show them. */
export const modelCatalog: readonly CatalogEntry[] = JSON.parse(
  readFileSync(new URL("../models.json", import.meta.url), "utf8")
) as CatalogEntry[];

/** The entry of a model that the hub has. */
export function downloadable(id: string): Omit<DownloadEntry, "files"> & Pick<CatalogEntry, "files"> {
  const entry = modelCatalog.find((model) => model.id === id);
  const ids = modelCatalog.filter(({repository}) => repository).map((model) => model.id);
  if (!entry) throw new HubError("unknown-model", `no model is called "${id}"; to be had are ${ids.join(", ")}`);
  if (!entry.repository) throw new HubError("unknown-model", `${id} comes with the project and is not on the hub`);
  return entry as ReturnType<typeof downloadable>;
}
