/** `snapshots`: the committed analyses anew, so that the site builds without weights. */
import {dirname} from "node:path";
import {openModel} from "../engine/index.js";
import {claimFolder, writeWhole, type Streams} from "../files/output.js";
import {computeMissing} from "../records/computeMissing.js";
import {classifierFile} from "../records/classifier.js";
import {snapshotArchive} from "../records/lightArchive.js";
import {measurePhotos, measuresFile} from "../records/measures.js";
import {photoArchive} from "../records/photoArchive.js";
import {wordsFile} from "../records/words.js";
import {listPhotoFiles} from "../site/photos.js";
import {snapshotFile, snapshotIndex} from "../site/snapshots.js";
import {parse} from "./options.js";

export const help = `snapshots [MODEL ...] [--measures]
  Computes the analyses of data/images that are committed in data/snapshots, with the weights (default vit-ti-16).
  --measures          only the few numbers of each photo that the Models page compares`;

export async function run(args: string[], {stderr}: Streams): Promise<number> {
  const {positionals: models, values} = parse({
    args,
    options: {measures: {type: "boolean", default: false}},
    allowPositionals: true
  });
  let total = 0;
  const write = (model: string, name: string, bytes: Uint8Array) => {
    const file = snapshotFile(model, name);
    claimFolder(dirname(file));
    writeWhole(file, bytes);
    total += bytes.length;
    stderr.write(`${file}: ${bytes.length} bytes\n`);
  };
  for (const model of models.length ? models : ["vit-ti-16"]) {
    // A snapshot made of a snapshot would prove nothing: without weights this fails.
    const {image} = await openModel(model);
    for (const {photo, reason} of await computeMissing(model, listPhotoFiles()))
      throw new Error(`${photo.file}: ${reason}`);
    const pictures: Record<string, string> = {};
    if (values.measures) {
      const measured = await measurePhotos(model, listPhotoFiles());
      write(model, measuresFile, Buffer.from(`${JSON.stringify(measured)}\n`));
      continue;
    }
    for (const {id, hash, ...photo} of listPhotoFiles()) {
      const [name, archive] = snapshotArchive(id, await photoArchive(model, {id, hash, ...photo}));
      write(model, name, archive);
      pictures[name] = hash;
    }
    write(model, snapshotIndex, Buffer.from(`${JSON.stringify(pictures, undefined, 2)}\n`));
    if (image.classifier) write(model, "classifier.arrow", await classifierFile(model));
    else write(model, "words.arrow", await wordsFile(model));
  }
  stderr.write(`${(total / 1e6).toFixed(2)} MB in all\n`);
  return 0;
}
