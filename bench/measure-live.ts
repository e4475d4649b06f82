// node --import tsx bench/measure-live.ts [options]: how fast the Live page is, in Chromium on the built site in dist.
// What is compared is measured in turns, in one run, and the least of all rounds counts: other work on the machine makes
// a round longer, never shorter.
import {readFileSync} from "node:fs";
import {cpus, loadavg} from "node:os";
import {basename, join} from "node:path";
import {parse, UsageError, wholeNumber} from "../data/cli/options.js";
import {base, launch} from "../test/support/harness.js";
import {openLive} from "../test/support/live.js";
import {serve} from "../test/support/serve.js";
import {measurePage, measureParts, served, type Row} from "./live-times.js";

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
  const extra = served({
    weights: readFileSync(join(folder, "model.safetensors")),
    config: readFileSync(join(folder, "config.json")),
    photo: readFileSync(photo)
  });
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
      await openLive(page, site.url, `?${search}`);
      print(await measurePage(page, folder, photo, repeat));
    }
    if (part !== "page") print(await measureParts(page, site, device, classes, repeat));
    console.log(`load at the end: ${load()}`);
  } finally {
    await browser.close();
    await site.close();
  }
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

function print(rows: readonly Row[]): void {
  for (const [what, value] of rows) console.log(`| ${what} | ${value} |`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof UsageError ? `${error.message}\n\n${usage}` : error);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
