import {cpus} from "node:os";
import {methods} from "../../components/model/methods/index.js";
import {seededRandom} from "../../components/analysis/random.js";
import {median} from "../../components/analysis/arrays.js";
import {precisions} from "../../components/model/model.js";
import type {Pixels} from "../../components/model/runtime.js";
import {openEngine, openModel} from "../engine/index.js";
import {
  deviceName,
  modelHelp,
  modelOptions,
  modelSettings,
  parse,
  threadCount,
  UsageError,
  wholeNumber
} from "./options.js";
import type {Streams} from "../files/output.js";
import {claimFiles, deliver} from "../files/output.js";

export const help = `bench [--runs N] [--precision P] [options]
  Time of one 224 px pass of every method, of all attention probes, of several methods, of batches, and memory.
  --runs N            timed runs of each (default 9); the median is printed
  --precision P       float32 (default), or float16: the products with the blocks' weights, on a GPU
${modelHelp}`;

/** One line of the report. */
interface Measurement {
  what: string;
  /** Median time of a run. */
  ms: number;
  /** Relative to plain CLIP, timed in turn with it. */
  ratio: number;
}

export async function run(args: string[], streams: Streams): Promise<number> {
  const {values} = parse({
    args,
    options: {...modelOptions, runs: {type: "string", default: "9"}, precision: {type: "string", default: "float32"}}
  });
  const runs = wholeNumber("runs", values.runs, 1);
  const device = deviceName(values.device);
  claimFiles([values.out]);
  const precision = precisions.find((one) => one === values.precision);
  if (!precision) throw new UsageError(`--precision ${values.precision}: it is ${precisions.join(" or ")}.`);
  const model = {...(await openModel(values.model, modelSettings(values))), precision};
  const engine = openEngine(model, {device, threads: threadCount(values.threads, streams)});
  const side = model.geometry.trainedGrid * model.geometry.patch;
  const {layers, trainedGrid: n} = model.geometry;
  const grid = [n, n] as const;
  const [one, eight] = [noise(1, side), noise(8, side)];
  const every = Array.from({length: layers}, (_, i) => `attention.${i + 1}`);
  const features = (pixels: Pixels, ...names: string[]) => {
    const requests = names.map((method) => ({method}));
    return () => engine.features(requests, pixels);
  };
  const cases: [what: string, work: () => Promise<unknown>][] = [
    ...Object.keys(methods).map((name) => [name, features(one, name)] as [string, () => Promise<unknown>]),
    [
      "clip, head-mean attention of all layers",
      () => engine.run({method: "clip", grid, outputs: ["features", ...every]}, one)
    ],
    ["clip, sclip, clearclip in one pass", features(one, "clip", "sclip", "clearclip")],
    ["sfp, clearclip in one pass", features(one, "sfp", "clearclip")],
    ["clip, eight windows at once", features(eight, "clip")],
    ["sfp, eight windows at once", features(eight, "sfp")]
  ];
  const results: Measurement[] = [];
  for (const [what, work] of cases) {
    results.push({what, ...(await compare(work, features(one, "clip"), runs))});
    streams.stderr.write(`${what}: ${results.at(-1)!.ms.toFixed(1)} ms, ${results.at(-1)!.ratio.toFixed(2)} × clip\n`);
  }
  await engine.close();
  const {rss} = process.memoryUsage();
  const report = {
    model: model.id,
    weights: model.hash,
    device: engine.device.name,
    precision,
    processor: `${cpus()[0]?.model ?? "unknown"}, ${cpus().length} cores`,
    peakMemoryMB: Math.round((process.resourceUsage().maxRSS * 1024) / 1e6),
    memoryMB: Math.round(rss / 1e6),
    results
  };
  deliver((values.json ? JSON.stringify(report, null, 2) : table(report)) + "\n", values.out, streams);
  return 0;
}

/** Runs both in turn, so that a noisy machine disturbs both alike. */
async function compare(subject: () => Promise<unknown>, reference: () => Promise<unknown>, runs: number) {
  const times: number[] = [];
  const references: number[] = [];
  for (let i = -1; i < runs; ++i) {
    const subjectTime = await time(subject);
    const referenceTime = await time(reference);
    // The first round makes the sessions.
    if (i < 0) continue;
    times.push(subjectTime);
    references.push(referenceTime);
  }
  return {ms: median(times), ratio: median(times) / median(references)};
}

async function time(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function noise(batch: number, side: number): Pixels {
  const random = seededRandom(1);
  return {
    dims: [batch, 3, side, side],
    data: Float32Array.from({length: batch * 3 * side * side}, () => 2 * random() - 1)
  };
}

function table({results, ...about}: {results: Measurement[]; [key: string]: unknown}): string {
  const head = Object.entries(about).map(([key, value]) => `${key}: ${String(value)}`);
  const rows = results.map(
    ({what, ms, ratio}) => `${what.padEnd(42)} ${ms.toFixed(1).padStart(8)} ms ${ratio.toFixed(2).padStart(6)} × clip`
  );
  return [...head, ...rows].join("\n");
}
