/** Times of methods on a device, each in turn with plain CLIP. */
import {median} from "../../components/analysis/arrays.js";
import {seededRandom} from "../../components/analysis/random.js";
import type {Engines} from "../../components/model/compute.js";
import {knownOptions} from "../../components/model/known.js";
import {methods} from "../../components/model/methods/index.js";
import type {Pixels} from "../../components/model/runtime.js";

/** What is timed. */
type Case = [what: string, work: () => Promise<unknown>];

/** One line of the report. */
export interface Measurement {
  what: string;
  /** Median time of a run. */
  ms: number;
  /** Relative to plain CLIP, timed in turn with it. */
  ratio: number;
}

/**
 * One pass of the model's own size of every method, of all attention probes, of several methods together, and of eight
 * windows; methods that need a second model only where there is one, with its pass.
 *
 * @param runs timed runs of each, after one that makes the sessions
 * @param tell hears of each line when it is measured, and of each method that refuses this model
 */
export async function measureMethods({engine, proxied}: Engines, runs: number, tell: (line: string) => void) {
  const {layers, trainedGrid: n, patch} = engine.model.geometry;
  const grid = [n, n] as const;
  const [one, eight] = [noise(1, n * patch), noise(8, n * patch)];
  const outputs = ["features", ...Array.from({length: layers}, (_, i) => `attention.${i + 1}`)];
  const features = (pixels: Pixels, ...names: string[]) => {
    const requests = names.map((method) => ({method, options: knownOptions(engine.model.id, method)}));
    return () => engine.features(requests, pixels);
  };
  const alone = Object.values(methods).filter(({proxy}) => proxy !== "needed");
  const through = Object.values(methods).filter(({proxy}) => proxied && proxy && proxy !== "regions");
  const cases: Case[] = [
    ...alone.map(({name}): Case => [name, features(one, name)]),
    ...through.map(({name}): Case => [`${name}, second model`, () => proxied!.features([{method: name}], one)]),
    ["clip, one register", () => engine.features([{method: "clip", options: {registers: 1}}], one)],
    ["clip, head-mean attention of all layers", () => engine.run({method: "clip", grid, outputs}, one)],
    ["clip, sclip, clearclip in one pass", features(one, "clip", "sclip", "clearclip")],
    ["sfp, clearclip in one pass", features(one, "sfp", "clearclip")],
    ["clip, eight windows at once", features(eight, "clip")],
    ["sfp, eight windows at once", features(eight, "sfp")]
  ];
  const results: Measurement[] = [];
  for (const [what, work] of cases) {
    try {
      const result = {what, ...(await compare(work, features(one, "clip"), runs))};
      results.push(result);
      tell(`${what}: ${result.ms.toFixed(1)} ms, ${result.ratio.toFixed(2)} × clip`);
    } catch (error) {
      // A method made for other models, such as RF-CLIP, says so before it runs.
      if (!(error instanceof RangeError)) throw error;
      tell(`${what}: left out. ${error.message}`);
    }
  }
  return results;
}

/** Runs both in turn, so that a noisy machine disturbs both alike. */
async function compare(subject: () => Promise<unknown>, reference: () => Promise<unknown>, runs: number) {
  const times: number[] = [];
  const references: number[] = [];
  for (let i = -1; i < runs; ++i) {
    const subjectTime = await timeOf(subject);
    const referenceTime = await timeOf(reference);
    // The first round makes the sessions.
    if (i < 0) continue;
    times.push(subjectTime);
    references.push(referenceTime);
  }
  return {ms: median(times), ratio: median(times) / median(references)};
}

/** Milliseconds that the work takes. */
export async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Made-up windows of one size. */
export function noise(batch: number, side: number): Pixels {
  const random = seededRandom(1);
  return {
    dims: [batch, 3, side, side],
    data: Float32Array.from({length: batch * 3 * side * side}, () => 2 * random() - 1)
  };
}
