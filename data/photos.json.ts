// The photos that pages offer, with their credits and the models that have analysed each.
import {analysedModels} from "./site/analysed.js";
import {listPhotos} from "./site/photos.js";

const models = await analysedModels();
const photos = listPhotos().map((photo) => ({
  ...photo,
  models: models.filter((model) => model.photos.some(({id}) => id === photo.id)).map(({id}) => id)
}));
process.stdout.write(JSON.stringify(photos));
