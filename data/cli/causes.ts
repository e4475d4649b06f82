/** `causes`: which neurons and heads make the high-norm patches of pictures, and what is left without them. */
import {readFileSync} from "node:fs";
import {basename, extname} from "node:path";
import {type CausesFile, type PhotoCauses} from "../../components/analysis/causes.js";
import type {LexiconFile} from "../../components/model/lexicon.js";
import {eachLayer} from "../../components/model/outputs.js";
import {
  changedNumbers,
  neuronCauses,
  numbersOutputs,
  toldLayer,
  toldRatio,
  without
} from "../../components/model/interventions/study.js";
import type {Intervention} from "../../components/model/interventions/index.js";
import {Engine} from "../../components/model/runtime.js";
import {Sessions} from "../../components/model/sessions.js";
import {openModel, provenanceOf} from "../engine/index.js";
import {openDevice} from "../engine/device.js";
import {claimFiles, deliver, type Streams} from "../files/output.js";
import {progress} from "../files/progress.js";
import {listSamples, nameOf} from "./corpus.js";
import {summariseCauses} from "./causes-folder.js";
import {changedRun, plainRun, type Bench} from "./causes-run.js";
import {deviceName, parse, chosenThreads, UsageError, wholeNumber} from "./options.js";

export const help = `causes FOLDER [--limit N] [--name TEXT] [--out FILE]
causes --image FILE [--image FILE ...] [--out FILE]
  What makes high-norm patches, as the Causes page reads it. Of a folder (pictures, or PASCAL VOC's layout): the first
  neurons over all pictures, and what 1, 2, 5, 10, 20 and 50 of them do to norms and features when they are switched off,
  found on one half of the pictures and measured on the other; beside them ten neurons drawn by chance. Of single
  pictures: each one's neurons and heads, and its numbers with the first neurons switched off.
  --name TEXT         what the pictures are called
  --limit N           only the first N pictures
  --model ID|FOLDER   the model (default: the best that is here)
  --device NAME       auto, cuda, webgpu or cpu (default auto)
  --threads N         CPU threads (default: as many as there are cores)
  --out FILE          write there instead of standard output`;

const options = {
  model: {type: "string"},
  device: {type: "string", default: "auto"},
  threads: {type: "string", default: "0"},
  image: {type: "string", multiple: true, default: [] as string[]},
  limit: {type: "string"},
  name: {type: "string"},
  out: {type: "string"}
} as const;

/** How many neurons are listed for a picture, and how many the second question switches off. */
const listed = 10;

export async function run(args: string[], streams: Streams): Promise<number> {
  const {values, positionals} = parse({args, options, allowPositionals: true});
  if ((positionals.length === 1) === values.image.length > 0)
    throw new UsageError("causes takes one folder, or --image FILE: causes FOLDER.");
  const limit = values.limit === undefined ? Infinity : wholeNumber("limit", values.limit, 1);
  const samples = positionals.length
    ? listSamples(positionals[0]).slice(0, limit)
    : values.image.map((picture) => ({name: basename(picture, extname(picture)), picture}));
  claimFiles([values.out], {inputs: samples.map(({picture}) => picture)});
  const device = openDevice(deviceName(values.device), chosenThreads(values.threads, streams));
  const model = await openModel(values.model);
  const bench = {model, engine: new Engine(model, device), sessions: new Sessions(model.checkpoint, device, 40)};
  const bar = progress(streams.stderr, "pictures", samples.length);
  const done = (count: number) => bar.update(count);
  const pictures = samples.map(({picture}) => picture);
  const found = positionals.length
    ? await summariseCauses(bench, pictures, values.name ?? nameOf(positionals[0], samples), done)
    : await photoFile(bench, samples, done);
  bar.end();
  deliver(JSON.stringify(found, rounded), values.out, streams);
  await Promise.all([bench.engine.close(), bench.sessions.close()]);
  return 0;
}

async function photoFile(
  bench: Bench,
  samples: readonly {name: string; picture: string}[],
  done: (count: number) => void
): Promise<CausesFile> {
  const {model, engine} = bench;
  const {weights, versions} = provenanceOf(model, engine, "clip");
  const photos: Record<string, PhotoCauses> = {};
  for (const {name, picture} of samples) {
    photos[name] = await photoCauses(bench, picture);
    done(Object.keys(photos).length);
  }
  return {model: model.id, weights, versions, photos};
}

async function photoCauses(bench: Bench, picture: string): Promise<PhotoCauses> {
  const {model} = bench;
  const {layers, heads, classes} = model.geometry;
  const plain = await plainRun(bench, picture);
  const names = classes === 1000 ? classNames() : undefined;
  const neurons = neuronCauses(model, plain.output, listed);
  const answer = async (list: readonly Intervention[]) => {
    const output = await changedRun(bench, plain, list, numbersOutputs(model));
    return changedNumbers(model, {plain: plain.output, output, list}, names);
  };
  const ratios: number[] = [];
  for (const layer of eachLayer(layers, (l) => l))
    for (let head = 1; head <= heads; ++head) {
      const list = [{kind: "head", values: {layer, head, scale: 0}}];
      ratios.push(toldRatio(model, await changedRun(bench, plain, list, [`norms.${toldLayer(model)}`])));
    }
  return {
    grid: plain.run.grid,
    headCount: heads,
    layer: toldLayer(model),
    neurons,
    heads: ratios,
    plain: changedNumbers(model, {plain: plain.output, output: plain.output, list: []}, names),
    answers: neurons.length ? [await answer(without(neurons.slice(0, 1))), await answer(without(neurons))] : []
  };
}

/** The names of ImageNet-1k's classes, the first of each. */
function classNames(): string[] {
  const file = new URL("../models/mini/lexicon.json", import.meta.url);
  const {classes} = JSON.parse(readFileSync(file, "utf8")) as LexiconFile;
  return classes.map(([name]) => name);
}

/** Numbers as far as figures show them. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(3)) : value;
}
