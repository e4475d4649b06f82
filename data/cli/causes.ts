/** `causes`: which neurons and heads make the high-norm patches of pictures, and what is left without them. */
import {basename, extname} from "node:path";
import type {CausesOrigin, PhotoCauses} from "../../components/analysis/causes.js";
import {Engine} from "../../components/model/runtime.js";
import {Sessions} from "../../components/model/sessions.js";
import {openModel, provenanceOf} from "../engine/index.js";
import {openDevice} from "../engine/device.js";
import {claimFiles, deliver, type Streams} from "../files/output.js";
import {progress} from "../files/progress.js";
import {listSamples, nameOf} from "./corpus.js";
import {summariseCauses} from "./causes-folder.js";
import {photoCauses, shortened} from "./causes-photo.js";
import type {Bench} from "./causes-run.js";
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
    : await ofPictures(bench, samples, done);
  bar.end();
  deliver(JSON.stringify(found, shortened), values.out, streams);
  await Promise.all([bench.engine.close(), bench.sessions.close()]);
  return 0;
}

async function ofPictures(
  bench: Bench,
  samples: readonly {name: string; picture: string}[],
  done: (count: number) => void
): Promise<CausesOrigin & {photos: Record<string, PhotoCauses>}> {
  const {weights, versions} = provenanceOf(bench.model, bench.engine, "clip");
  const photos: Record<string, PhotoCauses> = {};
  for (const {name, picture} of samples) {
    photos[name] = await photoCauses(bench, picture);
    done(Object.keys(photos).length);
  }
  return {model: bench.model.id, weights, versions, photos};
}
