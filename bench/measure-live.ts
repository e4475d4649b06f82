// node --import tsx bench/measure-live.ts [options]: how fast the Live page is, in Chromium on the built site in dist.
// What is compared is measured in turns, in one run, and the least of all rounds counts: other work on the machine makes
// a round longer, never shorter.
import {readFileSync} from "node:fs";
import {cpus, loadavg} from "node:os";
import {basename, join} from "node:path";
import type {Page} from "playwright-core";
import {parse, UsageError, wholeNumber} from "../data/cli/options.js";
import {base, launch} from "../test/support/harness.js";
import {built, openLive} from "../test/support/live.js";
import {serve, type Site} from "../test/support/serve.js";
import {compareInPage, watchRun, type Compared, type Marks} from "./measure-live-page.js";

const usage = `node --import tsx bench/measure-live.ts [options]
  --device NAME     wasm (default) or webgpu, which in Chromium without a GPU is a software adapter
  --threads 1|all   threads of WebAssembly (default all)
  --model FOLDER    a folder with model.safetensors and config.json (default: mini, as the site ships it)
  --photo FILE      the picture (default data/images/chelsea.png)
  --classes LIST    numbers of classes for the shell around the network (default 21,171)
  --repeat N        runs of each, after one that is not counted (default 5)
  --choices TEXT    more of the page's address, such as "methods=sfp&windows=whole"
  --part NAME       page or compare, to measure that alone`;

const options = {
  device: {type: "string", default: "wasm"},
  threads: {type: "string", default: "all"},
  model: {type: "string"},
  photo: {type: "string", default: "data/images/chelsea.png"},
  classes: {type: "string", default: "21,171"},
  repeat: {type: "string", default: "5"},
  choices: {type: "string", default: ""},
  part: {type: "string"},
  help: {type: "boolean", default: false}
} as const;

const files = {model: "measured/model.safetensors", config: "measured/config.json", photo: "measured/photo"};

async function main(args: string[]): Promise<void> {
  const {values} = parse({args, options});
  if (values.help) return console.log(usage);
  const {device, threads, model, photo, part} = values;
  if (device !== "wasm" && device !== "webgpu")
    throw new UsageError(`--device ${device} is not known; known are wasm and webgpu.`);
  if (threads !== "1" && threads !== "all") throw new UsageError(`--threads ${threads}: 1 and all are known.`);
  if (part !== undefined && part !== "page" && part !== "compare")
    throw new UsageError(`--part ${part}: page and compare are known.`);
  const repeat = wholeNumber("repeat", values.repeat, 1);
  const classes = values.classes.split(",").map((each) => wholeNumber("classes", each, 1));
  const folder = model ?? "dist/data/models/mini";
  const extra = new Map([
    [files.model, {body: readFileSync(join(folder, "model.safetensors")), type: "application/octet-stream"}],
    [files.config, {body: readFileSync(join(folder, "config.json")), type: "application/json"}],
    [files.photo, {body: readFileSync(photo), type: "application/octet-stream"}]
  ]);
  const site = await serve("dist", {base, extra, isolated: threads === "all"});
  const browser = await launch();
  const id = model ? basename(model) : "mini";
  try {
    console.log(conditions({id, photo: basename(photo), device, threads, version: browser.version(), repeat}));
    const context = await browser.newContext({viewport: {width: 1280, height: 900}});
    const page = await context.newPage();
    page.setDefaultTimeout(600_000);
    await page.addInitScript("globalThis.__name = (value) => value");
    if (part !== "compare") {
      const search = new URLSearchParams(`device=${device}&${values.choices}`);
      print(await measurePage(page, site.url, `?${search}`, folder, photo, repeat));
    }
    if (part !== "page") print(await measureParts(page, site, device, classes, repeat));
    console.log(`load at the end: ${load()}`);
  } finally {
    await browser.close();
    await site.close();
  }
}

type Row = readonly [what: string, value: string];

/** What a reader waits for, from the click on a photo on. */
async function measurePage(
  page: Page,
  address: string,
  search: string,
  folder: string,
  photo: string,
  repeat: number
): Promise<Row[]> {
  await openLive(page, address, search);
  await page
    .locator('input[accept*=".pth"]')
    .setInputFiles([join(folder, "model.safetensors"), join(folder, "config.json")]);
  const runs: (Marks & {task: number})[] = [];
  for (let i = 0; i <= repeat; ++i) {
    await page.evaluate(watchRun);
    await page
      .context()
      .browser()!
      .startTracing(page, {categories: ["disabled-by-default-devtools.timeline"]});
    await page.locator('input[accept="image/*"]').setInputFiles(photo);
    const marks = await page.evaluate(() => (globalThis as unknown as {run: Promise<Marks>}).run);
    const trace = await page.context().browser()!.stopTracing();
    runs.push({...marks, task: longestTask(trace)});
  }
  const [cold, ...warm] = runs;
  const row = (what: string, pick: (run: (typeof runs)[number]) => number, unit = ms): Row => [
    what,
    `${unit(pick(cold))} the first time, then ${unit(least(warm.map(pick)))}`
  ];
  return [
    ["device", cold.device],
    row("picture to first outliers", ({outliers}) => outliers),
    row("picture to all layers", ({layers}) => layers),
    row("picture to first mask", ({mask}) => mask),
    row("picture to all masks in full", ({masks}) => masks),
    ["masks", cold.drawn],
    row("longest task on the main thread, its processor time", ({task}) => task),
    row("tasks over 50 ms there, waiting for the processor included", ({long}) => long.length, String)
  ];
}

interface TraceEvent {
  name: string;
  pid: number;
  tid: number;
  /** Processor time in µs. */
  tdur?: number;
  args: {name?: string};
}

/** Processor time of the longest task on any page's main thread, in ms: what a busy machine does not lengthen. */
function longestTask(trace: Buffer): number {
  const {traceEvents} = JSON.parse(trace.toString()) as {traceEvents: TraceEvent[]};
  const key = ({pid, tid}: TraceEvent) => `${pid} ${tid}`;
  const named = traceEvents.filter(({name, args}) => name === "thread_name" && args.name === "CrRendererMain");
  const main = new Set(named.map(key));
  const tasks = traceEvents.filter((event) => event.name === "RunTask" && main.has(key(event)));
  return tasks.reduce((longest, {tdur = 0}) => Math.max(longest, tdur / 1000), 0);
}

/** Parts of the work, those that are compared in turns. */
async function measureParts(page: Page, site: Site, device: string, classes: number[], repeat: number): Promise<Row[]> {
  await page.goto(`${site.url}404`);
  const module = (name: string) => site.url + built(name);
  const found: Compared = await page.evaluate(compareInPage, {
    client: module("components/live/client"),
    segment: module("components/model/segmentation/segment"),
    picture: module("components/live/worker/picture"),
    lexicon: `${site.url}data/models/mini/lexicon.json`,
    model: site.url + files.model,
    config: site.url + files.config,
    photo: site.url + files.photo,
    device,
    classes,
    repeat
  });
  const ratio = (a: number[], b: number[]) => (least(a) / least(b)).toFixed(2);
  const {clip, sfp, one, eight, shells} = found;
  return [
    ["device", found.device],
    ["clip, one window", ms(least(clip))],
    ["sfp, one window", `${ms(least(sfp))}, ${ratio(sfp, clip)} × clip`],
    ["sfp, eight windows one by one", ms(least(one))],
    ["sfp, eight windows at once", `${ms(least(eight))}, ${ratio(eight, one)} × one by one`],
    ...shells.map(({classes, windows, width, height, network, shell}): Row => {
      const [own, all] = [least(shell), least(shell) + least(network)];
      const what = `shell, ${classes} classes, ${windows} windows, ${width} × ${height}`;
      return [what, `${ms(own)} of ${ms(all)}, ${((100 * own) / all).toFixed(1)} %`];
    })
  ];
}

function conditions(about: Record<string, string | number>): string {
  const manifest = readFileSync("node_modules/onnxruntime-web/package.json", "utf8");
  const {version} = JSON.parse(manifest) as {version: string};
  const processor = `${cpus()[0]?.model.trim() ?? "unknown"}, ${cpus().length} cores`;
  const all = {...about, processor, load: load(), chromium: about.version, "onnxruntime-web": version};
  return Object.entries(all)
    .filter(([name]) => name !== "version")
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n");
}

function load(): string {
  return loadavg()
    .map((value) => value.toFixed(1))
    .join(" ");
}

const least = (times: readonly number[]) => Math.min(...times);

const ms = (value: number) => `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;

function print(rows: readonly Row[]): void {
  for (const [what, value] of rows) console.log(`| ${what} | ${value} |`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof UsageError ? `${error.message}\n\n${usage}` : error);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
