// Pages without a model, of photos that a CLIP analysed: words that were computed with the site, and others.
import assert from "node:assert/strict";
import {mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after, before, test} from "node:test";
import {gzipSync} from "node:zlib";
import type {Browser, Page} from "playwright-core";
import {openModel} from "../../data/engine/index.js";
import {computeEach, type Outcome} from "../../data/records/files.js";
import {computeWords} from "../../data/records/words.js";
import {drawn} from "../support/drawn.js";
import {keepFailures} from "../support/failures.js";
import {base, launch, shoot} from "../support/harness.js";
import {serve, type ServeOptions, type Site} from "../support/serve.js";
import {clipFiles} from "../support/site-model.js";

/** Lays what a build would write for a photo analysed by a CLIP over the built site. */
async function analysedByClip(): Promise<NonNullable<ServeOptions["extra"]>> {
  const folder = mkdtempSync(join(tmpdir(), "sfp-model-"));
  for (const [name, bytes] of Object.entries(clipFiles(12))) writeFileSync(join(folder, name), bytes);
  const model = await openModel(folder);
  const photo = {id: "chelsea", path: "data/images/chelsea.png"};
  let files: Record<string, Uint8Array> = {};
  const done = (_: unknown, outcome: Outcome) => {
    if ("failure" in outcome) throw outcome.failure;
    ({files} = outcome);
  };
  await computeEach(model, [photo], done, {device: "cpu", threads: 2});
  const words = await computeWords(model, ["cat", "fox", "curtain", "sofa", "couch", "traffic light"]);
  rmSync(folder, {recursive: true});
  const extra: NonNullable<ServeOptions["extra"]> = new Map();
  const add = (path: string, bytes: Uint8Array) =>
    extra.set(`data/records/tiny-clip/${path}.gz`, {body: gzipSync(bytes), type: "application/gzip"});
  for (const [name, bytes] of Object.entries(files)) add(`chelsea/${name}`, bytes);
  add("words.arrow", words);
  for (const page of ["segmentation", "features"]) {
    const html = readFileSync(`dist/${page}.html`, "utf8");
    const listed = html.replace(/(name="sfp-models" content="[^"]*)"/, '$1 tiny-clip=list wordless-clip=none"');
    assert.notEqual(listed, html);
    extra.set(page, {body: listed, type: "text/html; charset=utf-8"});
  }
  // The list of photos names the models that analysed each.
  const file = readdirSync("dist/_file/data").find((name) => /^photos\.\w+\.json$/.test(name))!;
  const photos = JSON.parse(readFileSync(`dist/_file/data/${file}`, "utf8")) as {id: string; models: string[]}[];
  photos.find(({id}) => id === photo.id)!.models.push("tiny-clip", "wordless-clip");
  extra.set(`_file/data/${file}`, {body: Buffer.from(JSON.stringify(photos)), type: "application/json"});
  return extra;
}

let site: Site;
let browser: Browser;
before(async () => {
  site = await serve("dist", {base, extra: await analysedByClip()});
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await site?.close();
});
keepFailures(() => browser);

async function open(address: string): Promise<Page> {
  const page = await browser.newPage({viewport: {width: 1280, height: 900}});
  await page.addInitScript("try { localStorage.setItem('sfp-tour', 'offered') } catch {}");
  await page.goto(site.url + address);
  return page;
}

const note = (page: Page) => page.locator(".words-note:visible");

async function type(page: Page, words: string): Promise<void> {
  const field = page.locator(".words:visible input");
  await field.fill(words);
  await field.press("Enter");
}

test("Segmentation: the photo's own words and listed ones are answered", async () => {
  const page = await open("segmentation?model=tiny-clip&image=chelsea");
  await drawn(page, "segmentation", {image: "chelsea", shown: "masks", words: "cat; fox; curtain"});
  await type(page, "Traffic light; sofa, couch");
  await drawn(page, "segmentation", {words: "Traffic light; sofa, couch"});
  assert.match(await note(page).innerText(), /Separate classes with semicolons/);
  await page.close();
});

test("a word that was not computed is named, with the nearest and what to do; what was drawn stays", async () => {
  const page = await open("segmentation?model=tiny-clip&image=chelsea&words=cat; sofa");
  const shown = {image: "chelsea", shown: "masks", words: "cat; sofa"};
  await drawn(page, "segmentation", shown);
  await type(page, "cats; zyzzyva");
  await note(page).getByText("no words “cats” (nearest: cat); “zyzzyva”").waitFor();
  assert.match(await note(page).innerText(), /The Live page reads any word, if it has this model/);
  await drawn(page, "segmentation", shown);
  await shoot(page, "words-unknown", false);
  await page.close();
});

test("Features: cosines to a word, and where they come from", async () => {
  const page = await open("features?model=tiny-clip&image=chelsea&measure=word&words=cat; fox");
  await drawn(page, "stages", {image: "chelsea", measure: "word", words: "cat; fox", word: 1});
  assert.match(await page.locator("#figure-stages").innerText(), /went through the model’s text tower/);
  await page.close();
});

test("a CLIP whose words could not be computed says what was missing", async () => {
  const page = await open("segmentation?model=wordless-clip&image=chelsea");
  await note(page).getByText("its folder has no tokenizer.json").waitFor();
  await page.close();
});
