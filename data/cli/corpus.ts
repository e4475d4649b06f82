/** `corpus`: outliers over a folder of pictures in a few numbers, of which no picture can be read back. */
import {existsSync, readFileSync} from "node:fs";
import {basename, join, resolve} from "node:path";
import {corpusSummary, type CorpusImage} from "../../components/analysis/corpus.js";
import {computeRecord, keptScores} from "../../components/model/compute.js";
import {gridOf} from "../../components/model/geometry.js";
import {fit} from "../../components/model/image/fit.js";
import {normalise} from "../../components/model/image/normalise.js";
import type {Engine} from "../../components/model/runtime.js";
import {openEngine, openModel, provenance, type LoadedModel} from "../engine/index.js";
import {listFolder} from "../files/listing.js";
import {readMask} from "../files/masks.js";
import {claimFiles, deliver, writeWhole, type Streams} from "../files/output.js";
import {readPicture} from "../files/picture.js";
import {progress} from "../files/progress.js";
import {corpusImage, squareMask} from "../records/corpus-image.js";
import {joinShards, packShard, unpackShard} from "../records/corpus-shard.js";
import {deviceName, parse, shardOf, threadCount, UsageError, wholeNumber} from "./options.js";

export const help = `corpus FOLDER [--model ID|FOLDER] [--shard I/N] [--out FILE] [options]
corpus merge A.zip B.zip ... [--out FILE]
  Outliers over many pictures, as the Corpus page reads them: how many, where, from which layer on, and which detectors
  agree. FOLDER has pictures; or, as PASCAL VOC, JPEGImages/, val.txt and SegmentationClassAug/, and then outliers are
  counted on objects and on background too.
  --name TEXT         what the pictures are called (default: the folder's name; for VOC's layout, PASCAL VOC 2012 val)
  --limit N           only the first N pictures
  --shard I/N         pictures I, I + N, ... only (I from 1), into a zip of their records; corpus merge joins all shards
  --model ID|FOLDER   the model (default: the best that is here)
  --device NAME       auto, cuda, webgpu or cpu (default auto)
  --threads N         CPU threads (default: as many as there are cores)
  --out FILE          write there instead of standard output; a shard needs it`;

const options = {
  model: {type: "string"},
  device: {type: "string", default: "auto"},
  threads: {type: "string", default: "0"},
  shard: {type: "string"},
  limit: {type: "string"},
  name: {type: "string"},
  out: {type: "string"}
} as const;

export async function run(args: string[], streams: Streams): Promise<number> {
  if (args[0] === "merge") return merge(args.slice(1), streams);
  const {values, positionals} = parse({args, options, allowPositionals: true});
  if (positionals.length !== 1) throw new UsageError("corpus takes one folder: corpus FOLDER.");
  const [folder] = positionals;
  const limit = values.limit === undefined ? Infinity : wholeNumber("limit", values.limit, 1);
  const samples = listSamples(folder).slice(0, limit);
  const shard = shardOf(values.shard ?? "1/1");
  if (values.shard !== undefined && values.out === undefined)
    throw new UsageError("--out FILE.zip is needed with --shard.");
  const on = {device: deviceName(values.device), threads: threadCount(values.threads, streams)};
  claimFiles([values.out], {inputs: samples.flatMap(({picture, mask}) => [picture, mask])});
  const model = await openModel(values.model);
  const engine = openEngine(model, on);
  const chosen = [...samples.keys()].filter((i) => i % shard.of === shard.index - 1);
  const bar = progress(streams.stderr, "pictures", chosen.length);
  const images = new Map<number, CorpusImage>();
  for (const place of chosen) {
    images.set(place, await measure(engine, model, samples[place]));
    bar.update(images.size);
  }
  bar.end();
  await engine.close();
  const name = values.name ?? nameOf(folder, samples);
  if (values.shard !== undefined) writeWhole(values.out!, packShard({name, total: samples.length, images}));
  else deliver(JSON.stringify(corpusSummary(name, [...images.values()])), values.out, streams);
  return 0;
}

/** A picture of a corpus, and its labels where they are known. */
interface Sample {
  name: string;
  picture: string;
  mask?: string;
}

/** @throws UsageError when the folder has no pictures */
export function listSamples(folder: string): Sample[] {
  const list = join(folder, "val.txt");
  if (existsSync(list)) {
    const names = readFileSync(list, "utf8").split(/\s+/).filter(Boolean);
    return names.map((name) => ({
      name,
      picture: join(folder, "JPEGImages", `${name}.jpg`),
      mask: join(folder, "SegmentationClassAug", `${name}.png`)
    }));
  }
  const {files, broken} = listFolder(folder);
  const isPicture = (file: string) => /\.(jpe?g|png|webp)$/i.test(file);
  // A corpus of fewer pictures than there are would not be what its name says.
  const missing = broken.find(({path}) => isPicture(path));
  if (missing) throw new Error(`${join(folder, missing.path)} cannot be used: ${missing.reason}. Remove it.`);
  const pictures = files.filter(isPicture);
  if (!pictures.length)
    throw new UsageError(
      `${folder} has no pictures (JPEG, PNG, WebP). Give a folder of pictures, or one with JPEGImages/, SegmentationClassAug/ and val.txt.`
    );
  return pictures.map((file) => ({name: file, picture: join(folder, file)}));
}

export function nameOf(folder: string, samples: readonly Sample[]): string {
  const name = samples[0].mask ? "PASCAL VOC 2012 val" : basename(resolve(folder));
  return `${name} (${samples.length} photos)`;
}

async function measure(engine: Engine, model: LoadedModel, {name, picture, mask}: Sample): Promise<CorpusImage> {
  const square = fit(await readPicture(picture), model.geometry.patch);
  const {width, height, data} = normalise(square, model.geometry, "bytes");
  const pixels = {dims: [1, 3, height, width] as const, data};
  const grid = gridOf(model.geometry, height, width);
  const {record, attention} = await computeRecord(engine, {
    image: name,
    grid,
    pixels,
    provenance: provenance(model, engine, "sfp")
  });
  record.trunks.plain.scores = await keptScores(engine, "plain", grid, pixels);
  // A shard keeps whole records, and a file has the scores of both trunks or of none; the summary reads the plain one.
  record.trunks.purified.scores = record.trunks.plain.scores;
  return corpusImage(
    record,
    attention.plain,
    square,
    mask === undefined ? undefined : squareMask(await readMask(mask), width)
  );
}

function merge(args: string[], streams: Streams): number {
  const {values, positionals} = parse({args, options: {out: options.out}, allowPositionals: true});
  if (!positionals.length) throw new UsageError("corpus merge A.zip B.zip ...: name the shards' files.");
  claimFiles([values.out], {inputs: positionals});
  const shards = positionals.map((file) => {
    try {
      return unpackShard(readFileSync(file));
    } catch (cause) {
      throw new Error(`${file} is not a shard of a corpus: ${(cause as Error).message}`, {cause});
    }
  });
  const {name, images} = joinShards(shards);
  deliver(JSON.stringify(corpusSummary(name, images)), values.out, streams);
  return 0;
}
