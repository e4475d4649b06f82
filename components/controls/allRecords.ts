import type {ImageRecord} from "../analysis/record.js";
import {openRecord} from "../live/files.js";
import {listPhotos, type Photo} from "./library.js";

/** A photo of the site with its numbers. */
export interface PhotoRecord {
  photo: Photo;
  record: ImageRecord;
}

/** The records of every photo of the site under one model. A photo that was not analysed is left out. */
export async function allRecords(model: string): Promise<PhotoRecord[]> {
  const found = await Promise.allSettled(
    (await listPhotos()).map(async (photo) => ({photo, record: (await openRecord(model, photo.id)).record}))
  );
  const records = found.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  if (!records.length) throw new Error(`No photo of this site was analysed with ${model}.`);
  return records;
}
