// npm run snapshots -- [MODEL ...]: computes the committed analyses anew, so that the site builds without weights.
import {mkdirSync, statSync, writeFileSync} from "node:fs";
import {dirname} from "node:path";
import {listPhotos} from "../data/site/photos.js";
import {openModel} from "../data/engine/index.js";
import {analysePhotos} from "../data/records/analysePhotos.js";
import {snapshotFile} from "../data/records/archives.js";
import {recordArchive} from "../data/records/recordArchive.js";
import {classifierFile} from "../data/records/classifier.js";
import {wordsFile} from "../data/records/words.js";

const models = process.argv.slice(2);
let total = 0;

function write(model: string, name: string, bytes: Uint8Array): void {
  const file = snapshotFile(model, name);
  mkdirSync(dirname(file), {recursive: true});
  writeFileSync(file, bytes);
  total += statSync(file).size;
  console.log(`${file}: ${bytes.length} bytes`);
}

for (const model of models.length ? models : ["vit-ti-16"]) {
  // A snapshot made of a snapshot would prove nothing: without weights this fails.
  const {image} = await openModel(model);
  for (const {photo, reason} of await analysePhotos(model, listPhotos())) throw new Error(`${photo.file}: ${reason}`);
  for (const photo of listPhotos()) write(model, `${photo.id}.zip`, await recordArchive(model, photo));
  if (image.classifier) write(model, "classifier.arrow", await classifierFile(model));
  else write(model, "words.arrow", await wordsFile(model));
}
console.log(`${(total / 1e6).toFixed(2)} MB in all`);
