// node --import tsx bench/gpu.ts [cpu|webgpu|cuda|web ...] [--precision float32|float16] [--runs N] [--dawn FILE]: on each
// device the golden numbers, times of every method under mini, and images a second. `web` is the page's own runtime,
// onnxruntime-web, on npm's `webgpu` (Dawn); it is 100 MB and no dependency: npm install --no-save webgpu@0.6.2
import {readFileSync} from "node:fs";
import {createRequire} from "node:module";
import {cpus} from "node:os";
import {pathToFileURL} from "node:url";
import {parseArgs} from "node:util";
import {describeAdapter, requestAdapter, requestDevice} from "../components/live/adapter.js";
import {median} from "../components/analysis/arrays.js";
import {gridOf} from "../components/model/geometry.js";
import {precisions, readModel, type Model} from "../components/model/model.js";
import {Engine, type Device} from "../components/model/runtime.js";
import {measureMethods, noise, timeOf} from "../data/cli/method-times.js";
import {cpu, gpu} from "../data/engine/device.js";
import {cases, expectedFeatures, imageOf} from "../test/support/cases.js";
import {golden, goldenModel, pixels, relativeError} from "../test/support/golden.js";

const {values, positionals} = parseArgs({
  allowPositionals: true,
  options: {
    precision: {type: "string", default: "float32"},
    runs: {type: "string", default: "15"},
    dawn: {type: "string", default: "webgpu"},
    "golden-only": {type: "boolean", default: false}
  }
});
const precision = precisions.find((one) => one === values.precision);
const runs = Number(values.runs);
if (!precision || !(runs >= 1)) throw new Error("--precision is float32 or float16, --runs a number from 1 on.");

const require = createRequire(import.meta.url);

const devices: Readonly<Record<string, () => Promise<Device>>> = {
  cpu: async () => cpu(),
  webgpu: async () => gpu("webgpu"),
  cuda: async () => gpu("cuda"),
  web: openWeb
};

/** The page's runtime in Node, on Dawn. */
async function openWeb(): Promise<Device> {
  const dawn = /[/\\]/.test(values.dawn) ? pathToFileURL(values.dawn).href : values.dawn;
  const {create, globals} = (await import(dawn)) as {create: (flags: string[]) => GPU; globals: object};
  Object.assign(globalThis, globals);
  const own = {
    gpu: create(["enable-dawn-features=vulkan_enable_f16_on_nvidia"]),
    userAgent: "node",
    hardwareConcurrency: 1
  };
  Object.defineProperty(globalThis, "navigator", {value: own, configurable: true});
  copyShared();
  const adapter = await requestAdapter();
  const {vendor, architecture, device: card, description} = adapter.info;
  console.log("adapter:", JSON.stringify({vendor, architecture, device: card, description}));
  console.log("features:", [...adapter.features].join(" "));
  const {name} = describeAdapter(adapter);
  const device = await requestDevice(adapter);
  const ort = await import("onnxruntime-web/webgpu");
  ort.env.wasm.wasmBinary = readFileSync(require.resolve("onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm"));
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = "error";
  const session = {executionProviders: [{name: "webgpu", device}], logSeverityLevel: 3} as const;
  return {name: `onnxruntime-web (${name})`, ort, session, windows: 8};
}

/** Dawn's writeBuffer refuses shared memory, which WebAssembly's is. */
function copyShared(): void {
  const write = GPUQueue.prototype.writeBuffer;
  GPUQueue.prototype.writeBuffer = function (buffer, offset, data, from = 0, size?: number) {
    const view = ArrayBuffer.isView(data) ? data : new Uint8Array(data);
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    const each = view.byteLength / ((view as {length?: number}).length ?? view.byteLength);
    const copied = bytes.slice(from * each, size === undefined ? undefined : (from + size) * each);
    write.call(this, buffer, offset, new Uint8Array(copied));
  };
}

/** Largest relative error of the golden file's features, and how many of SFP's outlier sets differ. */
async function checkGolden(device: Device): Promise<string> {
  const model: Model = {...goldenModel(), precision};
  const engine = new Engine(model, device);
  let worst = 0;
  for (const [name, method, options = {}] of cases) {
    const image = imageOf(name);
    const [, height, width] = image.shape;
    const grid = gridOf(model.geometry, height, width);
    const {features} = await engine.run({method, options, grid, outputs: ["features"]}, pixels(image));
    worst = Math.max(worst, relativeError(features.data, expectedFeatures(name)));
  }
  const sets = golden.expected.sfp_paper_outlier_sets_per_layer;
  const outputs = sets.map((_, i) => `outliers.${i + 1}`);
  const results = await engine.run({method: "sfp", grid: [7, 7], outputs}, pixels(golden.image));
  const wrong = sets.filter((set, i) => {
    const found = Array.from(results[outputs[i]].data).flatMap((on, patch) => (on ? [patch] : []));
    return found.join() !== set.join();
  });
  await engine.close();
  return `golden: ${cases.length} features, largest relative error ${worst.toExponential(1)}; ${wrong.length} of ${sets.length} outlier sets differ`;
}

/** Images a second by the number of images in a pass, features read back: the best of the passes' medians is the throughput. */
async function throughput(engine: Engine): Promise<void> {
  const {trainedGrid: n, patch} = engine.model.geometry;
  for (const method of ["clip", "sfp"])
    for (const batch of [1, 8, 32, 128]) {
      const images = noise(batch, n * patch);
      const times: number[] = [];
      for (let i = -1; i < runs; ++i) {
        const ms = await timeOf(() => engine.features([{method}], images));
        if (i >= 0) times.push(ms);
      }
      const rate = (1000 * batch) / median(times);
      console.log(`${method}, ${batch} at once: ${rate.toFixed(0)} images/s`);
    }
}

function mini(): Model {
  const file = (name: string) => readFileSync(`data/models/mini/${name}`);
  return {...readModel("mini", file("model.safetensors"), JSON.parse(file("config.json").toString())), precision};
}

console.log(`node ${process.version}; ${cpus()[0]?.model}, ${cpus().length} cores; ${precision}; median of ${runs}`);
for (const name of positionals.length ? positionals : ["cpu", "webgpu"]) {
  if (!Object.hasOwn(devices, name)) throw new Error(`${name}: devices are ${Object.keys(devices).join(", ")}.`);
  const device = await devices[name]();
  console.log(`\n${device.name}`);
  console.log(await checkGolden(device));
  if (values["golden-only"]) continue;
  const engine = new Engine(mini(), device);
  await measureMethods({engine}, runs, (line) => console.log(line));
  await throughput(engine);
  await engine.close();
}
// Dawn keeps a process alive.
process.exit(0);
