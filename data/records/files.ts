/** The files of one image under one model, as the pages read them. `docs/architecture.md` has the schema. */
import {headLevels, meanLevels} from "../../components/exchange/record.js";
import {encodeAttention, encodeFeatures, encodeRecord, encodeRepairs} from "../../components/records/arrow.js";
import {trunks} from "../../components/records/record.js";
import {
  computeRecord,
  headAttention,
  keptScores,
  type Engines,
  methodFeatures,
  registerFeatures,
  repairSweep,
  stageFeatures
} from "../../components/model/compute.js";
import {methodsFor} from "../../components/model/build.js";
import {fit} from "../../components/model/image/fit.js";
import {inputOf, type PictureInput} from "../../components/model/image/input.js";
import {compared} from "../../components/model/methods/index.js";
import {ahead} from "../files/ahead.js";
import {readPicture} from "../files/picture.js";
import {openEngine, openModel, provenanceOf, type DeviceChoice, type LoadedModel} from "../engine/index.js";
import {secondModel} from "../site/second.js";
import type {RecordFiles} from "./archive.js";

/** Methods whose features the pages compare, beside SFP's own stages; "vis" is SFP itself. */
export const comparedMethods = compared.map(({name}) => name);

/** An image to analyse: its name in the record, and the picture's file. */
export interface ImageFile {
  id: string;
  path: string;
}

/** What became of an image. */
export type Outcome = {files: RecordFiles} | {failure: Error};

/** How many images take turns on an engine, and so how many an interruption costs at most. */
export const together = 8;

/**
 * Computes the files of each image with the model, at the explorer's default fit, a 224 px square.
 *
 * A few images at a time ask the engine, which answers in order, so that what one asks for meets the session that was
 * made for the one before. Making a session takes longer than running it. Meanwhile the next few are read.
 *
 * @param done called for each image; one that fails does not stop the others
 */
export async function computeEach<S extends ImageFile>(
  model: LoadedModel,
  subjects: readonly S[],
  done: (subject: S, outcome: Outcome) => void,
  on: DeviceChoice = {}
): Promise<void> {
  // Pages compare words with features, which for a model with a pooling head are past it.
  const pooled = {...model, dense: "pooled"} as const;
  const second = await secondModel(model.id);
  const proxy = second === undefined ? undefined : await openModel(second);
  const engines = {engine: openEngine(pooled, on), proxied: proxy && openEngine(pooled, {...on, proxy}), proxy};
  const few = Array.from({length: Math.ceil(subjects.length / together)}, (_, i) =>
    subjects.slice(i * together, (i + 1) * together)
  );
  for await (const [group, inputs] of ahead(few, (group) => readInputs(model, group), 1))
    await Promise.all(
      group.map(async (subject, i) => {
        const input = inputs[i];
        const outcome =
          input instanceof Error
            ? {failure: input}
            : await computeFiles(model, engines, subject.id, input).then(
                (files) => ({files}),
                (failure: Error) => ({failure})
              );
        done(subject, outcome);
      })
    );
  await engines.engine.close();
  await engines.proxied?.close();
}

/** What the model is given of each photo, or why there is none. One decoded photo is in memory at a time: they can be large. */
async function readInputs(model: LoadedModel, subjects: readonly ImageFile[]): Promise<(PictureInput | Error)[]> {
  const inputs: (PictureInput | Error)[] = [];
  for (const {path} of subjects) inputs.push(await readInput(model, path).catch((failure: Error) => failure));
  return inputs;
}

async function readInput({geometry}: LoadedModel, path: string): Promise<PictureInput> {
  return inputOf(fit(await readPicture(path), geometry.patch), geometry);
}

async function computeFiles(
  model: LoadedModel,
  {proxy, ...engines}: Engines & {proxy?: LoadedModel},
  image: string,
  {grid, pixels}: PictureInput
): Promise<RecordFiles> {
  const {layers} = model.geometry;
  const {engine, proxied} = engines;
  const subject = {image, grid, pixels, provenance: provenanceOf(model, engine, "sfp", {}, proxy)};
  const {record, attention} = await computeRecord(engine, subject);
  for (const trunk of trunks) record.trunks[trunk].scores = await keptScores(engine, trunk, grid, pixels);
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
  // What a model cannot have, pages say was not computed.
  const methods = methodsFor(engine.model, comparedMethods, grid, proxied?.proxy?.model);
  for (const [i, features] of (await methodFeatures(engines, methods, pixels)).entries())
    files[`features-${methods[i]}.arrow`] = encodeFeatures(features);
  for (const [name, features] of Object.entries(await registerFeatures(engine, model.hash, grid, pixels)))
    files[`features-${name}.arrow`] = encodeFeatures(features);
  files["repairs.arrow"] = encodeRepairs(await repairSweep(engine, grid, pixels), layers);
  return files;
}
