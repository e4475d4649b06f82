// The photos that pages offer, with their credits and the models that have analysed each.
import {modelsOfSite} from "./site/models.js";
import {sitePhotos} from "./site/photos.js";

const models = await modelsOfSite();
const photos = sitePhotos().map((photo) => ({
  ...photo,
  models: models.filter((model) => model.photos.some(({id}) => id === photo.id)).map(({id}) => id)
}));
process.stdout.write(JSON.stringify(photos));
