// What is wrong in data/images, for the page that lists the photos.
import {analysedModels} from "./site/analysed.js";
import {listPhotoProblems, listPhotos} from "./site/photos.js";
import {archiveFile} from "./records/archives.js";

const problems = listPhotoProblems();
for (const {id} of await analysedModels())
  for (const photo of listPhotos())
    await archiveFile(id, photo).catch((error: Error) =>
      problems.push({file: photo.file, kind: "note", message: `It is not analysed: ${error.message}`})
    );
process.stdout.write(JSON.stringify(problems));
