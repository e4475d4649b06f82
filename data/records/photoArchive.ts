import {existsSync, readFileSync} from "node:fs";
import type {PhotoFile} from "../site/photos.js";
import {archiveFile} from "./places.js";

/**
 * The archive of a photo under a model, computed where it is missing.
 *
 * The engine is loaded only to compute: a preview serves what is there in a fraction of a second.
 *
 * @throws Error saying why there is none
 */
export async function photoArchive(modelId: string, photo: PhotoFile): Promise<Uint8Array> {
  const file = await archiveFile(modelId, photo);
  if (!existsSync(file)) {
    const {computeMissing} = await import("./computeMissing.js");
    const [failure] = await computeMissing(modelId, [photo]);
    if (failure) throw new Error(`${photo.file}: ${failure.reason}`);
  }
  return readFileSync(file);
}
