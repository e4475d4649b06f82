// npm run live-times [-- --rounds N]: how long the Live page of the built site in dist/ takes from a click to the first
// outliers, the first mask and the last one, with WebAssembly on one thread and on all that the page may have.
import {parseArgs} from "node:util";
import type {Page} from "playwright-core";
import {median} from "../components/analysis/arrays.js";
import {readFileSync} from "node:fs";
import {base, launch} from "../test/browser/harness.js";
import {givePicture, openLive} from "../test/browser/live.js";
import {serve} from "../test/browser/serve.js";

const {values} = parseArgs({options: {rounds: {type: "string", default: "5"}}});
const marks = ["first outliers", "all layers", "first mask", "last mask"] as const;
type Times = Partial<Record<(typeof marks)[number], number>>;

/** In the page: notes when each mark is first seen after the reader's choice. */
function watch(): void {
  const watched = {start: Infinity, times: {} as Times};
  Object.assign(globalThis, {watched});
  const begin = () => Object.assign(watched, {start: performance.now(), times: {}});
  const chosen = ".live-run, input[accept='image/*']";
  for (const event of ["click", "change"])
    addEventListener(
      event,
      ({target}) =>
        target instanceof Element &&
        target.matches(chosen) &&
        (event === "change" || target.matches("button")) &&
        begin(),
      {capture: true}
    );
  setInterval(() => {
    if (watched.start === Infinity) return;
    const stage = document.querySelector<HTMLElement>(".live-progress")?.dataset.stage;
    const text = document.querySelector(".live-stage")?.textContent ?? "";
    const drawn = document.querySelector<HTMLElement>("#figure-mask")?.dataset.drawn ?? "";
    const note = (mark: keyof Times) => (watched.times[mark] ??= performance.now() - watched.start);
    const segmenting = stage === "segmentation";
    if (/^Layer \d/.test(text) || segmenting) note("first outliers");
    if (segmenting) note("all layers");
    if (watched.times["all layers"] && drawn) note("first mask");
    if (watched.times["first mask"] && stage === "idle" && !/:1( |$)/.test(drawn)) note("last mask");
  }, 10);
}

/** Waits for the last mask. */
async function times(page: Page): Promise<Required<Times>> {
  const done = await page.waitForFunction(
    () => {
      const {times} = (globalThis as unknown as {watched: {times: Times}}).watched;
      return times["last mask"] && times;
    },
    undefined,
    {timeout: 300_000}
  );
  return (await done.jsonValue()) as Required<Times>;
}

function line(what: string, all: Required<Times>[]): string {
  const seconds = marks.map((mark) => `${mark} ${(median(all.map((each) => each[mark])) / 1000).toFixed(2)} s`);
  return `${what}: ${seconds.join(", ")}`;
}

const photo = readFileSync("data/images/chelsea.png");
const site = await serve("dist", {base});
const browser = await launch();
try {
  const page = await (await browser.newContext()).newPage();
  await page.addInitScript("globalThis.__name = (value) => value");
  await page.addInitScript(watch);
  for (const load of [1, 2]) {
    // From its second load on the page is isolated and has threads.
    if (load === 2) await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await openLive(page, site.url);
    await page.getByRole("button", {name: "Run on this photo"}).click();
    const first = await times(page);
    const device = await page.locator(".live-stage").innerText();
    console.log(device);
    console.log(line(`  first picture, model ${load === 1 ? "downloaded from this machine" : "stored"}`, [first]));
    const next: Required<Times>[] = [];
    for (let round = 0; round < Number(values.rounds); ++round) {
      await givePicture(page, photo, `round-${round}.png`);
      next.push(await times(page));
    }
    console.log(line(`  another picture, median of ${next.length}`, next));
  }
} finally {
  await browser.close();
  await site.close();
}
