/** Times of the Live page in a browser: what a reader waits for, and parts of the work in turns. */
import {join} from "node:path";
import type {Page} from "playwright-core";
import type {DeviceKind} from "../components/live/capabilities.js";
import {built} from "../test/support/live.js";
import type {ServeOptions, Site} from "../test/support/serve.js";
import {compareInPage, watchRun, type Compared, type Marks} from "./measure-live-page.js";

const files = {model: "measured/model.safetensors", config: "measured/config.json", photo: "measured/photo"};

/** The files that `measureParts` reads, as a site serves them. */
export function served({
  weights,
  config,
  photo
}: Record<"weights" | "config" | "photo", Uint8Array>): NonNullable<ServeOptions["extra"]> {
  return new Map([
    [files.model, {body: weights, type: "application/octet-stream"}],
    [files.config, {body: config, type: "application/json"}],
    [files.photo, {body: photo, type: "application/octet-stream"}]
  ]);
}

export type Row = readonly [what: string, value: string];

/** What a reader waits for, from the click on a photo on, on an open Live page. */
export async function measurePage(page: Page, folder: string, photo: string, repeat: number): Promise<Row[]> {
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
export async function measureParts(
  page: Page,
  site: Site,
  device: DeviceKind,
  classes: number[],
  repeat: number
): Promise<Row[]> {
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

const least = (times: readonly number[]) => Math.min(...times);

const ms = (value: number) => `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;
