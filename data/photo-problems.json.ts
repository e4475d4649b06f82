// What is wrong in data/images, for the page that lists the photos.
import {modelsOfSite} from "./site/models.js";
import {listPhotoProblems, listPhotoFiles} from "./site/photos.js";
import {archiveFile} from "./records/places.js";

const problems = listPhotoProblems();
const models = await modelsOfSite();
const begins = models[0]?.id;
for (const photo of listPhotoFiles()) {
  const its = models.filter((model) => model.photos.some(({id}) => id === photo.id));
  if (its.length === 0)
    problems.push({file: photo.file, kind: "note", message: "It is not analysed: no model is at hand."});
  else if (!its.some(({id}) => id === begins))
    problems.push({
      file: photo.file,
      kind: "note",
      message: `It is analysed with ${its[0].id}, because ${begins} has committed analyses of other photos only: npm run sfp -- models get ${begins} fetches its weights.`
    });
  for (const {id} of its)
    await archiveFile(id, photo).catch((error: Error) =>
      problems.push({file: photo.file, kind: "note", message: `It is not analysed with ${id}: ${error.message}`})
    );
}
process.stdout.write(JSON.stringify(problems));
