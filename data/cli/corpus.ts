/** `corpus`: outliers over a folder of pictures in a few numbers, of which no picture can be read back. */
import {createHash} from "node:crypto";
import {existsSync, readFileSync, rmSync} from "node:fs";
import {basename, join, resolve} from "node:path";
import type {ImageFacts} from "../../components/analysis/corpus/facts.js";
import {CorpusSum} from "../../components/analysis/corpus/sum.js";
import type {Watch} from "../../components/model/sessions.js";
import {openEngine, openModel, provenanceOf} from "../engine/index.js";
import {listFolder} from "../files/listing.js";
import {claimFiles, deliver, type Streams} from "../files/output.js";
import {progress} from "../files/progress.js";
import {CorpusLog, imagesOf, joinHeads, joinImages, readHead, type CorpusHead} from "../records/corpus-log.js";
import {corpusFacts, type CorpusSample} from "../records/corpus-image.js";
import {openRows, type RowsFile} from "../records/corpus-rows.js";
import {deviceName, parse, shardOf, chosenThreads, UsageError, wholeNumber} from "./options.js";
import {unfinished} from "./run-evaluation.js";

export const help = `corpus FOLDER [--model ID|FOLDER] [--shard I/N] [--out FILE] [options]
corpus merge SHARD SHARD ... [--out FILE] [--rows FILE]
  Outliers over many pictures, as the Corpus page reads them: how many, where, from which layer on, and which detectors
  agree. FOLDER has pictures; or, as PASCAL VOC, JPEGImages/, val.txt and SegmentationClassAug/, and then outliers are
  counted on objects and on background too. Memory does not grow with the pictures: beyond 1,000 of them intervals are
  normal ones, and norms are counted to three digits.
  --name TEXT         what the pictures are called (default: the folder's name; for VOC's layout, PASCAL VOC 2012 val)
  --limit N           only the first N pictures
  --shard I/N         pictures I, I + N, ... only (I from 1), into a file of their own; corpus merge joins all shards
  --rows FILE         what each picture has, too: .parquet (lists of patches) or .arrow (bits and coded norms)
  --model ID|FOLDER   the model (default: the best that is here)
  --device NAME       auto, cuda, webgpu or cpu (default auto)
  --threads N         CPU threads (default: as many as there are cores)
  --out FILE          write there instead of standard output; a shard needs it
  With --out, an interrupted run goes on where it stopped when it is given again.`;

const options = {
  model: {type: "string"},
  device: {type: "string", default: "auto"},
  threads: {type: "string", default: "0"},
  shard: {type: "string"},
  limit: {type: "string"},
  name: {type: "string"},
  rows: {type: "string"},
  out: {type: "string"}
} as const;

export async function run(args: string[], streams: Streams, watch?: Watch): Promise<number> {
  if (args[0] === "merge") return merge(args.slice(1), streams);
  const {values, positionals} = parse({args, options, allowPositionals: true});
  if (positionals.length !== 1) throw new UsageError("corpus takes one folder: corpus FOLDER.");
  const {out, rows} = values;
  const [folder] = positionals;
  const limit = values.limit === undefined ? Infinity : wholeNumber("limit", values.limit, 1);
  const samples = listSamples(folder).slice(0, limit);
  const shard = shardOf(values.shard ?? "1/1");
  const part = values.shard !== undefined;
  if (part && out === undefined) throw new UsageError("--out FILE is needed with --shard.");
  if (part && rows !== undefined) throw new UsageError("--rows goes with the whole: give it to corpus merge.");
  if (shard.of > samples.length)
    throw new UsageError(
      `--shard ${values.shard}: there are ${samples.length} pictures, and so at most as many shards.`
    );
  const on = {device: deviceName(values.device), threads: chosenThreads(values.threads, streams), watch};
  const log = out === undefined ? undefined : unfinished(out);
  claimFiles([out, log, rows], {inputs: samples.flatMap(({picture, mask}) => [picture, mask])});
  const model = await openModel(values.model);
  const engine = openEngine(model, on);
  const head: CorpusHead = {
    name: values.name ?? nameOf(folder, samples),
    total: samples.length,
    list: createHash("sha256")
      .update(samples.map(({name}) => name).join("\n"))
      .digest("hex"),
    shard,
    provenance: provenanceOf(model, engine, "sfp")
  };
  const taken = taking(head, part, rows);
  try {
    if (part && (await isDone(out!, head))) {
      streams.stderr.write(`${out} is this shard, already done.\n`);
      return 0;
    }
    const kept = log === undefined ? undefined : await CorpusLog.open(log, head, taken.add);
    const from = kept?.done ?? 0;
    if (from) streams.stderr.write(`Going on after ${from} of ${imagesOf(head)} pictures (${log}).\n`);
    const bar = progress(streams.stderr, "pictures", imagesOf(head), from);
    const chosen = [...samples.keys()].filter((i) => i % shard.of === shard.index - 1).slice(from);
    let done = from;
    for await (const placed of corpusFacts(engine, model, chosen, samples)) {
      kept?.append(placed);
      taken.add(placed.facts);
      bar.update(++done);
    }
    bar.end();
    if (part) kept!.finish(out!);
    else taken.deliver(out, streams);
    if (!part && log !== undefined) rmSync(log, {force: true});
  } finally {
    taken.end();
    await engine.close();
  }
  return 0;
}

/** What a run makes of images as they come; a part of a corpus makes nothing but its file. */
function taking(head: CorpusHead, part: boolean, rowsFile?: string) {
  const sum = new CorpusSum(head.name, head.total);
  let rows: RowsFile | undefined = rowsFile === undefined ? undefined : openRows(rowsFile, head.name, head.total);
  return {
    add(facts: ImageFacts): void {
      if (part) return;
      sum.add(facts);
      rows?.add(facts);
    },
    deliver(out: string | undefined, streams: Streams): void {
      const summary = JSON.stringify(sum.summary());
      rows?.finish();
      rows = undefined;
      deliver(summary, out, streams);
    },
    /** Leaves nothing half done. */
    end: () => rows?.abandon()
  };
}

/** Whether a file is the whole of this shard. @throws Error when it is something else, which would be lost */
async function isDone(out: string, head: CorpusHead): Promise<boolean> {
  if (!existsSync(out)) return false;
  const found = await readHead(out).catch((cause: Error) => {
    throw new Error(`${out} is there, and ${cause.message}; it would be lost. Choose another --out.`, {cause});
  });
  if (JSON.stringify(found) === JSON.stringify(head)) return true;
  throw new Error(
    `${out} is another run (${found.name}, ${found.provenance.model}, shard ${found.shard.index}/${found.shard.of}); remove it, or choose another --out.`
  );
}

/** @throws UsageError when the folder has no pictures */
export function listSamples(folder: string): CorpusSample[] {
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

export function nameOf(folder: string, samples: readonly CorpusSample[]): string {
  const name = samples[0].mask ? "PASCAL VOC 2012 val" : basename(resolve(folder));
  return `${name} (${samples.length} photos)`;
}

async function merge(args: string[], streams: Streams): Promise<number> {
  const {values, positionals} = parse({args, options: {out: options.out, rows: options.rows}, allowPositionals: true});
  if (!positionals.length) throw new UsageError("corpus merge SHARD SHARD ...: name the shards' files.");
  claimFiles([values.out, values.rows], {inputs: positionals});
  const heads = await Promise.all(
    positionals.map((file) =>
      readHead(file).catch((cause: Error) => {
        throw new Error(`${file} is not a shard of a corpus: ${cause.message}.`, {cause});
      })
    )
  );
  const head = joinHeads(heads);
  const taken = taking(head, false, values.rows);
  try {
    for await (const facts of joinImages(positionals, head)) taken.add(facts);
    taken.deliver(values.out, streams);
  } finally {
    taken.end();
  }
  return 0;
}
