/** `snapshots`: the committed analyses anew, so that the site builds without weights. */
import {dirname, join} from "node:path";
import {causesPath, type CausesFile} from "../../components/analysis/causes.js";
import {Engine} from "../../components/model/runtime.js";
import {Sessions} from "../../components/model/sessions.js";
import {openDevice} from "../engine/device.js";
import {openModel, provenanceOf, type LoadedModel} from "../engine/index.js";
import {claimFolder, writeWhole, type Streams} from "../files/output.js";
import {computeMissing} from "../records/computeMissing.js";
import {classifierFile} from "../records/classifier.js";
import {snapshotArchive} from "../records/lightArchive.js";
import {measurePhotos, measuresFile} from "../records/measures.js";
import {photoArchive} from "../records/photoArchive.js";
import {wordsFile} from "../records/words.js";
import {imageFolder, listPhotoFiles} from "../site/photos.js";
import {snapshotFile, snapshotIndex} from "../site/snapshots.js";
import {photoCauses, shortened} from "./causes-photo.js";
import {parse} from "./options.js";

export const help = `snapshots [MODEL ...] [--measures|--causes]
  Computes the analyses of data/images that are committed in data/snapshots, with the weights (default vit-ti-16).
  --measures          only the few numbers of each photo that the Models page compares
  --causes            only what the Causes page shows of each photo before a model is loaded`;

export async function run(args: string[], {stderr}: Streams): Promise<number> {
  const {positionals: models, values} = parse({
    args,
    options: {measures: {type: "boolean", default: false}, causes: {type: "boolean", default: false}},
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
    const opened = await openModel(model);
    if (values.causes) {
      for await (const {name, file} of causesOfSite(opened)) write(model, name, Buffer.from(file));
      continue;
    }
    const {image} = opened;
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

/** What the Causes page shows of each photo of the site, as files of a model's folder. */
async function* causesOfSite(model: LoadedModel): AsyncGenerator<{name: string; file: string}> {
  const device = openDevice("auto", 0);
  const bench = {model, engine: new Engine(model, device), sessions: new Sessions(model.checkpoint, device, 40)};
  const {weights, versions} = provenanceOf(model, bench.engine, "clip");
  for (const {file, hash} of listPhotoFiles()) {
    const found: CausesFile = {
      model: model.id,
      weights,
      versions,
      ...(await photoCauses(bench, join(imageFolder, file)))
    };
    yield {
      name: causesPath(model.id, hash).replace(`snapshots/${model.id}/`, ""),
      file: `${JSON.stringify(found, shortened)}\n`
    };
  }
  await Promise.all([bench.engine.close(), bench.sessions.close()]);
}
