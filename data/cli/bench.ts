import {cpus} from "node:os";
import {precisions} from "../../components/model/model.js";
import {openEngine, openModel} from "../engine/index.js";
import {measureMethods, type Measurement} from "./method-times.js";
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
  Time of one 224 px pass of every method that needs no second model, of all attention probes, of several methods, of batches, and memory.
  --runs N            timed runs of each (default 9); the median is printed
  --precision P       float32 (default), or float16: the products with the blocks' weights, on a GPU
${modelHelp}`;

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
  const engine = openEngine(model, {device, threads: chosenThreads(values.threads, streams)});
  const results = await measureMethods(engine, runs, (line) => streams.stderr.write(`${line}\n`));
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

function table({results, ...about}: {results: Measurement[]; [key: string]: unknown}): string {
  const head = Object.entries(about).map(([key, value]) => `${key}: ${String(value)}`);
  const rows = results.map(
    ({what, ms, ratio}) => `${what.padEnd(42)} ${ms.toFixed(1).padStart(8)} ms ${ratio.toFixed(2).padStart(6)} × clip`
  );
  return [...head, ...rows].join("\n");
}
