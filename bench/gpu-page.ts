// node --import tsx bench/gpu-page.ts [options]: what the page's WebGPU does on this machine's GPU, in one run: which flags
// give an adapter, the golden numbers on it, a picture of the Live page, and times. It needs the built site in dist.
import {spawnSync} from "node:child_process";
import {mkdirSync, readFileSync, writeFileSync} from "node:fs";
import {cpus, tmpdir} from "node:os";
import {join} from "node:path";
import {parseArgs} from "node:util";
import {chromium, type BrowserContext} from "playwright-core";
import type {DeviceKind} from "../components/live/capabilities.js";
import {adapters, launchOptions, type AdapterName} from "../scripts/browser.js";
import {cases} from "../test/support/cases.js";
import {golden} from "../test/support/golden.js";
import {goldenError, openGolden, outlierSets} from "../test/support/golden-page.js";
import {base} from "../test/support/harness.js";
import {built, computed, givePicture, openLive} from "../test/support/live.js";
import {serve, type Site} from "../test/support/serve.js";
import {measurePage, measureParts, served, type Row} from "./live-times.js";
import {fullSizeConfig, fullSizeWeights} from "./random-clip.js";

const usage = `node --import tsx bench/gpu-page.ts [options]
  --software       on the software adapter, to rehearse
  --out FOLDER     where report.md, report.json and live.png go (default: a folder of the system's temporary one)
  --seconds N      for all steps together (default 600); what is not done by then is said
  --repeat N       rounds of what is timed, after one that is not counted (default 5)
  --steps A,B      some of the steps alone: STEPS
CHROMIUM names the browser, Chromium or its headless shell.`;

/** A step's lines as they come, and whether the adapter may go on to the next. */
type Tell = (line: string) => void;

interface Work {
  site: Site;
  context: BrowserContext;
  adapter: AdapterName;
  folder: string;
  repeat: number;
  tell: Tell;
}

interface Step {
  /** The most it may take of the time, in seconds. */
  seconds: number;
  run(work: Work): Promise<void>;
}

const photo = "data/images/chelsea.png";
const mini = "dist/data/models/mini";

/** In order of their worth: time may be over before the last. */
const steps: Readonly<Record<string, Step>> = {
  "golden-float32": {seconds: 90, run: (work) => checkGolden(work, "webgpu")},
  screenshot: {seconds: 120, run: photograph},
  live: {seconds: 120, run: timePage},
  "golden-float16": {seconds: 90, run: (work) => checkGolden(work, "webgpu-float16")},
  parts: {seconds: 120, run: (work) => timeParts(work, readFileSync(join(mini, "model.safetensors")), "mini")},
  "full-size": {seconds: 120, run: (work) => timeParts(work, fullSizeWeights(), "B/16 with random weights")}
};

/** What a page is told of its adapter; `refused` says why there is none. */
interface Found {
  refused?: string;
  vendor?: string;
  architecture?: string;
  device?: string;
  description?: string;
  fallback?: boolean;
  features?: string[];
  limits?: Record<string, number>;
}

/** Runs in the page. */
async function askAdapter(): Promise<Found> {
  const gpu = navigator.gpu as GPU | undefined;
  if (!gpu) return {refused: `no navigator.gpu (secure context: ${isSecureContext})`};
  const adapter = await gpu.requestAdapter({powerPreference: "high-performance"});
  if (!adapter) return {refused: "requestAdapter answers null"};
  const {vendor, architecture, device, description, isFallbackAdapter: fallback} = adapter.info;
  const {maxBufferSize, maxStorageBufferBindingSize, maxComputeWorkgroupStorageSize} = adapter.limits;
  const limits = {maxBufferSize, maxStorageBufferBindingSize, maxComputeWorkgroupStorageSize};
  const features = Array.from(adapter.features as ReadonlySet<string>).toSorted();
  return {vendor, architecture, device, description, fallback, features, limits};
}

/** Tries flags until there is the adapter that is wanted; else the last that answered, so that the rest is measured on it. */
async function findAdapter(site: Site, software: boolean, tell: Tell): Promise<AdapterName | undefined> {
  const wanted = software ? "swiftshader" : "nvidia";
  const names = Object.keys(adapters) as AdapterName[];
  let other: AdapterName | undefined;
  for (const name of names.filter((each) => (each === "software") === software)) {
    tell(`${name}: ${adapters[name].join(" ")}`);
    try {
      const browser = await chromium.launch({...launchOptions([], name), timeout: 30_000});
      try {
        const page = await browser.newPage();
        await page.goto(`${site.url}404`.replace("127.0.0.1", "localhost"));
        const found = await within(20, page.evaluate(askAdapter));
        tell(`  Chromium ${browser.version()}: ${JSON.stringify(found)}`);
        if (found.refused !== undefined) continue;
        other = name;
        if (`${found.vendor} ${found.architecture}`.includes(wanted)) return name;
      } finally {
        await within(10, browser.close()).catch(() => {});
      }
    } catch (error) {
      tell(`  failed: ${reason(error)}`);
    }
  }
  if (other) tell(`No adapter is ${wanted}'s; the rest is measured on the last one, which it says.`);
  return other;
}

async function checkGolden({context, site, tell}: Work, kind: DeviceKind): Promise<void> {
  const opened = await openGolden(context, site.url, kind);
  tell(`device: ${opened.device}`);
  const sets = golden.expected.sfp_paper_outlier_sets_per_layer;
  const found = await outlierSets(opened.page);
  const wrong = sets.filter((set, i) => set.join() !== found[i].join());
  tell(`SFP's outlier sets: ${wrong.length} of ${sets.length} layers differ`);
  let worst = 0;
  for (const [i, [name, method, options]] of cases.entries()) {
    const error = await goldenError(opened.page, name, method, options);
    worst = Math.max(worst, error);
    tell(
      `${name}: ${error.toExponential(1)} (${i + 1} of ${cases.length}; largest relative error ${worst.toExponential(1)})`
    );
  }
}

async function photograph({context, site, folder, tell}: Work): Promise<void> {
  const page = await context.newPage();
  await openLive(page, site.url, "?device=webgpu");
  await givePicture(page, readFileSync(photo), "chelsea.png");
  const shoot = async () => {
    await page.screenshot({path: join(folder, "live.png"), timeout: 20_000});
    const stage = await page.locator(".live-stage").first().innerText();
    tell(`live.png: ${stage}`);
  };
  // A picture of half a run is better than none.
  await page.locator("#figure-class-rows-by-layer .strip button").first().waitFor({timeout: 60_000});
  await shoot();
  await computed(page, 60_000);
  await page.locator("#figure-mask").scrollIntoViewIfNeeded();
  await page.waitForTimeout(500);
  await shoot();
}

async function timePage({context, site, repeat, tell}: Work): Promise<void> {
  const page = await context.newPage();
  page.setDefaultTimeout(600_000);
  await openLive(page, site.url, "?device=webgpu");
  tellRows(await measurePage(page, mini, photo, repeat), tell);
}

async function timeParts({context, repeat, tell}: Work, weights: Uint8Array, what: string): Promise<void> {
  const config = what === "mini" ? readFileSync(join(mini, "config.json")) : Buffer.from(fullSizeConfig);
  const extra = served({weights, config, photo: readFileSync(photo)});
  const site = await serve("dist", {base, extra, isolated: true});
  try {
    tell(`${what}, ${(weights.length / 1e6).toFixed(0)} MB`);
    tellRows(await measureParts(await context.newPage(), site, "webgpu", [21, 171], repeat), tell);
  } finally {
    await site.close();
  }
}

function tellRows(rows: readonly Row[], tell: Tell): void {
  for (const [what, value] of rows) tell(`${what}: ${value}`);
}

interface Done {
  step: string;
  seconds: number;
  failed?: string;
  lines: string[];
}

/** Runs a step in a browser of its own, so that a GPU process that was lost takes one step with it. */
async function runStep(name: string, limit: number, work: Omit<Work, "context">, lines: string[]): Promise<Done> {
  const start = performance.now();
  let failed: string | undefined;
  const browser = await chromium.launch({...launchOptions([], work.adapter), timeout: 30_000});
  try {
    const context = await browser.newContext({viewport: {width: 1280, height: 900}});
    await context.addInitScript("globalThis.__name = (value) => value");
    await within(limit, steps[name].run({...work, context}));
  } catch (error) {
    failed = reason(error);
  } finally {
    await within(10, browser.close()).catch(() => {});
  }
  return {step: name, seconds: (performance.now() - start) / 1000, failed, lines};
}

/** @throws Error when the work is not done after so many seconds */
async function within<T>(seconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${seconds.toFixed(0)} s`)), 1000 * seconds);
  });
  work.catch(() => {});
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function reason(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0];
}

/** What a program of the machine says, or nothing where it is not installed. */
function said(program: string, args: string[], wanted = /./): string[] {
  const {stdout, error} = spawnSync(program, args, {encoding: "utf8", timeout: 20_000});
  if (error) return [`${program}: ${"code" in error && error.code === "ENOENT" ? "not installed" : error.message}`];
  return stdout.split("\n").filter((line) => line.trim() && wanted.test(line));
}

async function main(args: string[]): Promise<void> {
  const {values} = parseArgs({
    args,
    options: {
      software: {type: "boolean", default: false},
      out: {type: "string", default: join(tmpdir(), "gpu-page")},
      seconds: {type: "string", default: "600"},
      repeat: {type: "string", default: "5"},
      steps: {type: "string", default: Object.keys(steps).join()},
      help: {type: "boolean", default: false}
    }
  });
  const wrong = values.steps.split(",").find((name) => !Object.hasOwn(steps, name));
  if (values.help || wrong !== undefined) {
    if (!values.help) console.error(`--steps ${wrong} is not known.`);
    console.log(usage.replace("STEPS", Object.keys(steps).join(", ")));
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const folder = values.out;
  mkdirSync(folder, {recursive: true});
  built("components/live/client");
  const ends = performance.now() + 1000 * Number(values.seconds);
  const left = () => (ends - performance.now()) / 1000;
  const report: Done[] = [];
  /** Written after every step: whoever ends this program early has what was found by then. */
  const begin = (step: string): {lines: string[]; tell: Tell} => {
    console.log(`\n## ${step}\n`);
    const lines: string[] = [];
    return {lines, tell: (line) => (lines.push(line), console.log(`- ${line}`))};
  };
  const end = (done: Done) => {
    report.push(done);
    console.log(`\n${done.failed ? `failed: ${done.failed}; ` : ""}${done.seconds.toFixed(1)} s`);
    writeFileSync(join(folder, "report.json"), JSON.stringify(report, null, 1));
    writeFileSync(join(folder, "report.md"), markdown(report));
  };
  const machine = begin("machine");
  for (const line of [
    `${cpus()[0]?.model.trim()}, ${cpus().length} cores; Node ${process.version}`,
    ...said("nvidia-smi", ["--query-gpu=name,driver_version,memory.total", "--format=csv,noheader"]),
    ...said(
      "vulkaninfo",
      ["--summary"],
      /deviceName|driverInfo|driverName|apiVersion|deviceType|ERROR|Instance Version/
    )
  ])
    machine.tell(line);
  end({step: "machine", seconds: 0, lines: machine.lines});

  const site = await serve("dist", {base, isolated: true});
  const found = begin("adapter");
  const start = performance.now();
  const adapter = await findAdapter(site, values.software, found.tell);
  const none = adapter ? undefined : "no flags gave an adapter";
  end({step: "adapter", seconds: (performance.now() - start) / 1000, failed: none, lines: found.lines});
  if (adapter)
    for (const name of values.steps.split(",")) {
      const limit = Math.min(steps[name].seconds, left() - 3);
      const {lines, tell} = begin(name);
      if (limit < 5) end({step: name, seconds: 0, failed: "no time was left", lines});
      else end(await runStep(name, limit, {site, adapter, folder, repeat: Number(values.repeat), tell}, lines));
    }
  await site.close();
  console.log(`\nThe report is in ${folder}.`);
  process.exit(adapter ? 0 : 1);
}

function markdown(report: readonly Done[]): string {
  return report
    .map(({step, seconds, failed, lines}) =>
      [
        `## ${step}`,
        "",
        `${seconds.toFixed(1)} s${failed ? `; **failed**: ${failed}` : ""}`,
        "",
        ...lines.map((line) => `- ${line}`),
        ""
      ].join("\n")
    )
    .join("\n");
}

await main(process.argv.slice(2));
