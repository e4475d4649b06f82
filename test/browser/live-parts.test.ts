// A CLIP that the site ships in several parts: from the list of models to masks for words.
import assert from "node:assert/strict";
import {after, before, test} from "node:test";
import type {Browser, Page} from "playwright-core";
import type {ModelEntry} from "../../components/live/catalog.js";
import {drawn} from "../support/drawn.js";
import {keepFailures} from "../support/failures.js";
import {base, launch} from "../support/harness.js";
import {cold, computed} from "../support/live.js";
import {serve, type ServeOptions, type Site} from "../support/serve.js";
import {offering, tinyEntry} from "../support/site-model.js";

let entry: ModelEntry;
let extra: NonNullable<ServeOptions["extra"]>;
let site: Site;
let browser: Browser;
before(async () => {
  entry = await tinyEntry("tiny-clip", 300_000);
  extra = offering(entry);
  site = await serve("dist", {base, extra});
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await site?.close();
});
keepFailures(() => browser);

/** Opens the page with the model chosen, and runs it on the first photo; names of the model's files that it asked for. */
async function run(page: Page): Promise<string[]> {
  const asked: string[] = [];
  page.on("request", (request) => {
    const name = /data\/models\/tiny-clip\/(.*)$/.exec(request.url())?.[1];
    if (name) asked.push(name);
  });
  await cold(page);
  await page.goto(
    `${site.url}live?device=wasm&model=tiny-clip&methods=clip,sfp&windows=whole&short=224&words=cat; sofa, couch`
  );
  await page.locator(".live-machine > *").first().waitFor();
  await page.getByRole("button", {name: "Run on this photo"}).click();
  return asked;
}

const mask = (page: Page) => page.locator("#figure-mask");

test("words are answered by the tower of a model in parts, which the next visit has already", async () => {
  assert.ok(entry.parts.length > 3);
  const page = await (await browser.newContext()).newPage();
  const asked = await run(page);
  await computed(page);
  await drawn(page, "mask", {clip: 1, sfp: 1}, {timeout: 60_000});
  assert.deepEqual(await mask(page).locator(".legend-marks li").allInnerTexts(), ["cat", "sofa"]);
  const parts = entry.parts.map((_, part) => `weights-${part + 1}.bin`);
  assert.deepEqual([...asked].toSorted(), [...parts, "config.json", "tokenizer.json"].toSorted());
  await page.close();

  const later = await page.context().newPage();
  const askedLater = await run(later);
  await computed(later);
  assert.deepEqual(askedLater.toSorted(), ["config.json", "tokenizer.json"]);
  await page.context().close();
});

test("a run asked for before the list of models has come waits for it", async () => {
  const page = await (await browser.newContext()).newPage();
  let answer = (): void => {};
  const held = new Promise<void>((resolve) => (answer = resolve));
  await page.route("**/_file/data/models/index.*.json", async (route) => {
    await held;
    await route.continue();
  });
  await cold(page);
  await page.goto(`${site.url}live?device=wasm&model=tiny-clip&methods=clip&windows=whole&short=224&words=cat; sofa`);
  await page.getByRole("button", {name: "Run on this photo"}).click();
  answer();
  await computed(page);
  await page.context().close();
});

test("a part that is not there is named, and what came before it is kept", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const [name, body] = ["data/models/tiny-clip/weights-3.bin", extra.get("data/models/tiny-clip/weights-3.bin")!];
  extra.delete(name);
  await run(page);
  await page.locator(".live-failure", {hasText: "weights-3.bin is not in this site (404)"}).waitFor();
  extra.set(name, body);
  const asked: string[] = [];
  page.on("request", (request) => {
    const part = /weights-(\d+)\.bin$/.exec(request.url())?.[1];
    if (part) asked.push(part);
  });
  await page.getByRole("button", {name: "Try again"}).click();
  await computed(page);
  assert.deepEqual(asked, entry.parts.map((_, part) => String(part + 1)).slice(2));
  await context.close();
});
