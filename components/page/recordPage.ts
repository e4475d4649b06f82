import type {ImageRecord} from "../records/record.js";
import {openRecord} from "../site/files.js";
import {listPhotos, type Photo} from "../site/library.js";
import {siteModels} from "../site/models.js";

/** A photo of the site with its numbers. */
export interface PhotoRecord {
  photo: Photo;
  record: ImageRecord;
}

/** Some photos of the site, in its order. */
export interface PhotoPage {
  records: PhotoRecord[];
  /** The place of the first among all, 0-based. */
  from: number;
  /** How many the site has. */
  total: number;
}

/**
 * The records of `most` photos of the site under one model, as pages of a book: the page that a place (0-based) or a
 * photo is on. Photos that the model has not analysed are left out; of a model that has analysed none, such as one that
 * runs in the page, the site's first takes the place.
 */
export async function recordPage(model: string, place: number | string, most: number): Promise<PhotoPage> {
  const list = await listPhotos();
  const shown = [model, ...siteModels()].find((each) => list.some(({models}) => models.includes(each))) ?? model;
  const photos = list.filter(({models}) => models.includes(shown));
  const index =
    typeof place === "number"
      ? place
      : Math.max(
          0,
          photos.findIndex(({id}) => id === place)
        );
  const from = index - (index % most);
  const found = await Promise.allSettled(
    photos.slice(from, from + most).map(async (photo) => ({photo, record: (await openRecord(shown, photo)).record}))
  );
  const records = found.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  if (!records.length) throw new Error(`No photo of this site was analysed with ${shown}.`);
  return {records, from, total: photos.length};
}
