// What every model at hand finds in the photos, in a few numbers, and which models could be here: for the Models page.
import {existsSync, readFileSync} from "node:fs";
import type {CorpusSummary} from "../components/analysis/corpus/summary.js";
import type {MissingModel, ModelList, ModelMeasures} from "../components/analysis/modelMeasures.js";
import {listModels} from "./hub/folders.js";
import {committedMeasures, measurePhotos} from "./records/measures.js";
import {modelsOfSite} from "./site/models.js";
import {listPhotoFiles} from "./site/photos.js";
import {shippedModels} from "./site/shipped.js";
import {snapshotFile} from "./site/snapshots.js";

const models: ModelMeasures[] = [];
for (const {id, photos} of await modelsOfSite()) {
  const measured = await measurePhotos(id, photos);
  if (measured?.photos.length) models.push(measured);
}
for (const {id} of shippedModels()) {
  const committed = committedMeasures(id, listPhotoFiles());
  if (!committed) continue;
  const known = models.find((model) => model.id === id);
  if (!known) models.push(committed);
  else known.photos.push(...committed.photos.filter((photo) => !known.photos.some((each) => each.id === photo.id)));
}
for (const model of models) {
  const file = snapshotFile(model.id, "corpus-voc.json");
  if (!existsSync(file)) continue;
  const {name, images, measures} = JSON.parse(readFileSync(file, "utf8")) as CorpusSummary;
  if (measures) model.voc = {name, images, measures};
}
const missing = (await listModels()).flatMap(({id, title = id, repository, found}): MissingModel[] =>
  found || !repository || models.some((model) => model.id === id)
    ? []
    : [{id, title, command: `npm run sfp -- models get ${id}`}]
);
process.stdout.write(JSON.stringify({models, missing} satisfies ModelList));
