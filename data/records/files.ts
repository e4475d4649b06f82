/** The files of one image under one model, as the pages read them. `docs/architecture.md` has the schema. */
import {createHash} from "node:crypto";
import {existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {fileURLToPath} from "node:url";
import {unzipSync, zipSync} from "fflate";
import {encodeAttention, encodeFeatures, encodeRecord, encodeRepairs} from "../../components/analysis/arrow.js";
import {
  analyse,
  headAttention,
  localOutlierFactors,
  methodFeatures,
  repairSweep,
  stageFeatures
} from "../../components/model/analyse.js";
import {fit} from "../../components/model/image/fit.js";
import {normalise} from "../../components/model/image/normalise.js";
import {gridOf} from "../../components/model/geometry.js";
import {classifierRows} from "../../components/model/lexicon.js";
import {methods} from "../../components/model/methods/index.js";
import {readPicture} from "../cli/picture.js";
import {openEngine, openModel, provenance, type DeviceName, type LoadedModel} from "../engine/index.js";
import {imageFolder, listPhotos, type Photo} from "../photos.js";

/** Methods whose features the pages compare, beside SFP's own stages; "vis" is SFP itself. */
export const comparedMethods = Object.keys(methods).filter((name) => name !== "sfp");

/** Coding levels of `encodeAttention`: means stay within 1 / 90 of a row's largest value, heads within 1 / 20. */
const meanLevels = 90;
const headLevels = 20;

/** A file's name within the image's folder, and its bytes. */
export type RecordFiles = Record<string, Uint8Array>;

/** The names of an image's files for a model of `layers` layers. */
export function recordFileNames(layers: number): string[] {
  return [
    "summary.arrow",
    "repairs.arrow",
    "attention-plain.arrow",
    "attention-purified.arrow",
    ...Array.from({length: layers}, (_, i) => `heads-plain-${i + 1}.arrow`),
    ...["plain", "som", "sae", "vis", ...comparedMethods].map((name) => `features-${name}.arrow`)
  ];
}

/** Computes an image's files with the model. Numbers are those of the explorer's default fit, a 224 px square. */
export async function computeFiles(
  model: LoadedModel,
  photo: {id: string; path: string},
  on: {device?: DeviceName; threads?: number} = {}
): Promise<RecordFiles> {
  const engine = openEngine(model, on);
  const {patch, layers} = model.geometry;
  const square = fit(await readPicture(photo.path), patch);
  const {width, height, data} = normalise(square, model.geometry, "bytes");
  const pixels = {dims: [1, 3, height, width] as const, data};
  const grid = gridOf(model.geometry, height, width);
  const subject = {image: photo.id, grid, pixels, provenance: provenance(model, engine, "sfp")};
  const {record, attention} = await analyse(engine, subject);
  for (const trunk of ["plain", "purified"] as const)
    record.trunks[trunk].lof = await localOutlierFactors(engine, trunk, grid, pixels);
  const files: RecordFiles = {
    "summary.arrow": encodeRecord(record),
    "attention-plain.arrow": encodeAttention(attention.plain, meanLevels),
    "attention-purified.arrow": encodeAttention(attention.purified, meanLevels)
  };
  const everyLayer = Array.from({length: layers}, (_, i) => i + 1);
  (await headAttention(engine, "plain", everyLayer, grid, pixels)).forEach((heads, i) => {
    files[`heads-plain-${i + 1}.arrow`] = encodeAttention(heads, headLevels);
  });
  for (const [stage, features] of Object.entries(await stageFeatures(engine, grid, pixels)))
    files[`features-${stage}.arrow`] = encodeFeatures(features);
  for (const method of comparedMethods)
    files[`features-${method}.arrow`] = encodeFeatures(await methodFeatures(engine, method, grid, pixels));
  files["repairs.arrow"] = encodeRepairs(await repairSweep(engine, grid, pixels), layers);
  await engine.close();
  return files;
}

const project = fileURLToPath(new URL("../..", import.meta.url));

/** The archive of an image's files: computed where the model is here, else the committed snapshot. */
export async function recordArchive(modelId: string, photoId: string): Promise<Uint8Array> {
  const photo = listPhotos().find(({id}) => id === photoId);
  if (!photo) throw new Error(`There is no photo ${photoId} in data/images.`);
  return computedOrSnapshot(modelId, `${photoId}.zip`, async (model) => {
    const cached = join(project, ".cache/records", `${cacheKey(model, photo)}.zip`);
    if (existsSync(cached)) return readFileSync(cached);
    const archive = pack(await computeFiles(model, {id: photo.id, path: join(imageFolder, photo.file)}));
    mkdirSync(join(project, ".cache/records"), {recursive: true});
    writeFileSync(`${cached}.part`, archive);
    renameSync(`${cached}.part`, cached);
    return archive;
  });
}

/** The rows of a model's classifier, coded as features are. */
export function classifierArchive(modelId: string): Promise<Uint8Array> {
  return computedOrSnapshot(modelId, "classifier.arrow", async (model) => encodeFeatures(classifierRows(model)));
}

/** Computes with the model where it is here; serves the snapshot where it is not. */
async function computedOrSnapshot(
  modelId: string,
  name: string,
  compute: (model: LoadedModel) => Promise<Uint8Array>
): Promise<Uint8Array> {
  const snapshot = snapshotFile(modelId, name);
  let model: LoadedModel;
  try {
    model = await openModel(modelId);
  } catch (error) {
    if (existsSync(snapshot)) return readFileSync(snapshot);
    throw error;
  }
  return compute(model);
}

/** Packs files into a zip that is the same whenever it is made. */
export function pack(files: RecordFiles): Uint8Array {
  return zipSync(files, {level: 9, mtime: new Date(1980, 0, 2)});
}

/** The files of an archive. */
export function unpack(archive: Uint8Array): RecordFiles {
  return unzipSync(archive);
}

/** Where a committed file lies. */
export function snapshotFile(model: string, name: string): string {
  return join(project, "data/snapshots", model, name);
}

/** Weights, photo and code: when none has changed, neither have the numbers. */
function cacheKey(model: LoadedModel, photo: Photo): string {
  const hash = createHash("sha256")
    .update(model.hash)
    .update(photo.id)
    .update(readFileSync(join(imageFolder, photo.file)));
  for (const folder of ["components/model", "components/analysis", "data/engine", "data/records"])
    for (const file of (readdirSync(join(project, folder), {recursive: true}) as string[]).toSorted()) {
      const path = join(project, folder, file);
      if (statSync(path).isFile()) hash.update(file).update(readFileSync(path));
    }
  return hash.digest("hex").slice(0, 32);
}
