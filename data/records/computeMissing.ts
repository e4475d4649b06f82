/** Analyses photos that have no archive yet, in one process: `npm start` and `npm run build` begin with it. */
import {existsSync} from "node:fs";
import {join} from "node:path";
import {progress} from "../files/progress.js";
import {openModel} from "../engine/index.js";
import {imageFolder, type PhotoFile} from "../site/photos.js";
import {pack} from "./archive.js";
import {archiveFile, keepArchive} from "./places.js";
import {computeEach, together} from "./files.js";

/** A photo that could not be analysed, and why. */
export interface PhotoFailure {
  photo: PhotoFile;
  reason: string;
}

/**
 * Makes the archives that photos lack under a model, each written whole as it is done: an interrupted run goes on where
 * it stopped.
 *
 * @param told hears how far it is
 * @returns the photos that could not be analysed
 */
export async function computeMissing(
  modelId: string,
  photos: readonly PhotoFile[],
  told: NodeJS.WritableStream = process.stderr
): Promise<PhotoFailure[]> {
  const failures: PhotoFailure[] = [];
  const missing: {id: string; path: string; photo: PhotoFile; archive: string}[] = [];
  for (const photo of photos) {
    try {
      const archive = await archiveFile(modelId, photo);
      if (!existsSync(archive)) missing.push({id: photo.id, path: join(imageFolder, photo.file), photo, archive});
    } catch (error) {
      failures.push({photo, reason: (error as Error).message});
    }
  }
  if (!missing.length) return failures;
  told.write(`${modelId}: ${missing.length} of ${photos.length} photos have no analysis yet\n`);
  const bar = progress(told, "photos analysed", missing.length);
  let done = 0;
  await computeEach(await openModel(modelId), missing, ({photo, archive}, outcome) => {
    if ("files" in outcome) keepArchive(archive, pack(outcome.files));
    else failures.push({photo, reason: outcome.failure.message});
    // Those that take turns are done at about the same time: the time that is left shows from turn to turn.
    if (++done % together === 0 || done === missing.length) bar.update(done);
  });
  bar.end();
  return failures;
}
