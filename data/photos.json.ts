// The photos that pages offer, with their credits and the models that have analysed each.
import {isLight} from "./records/lightArchive.js";
import {archiveFile} from "./records/places.js";
import {modelsOfSite} from "./site/models.js";
import {sitePhotos} from "./site/photos.js";

const models = await modelsOfSite();
const photos = await Promise.all(
  sitePhotos().map(async (photo) => {
    const its = models.filter((model) => model.photos.some(({id}) => id === photo.id)).map(({id}) => id);
    const archives = await Promise.all(its.map((id) => archiveFile(id, photo).catch(() => "")));
    return {...photo, models: its, light: its.filter((_, i) => isLight(archives[i]))};
  })
);
process.stdout.write(JSON.stringify(photos));
