/** Committed analyses: what a site is built from where a model's weights are not at hand. */
import {existsSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {fileURLToPath} from "node:url";

const folder = fileURLToPath(new URL("../snapshots", import.meta.url));

/** The file that says which picture each archive is of: archive → SHA-256 of the photo. */
export const snapshotIndex = "photos.json";

/** Where a committed file lies. */
export function snapshotFile(model: string, name: string): string {
  return join(folder, model, name);
}

/** The committed archive of a picture under a model, by the picture's SHA-256: another photo of that name has none. */
export function snapshotOf(model: string, hash: string): string | undefined {
  const index = snapshotFile(model, snapshotIndex);
  if (!existsSync(index)) return undefined;
  const archives = JSON.parse(readFileSync(index, "utf8")) as Record<string, string>;
  const name = Object.keys(archives).find((each) => archives[each] === hash);
  return name === undefined ? undefined : snapshotFile(model, name);
}
