import {cpus} from "node:os";
import {precisions} from "../../components/model/model.js";
import {openEngine, openModel} from "../engine/index.js";
import {measureMethods, type Measurement} from "./method-times.js";
import {measureThroughput, throughputLine, type Throughput} from "./throughput.js";
import {
  deviceName,
  modelHelp,
  modelOptions,
  modelSettings,
  parse,
  chosenThreads,
  UsageError,
  wholeNumber
} from "./options.js";
import type {Streams} from "../files/output.js";
import {claimFiles, deliver} from "../files/output.js";

export const help = `bench [--runs N] [--precision P] [options]
bench --throughput [--images N] [--device NAME,NAME ...] [options]
  Time of one 224 px pass of every method (with --proxy also of those that need a second model), of all attention probes, of several methods, of batches, and memory.
  --runs N            timed runs of each (default 9); the median is printed
  --throughput        instead: images a second of analyze, corpus and evaluate, files and decoding included, and the share of
                      the time that the device computes; on photos of this project, repeated, with made-up labels
  --images N          how many (default 24)
  --precision P       float32 (default), or float16: the products with the blocks' weights, on a GPU
${modelHelp}`;

export async function run(args: string[], streams: Streams): Promise<number> {
  const {values} = parse({
    args,
    options: {
      ...modelOptions,
      runs: {type: "string", default: "9"},
      precision: {type: "string", default: "float32"},
      throughput: {type: "boolean", default: false},
      images: {type: "string"}
    }
  });
  if (values.throughput) return throughput(values, streams);
  if (values.images !== undefined) throw new UsageError("--images goes with --throughput.");
  const runs = wholeNumber("runs", values.runs, 1);
  const device = deviceName(values.device);
  claimFiles([values.out]);
  const precision = precisions.find((one) => one === values.precision);
  if (!precision) throw new UsageError(`--precision ${values.precision}: it is ${precisions.join(" or ")}.`);
  const model = {...(await openModel(values.model, modelSettings(values))), precision};
  const engine = openEngine(model, {device, threads: chosenThreads(values.threads, streams)});
  const proxy = values.proxy === undefined ? undefined : {...(await openModel(values.proxy)), precision};
  const proxied = proxy && openEngine(model, {device, threads: chosenThreads(values.threads, streams), proxy});
  const results = await measureMethods({engine, proxied}, runs, (line) => streams.stderr.write(`${line}\n`));
  await engine.close();
  await proxied?.close();
  const {rss} = process.memoryUsage();
  const report = {
    model: model.id,
    weights: model.hash,
    device: engine.device.name,
    precision,
    processor,
    peakMemoryMB: Math.round((process.resourceUsage().maxRSS * 1024) / 1e6),
    memoryMB: Math.round(rss / 1e6),
    results
  };
  deliver((values.json ? JSON.stringify(report, null, 2) : table(report)) + "\n", values.out, streams);
  return 0;
}

/** Each device in turn; one that does not work is named, and the others are measured. */
async function throughput(
  values: {
    model?: string;
    device: string;
    threads: string;
    method: string;
    images?: string;
    out?: string;
    json: boolean;
  },
  streams: Streams
): Promise<number> {
  const images = wholeNumber("images", values.images ?? "24", 1);
  const devices = values.device.split(",").map(deviceName);
  claimFiles([values.out]);
  const {id, hash, folder} = await openModel(values.model);
  const results: Throughput[] = [];
  let status = 0;
  for (const device of devices)
    try {
      const words = {model: folder, device, threads: values.threads, method: values.method};
      await measureThroughput(words, images, streams, (result) => results.push(result));
    } catch (error) {
      if (devices.length === 1) throw error;
      status = 1;
      streams.stderr.write(`${device}: ${(error as Error).message}\n`);
    }
  const about = {model: id, weights: hash, method: values.method, images, processor};
  const lines = results.map(throughputLine);
  const text = values.json ? JSON.stringify({...about, results}, null, 2) : [...headLines(about), ...lines].join("\n");
  deliver(`${text}\n`, values.out, streams);
  return status;
}

const processor = `${cpus()[0]?.model ?? "unknown"}, ${cpus().length} cores`;

const headLines = (about: object) => Object.entries(about).map(([key, value]) => `${key}: ${String(value)}`);

function table({results, ...about}: {results: Measurement[]; [key: string]: unknown}): string {
  const rows = results.map(
    ({what, ms, ratio}) => `${what.padEnd(42)} ${ms.toFixed(1).padStart(8)} ms ${ratio.toFixed(2).padStart(6)} × clip`
  );
  return [...headLines(about), ...rows].join("\n");
}
