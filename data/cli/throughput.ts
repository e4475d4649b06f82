/** Images a second of the verbs that go through many photos, as a person runs them, and how long the device computes. */
import {copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {Writable} from "node:stream";
import {fileURLToPath} from "node:url";
import {encode} from "fast-png";
import {datasetNamed} from "../../components/model/evaluation/datasets.js";
import type {Watch} from "../../components/model/sessions.js";
import {openBackend} from "./backend.js";
import type {Streams} from "../files/output.js";
import {readPicture} from "../files/picture.js";

/** One verb on one device. */
export interface Throughput {
  verb: string;
  device: string;
  images: number;
  /** From the first session on to the end, in ms. */
  all: number;
  /** Of it, making sessions: once for all images. */
  sessions: number;
  /** Of it, running them, with what goes in and comes out. */
  computing: number;
  /** Images a second of the time without making sessions. */
  rate: number;
  /** The share of that time in which the device computes. */
  share: number;
}

/** The words that every verb is given. */
export interface ThroughputWords {
  model: string;
  device: string;
  threads: string;
  method: string;
}

const photos = fileURLToPath(new URL("../images/", import.meta.url));
const dataset = datasetNamed("voc20");

/** Runs the verbs one after another on the same photos, in a folder of their own that is removed afterwards. */
export async function measureThroughput(
  words: ThroughputWords,
  images: number,
  {stderr}: Pick<Streams, "stderr">,
  done: (result: Throughput) => void
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "sfp-throughput-"));
  try {
    await writePhotos(folder, images);
    for (const [verb, run] of Object.entries(runs)) {
      const clock = new Clock();
      const said = collect();
      const status = await run(folder, words, {stdout: collect(), stderr: said}, clock);
      if (status !== 0) throw new Error(`${verb} failed: ${said.text().trim()}`);
      const result = {verb, device: words.device, images, ...clock.result(images)};
      done(result);
      stderr.write(`${throughputLine(result)}\n`);
    }
  } finally {
    rmSync(folder, {recursive: true, force: true, maxRetries: 5});
  }
}

/** A result in a line. */
export function throughputLine({verb, device, rate, share, sessions, all}: Throughput): string {
  return (
    `${verb.padEnd(9)} on ${device.padEnd(7)} ${rate.toPrecision(3).padStart(6)} images/s, the device computing ` +
    `${(100 * share).toFixed(1)} % of the time (${(all / 1000).toFixed(1)} s, and of it ${(sessions / 1000).toFixed(1)} s for sessions)`
  );
}

type Run = (folder: string, words: ThroughputWords, streams: Streams, watch: Watch) => Promise<number>;

const runs: Readonly<Record<string, Run>> = {
  async analyze(folder, words, streams, watch) {
    const {run} = await import("./analyze.js");
    const chosen = readdirSync(join(folder, dataset.images.folder)).flatMap((name) => [
      "--image",
      join(folder, dataset.images.folder, name)
    ]);
    return run([...chosen, "--out", join(folder, "analyses"), ...wordsOf(words)], streams, watch);
  },
  async corpus(folder, {model, device, threads}, streams, watch) {
    const {run} = await import("./corpus.js");
    const out = join(folder, "corpus.json");
    return run(
      [join(folder, dataset.images.folder), "--out", out, ...wordsOf({model, device, threads})],
      streams,
      watch
    );
  },
  async evaluate(folder, words, streams, watch) {
    const {run} = await import("./evaluate.js");
    const fixed = ["--dataset", dataset.name, "--settings", "alike", "--words", "known", "--json"];
    const out = join(folder, "evaluation.json");
    return run([...fixed, "--root", folder, "--out", out, ...wordsOf(words)], streams, (given, on) =>
      openBackend(given, on, watch)
    );
  }
};

const wordsOf = (words: Partial<ThroughputWords>) =>
  Object.entries(words).flatMap(([name, value]) => [`--${name}`, value]);

/** The JPEG photos of this project, each as often as it takes, as a benchmark with labels that mean nothing. */
async function writePhotos(root: string, images: number): Promise<void> {
  const files = readdirSync(photos).filter((file) => file.endsWith(dataset.images.suffix));
  const [folder, labels] = [join(root, dataset.images.folder), join(root, dataset.labels[0])];
  mkdirSync(folder, {recursive: true});
  mkdirSync(labels, {recursive: true});
  const masks = new Map<string, Uint8Array>();
  const names: string[] = [];
  for (let i = 0; i < images; ++i) {
    const file = join(photos, files[i % files.length]);
    const name = String(i).padStart(6, "0");
    const mask = masks.get(file) ?? (await madeUpLabels(file));
    masks.set(file, mask);
    copyFileSync(file, join(folder, name + dataset.images.suffix));
    writeFileSync(join(labels, name + dataset.forms[0].suffix), mask);
    names.push(name);
  }
  const list = join(root, dataset.lists[0]);
  mkdirSync(join(list, ".."), {recursive: true});
  writeFileSync(list, names.join("\n") + "\n");
}

/** Bands of all classes. */
async function madeUpLabels(file: string): Promise<Uint8Array> {
  const {width, height} = await readPicture(file, {profile: "ignore"});
  const data = Uint8Array.from(
    {length: width * height},
    (_, i) => 1 + Math.floor(((i % width) * dataset.classes) / width)
  );
  return encode({width, height, data, channels: 1, depth: 8});
}

/** Adds up what a device was busy with, from the first session on. */
class Clock implements Watch {
  private start?: number;
  private sessions = 0;
  private computing = 0;

  made(ms: number): void {
    this.start ??= performance.now() - ms;
    this.sessions += ms;
  }

  ran(ms: number): void {
    this.computing += ms;
  }

  result(images: number): Pick<Throughput, "all" | "sessions" | "computing" | "rate" | "share"> {
    const {sessions, computing} = this;
    const all = performance.now() - (this.start ?? 0);
    const steady = all - sessions;
    return {all, sessions, computing, rate: (1000 * images) / steady, share: computing / steady};
  }
}

/** A stream that keeps what is written. */
function collect(): Writable & {text(): string} {
  const parts: Buffer[] = [];
  const stream = new Writable({
    write(part: Buffer, _, next) {
      parts.push(part);
      next();
    }
  });
  return Object.assign(stream, {text: () => Buffer.concat(parts).toString()});
}
