// The photos that pages offer, with their credits and the models that have analysed each.
import {isLight} from "./records/lightArchive.js";
import {importedArchive} from "./site/imports.js";
import {hasWeights, modelsOfSite} from "./site/models.js";
import {sitePhotos, type PhotoFile} from "./site/photos.js";
import {snapshotOf} from "./site/snapshots.js";

const models = await modelsOfSite();
const here = new Map(await Promise.all(models.map(async ({id}) => [id, await hasWeights(id)] as const)));

/** Whether a model's analysis of a photo is the committed part: neither imported nor computed here. */
function hasPart(id: string, photo: PhotoFile): boolean {
  if (here.get(id) || importedArchive(id, photo.id) !== undefined) return false;
  return isLight(snapshotOf(id, photo.hash) ?? "");
}

const photos = sitePhotos().map((photo) => {
  const its = models.filter((model) => model.photos.some(({id}) => id === photo.id)).map(({id}) => id);
  return {...photo, models: its, light: its.filter((id) => hasPart(id, photo))};
});
process.stdout.write(JSON.stringify(photos));
