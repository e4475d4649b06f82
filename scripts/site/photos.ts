/** Puts the photos' own files into a built site. A loader a photo would start two processes for each. */
import {existsSync, mkdirSync, readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {answering, placeWords, wordsOfAny} from "./photoWords.js";
import type {SiteModel} from "../../data/site/models.js";
import {sitePhotos} from "../../data/site/photos.js";
import {photoPicture, wholePicture} from "../../data/photos/picture.js";

import {archiveFile} from "../../data/records/places.js";
import {servedFiles} from "../../data/records/served.js";

/**
 * Writes each photo's picture and its analyses, under the addresses that the preview's loaders serve.
 *
 * @returns what is missing: MODEL/PHOTO
 */
export async function placePhotos(site: string, models: readonly SiteModel[]): Promise<string[]> {
  const missing: string[] = [];
  mkdirSync(join(site, "data/photos"), {recursive: true});
  const words = new Map(models.map(({id}) => [id, answering(site, id)]));
  for (const photo of sitePhotos()) {
    writeFileSync(join(site, "data/photos", `${photo.id}.webp`), await photoPicture(photo));
    if (photo.whole.startsWith("photos/")) writeFileSync(join(site, "data", photo.whole), await wholePicture(photo));
    for (const {id: model, photos} of models) {
      if (!photos.some(({id}) => id === photo.id)) continue;
      const archive = await archiveFile(model, photo).catch(() => undefined);
      if (archive === undefined || !existsSync(archive)) {
        missing.push(`${model}/${photo.id}`);
        continue;
      }
      const folder = join(site, "data/records", model, photo.id);
      mkdirSync(folder, {recursive: true});
      const known = words.get(model);
      if (known) placeWords(folder, photo.words ?? wordsOfAny(), known);
      for (const [name, bytes] of Object.entries(servedFiles(readFileSync(archive))))
        writeFileSync(join(folder, name), bytes);
    }
  }
  return missing;
}
