// Diagonal, heads, propagation, detectors and corpus: what their figures show is what the data say, controls and
// brushes reach every figure, addresses restore it all, and a moved slider is answered within a frame.
import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {after, before, test} from "node:test";
import {gunzipSync} from "node:zlib";
import type {Browser, Page} from "playwright-core";
import {decodeRecord, decodeRepairs} from "../../components/records/arrow.js";
import {overlap} from "../../components/analysis/agreement.js";
import type {CorpusSummary} from "../../components/analysis/corpus/summary.js";
import {detectors, type DetectorId} from "../../components/analysis/detectors/index.js";
import {detectLayer} from "../../components/analysis/detectors/layer.js";
import {som} from "../../components/analysis/detectors/som.js";
import type {ImageRecord, RepairSweep} from "../../components/records/record.js";
import {layerSummaries} from "../../components/analysis/summary.js";
import {listPhotoFiles, photoNamed} from "../../data/site/photos.js";
import {drawn} from "../support/drawn.js";
import {keepFailures} from "../support/failures.js";
import {base, launch, open} from "../support/harness.js";
import type {Site} from "../support/serve.js";
import {serve} from "../support/serve.js";

let site: Site;
let browser: Browser;
let record: ImageRecord;
let repairs: RepairSweep;
let corpus: CorpusSummary;
before(async () => {
  site = await serve("dist", {base});
  browser = await launch();
  const file = async (path: string) => gunzipSync(await (await fetch(`${site.url}data/${path}.gz`)).arrayBuffer());
  record = decodeRecord(await file("records/vit-ti-16/coffee/summary.arrow"));
  repairs = decodeRepairs(await file("records/vit-ti-16/coffee/repairs.arrow"));
  corpus = JSON.parse(readFileSync("data/snapshots/vit-ti-16/corpus-voc.json", "utf8")) as CorpusSummary;
});
after(async () => {
  await browser?.close();
  await site?.close();
});
keepFailures(() => browser);

/** Types into the number beside a slider. */
async function type(page: Page, figure: string, slider: string, value: string): Promise<void> {
  await page.locator(`#figure-${figure} input[aria-label="${slider}, typed"]`).fill(value);
}

const size = (set: ArrayLike<number>) => Array.from(set).filter(Boolean).length;

/** SOM's set of a layer (1-based) of coffee, without SOM's repair. */
function setOf(layer: number, options: Parameters<typeof som>[1]): Uint8Array {
  const {classRows, diagonals} = record.trunks.plain;
  const width = record.heads * 196;
  const part = (values: Float32Array) => values.subarray((layer - 1) * width, layer * width);
  return som({classRows: part(classRows), diagonals: part(diagonals), heads: record.heads}, options).outliers;
}

test("diagonal: factor, cap and heads change the set, and the address restores them", async () => {
  const {page, problems} = await open(browser, `${site.url}diagonal?image=coffee&layer=10`);
  const stored = layerSummaries(record, "plain")[9].outliers;
  await drawn(page, "diagonal", {
    image: "coffee",
    trunk: "plain",
    layer: 10,
    heads: "mean",
    factor: 1,
    cap: 0,
    outliers: stored
  });
  await type(page, "diagonal", "Factor m", "1.5");
  await drawn(page, "diagonal", {heads: "mean", factor: 1.5, cap: 0, outliers: size(setOf(10, {factor: 1.5}))});
  await type(page, "diagonal", "At most", "10");
  await drawn(page, "diagonal", {heads: "mean", factor: 1.5, cap: 10, outliers: 10});
  await page.locator("#figure-diagonal .segmented label", {hasText: "any"}).click();
  await drawn(page, "diagonal", {heads: "any", factor: 1.5, cap: 10, outliers: 10});
  await type(page, "diagonal", "At most", "0");
  const any = size(setOf(10, {factor: 1.5, heads: "any"}));
  await drawn(page, "diagonal", {heads: "any", factor: 1.5, cap: 0, outliers: any});
  assert.match(await page.locator("#figure-diagonal .figure-title").innerText(), new RegExp(`${any} of 196`));
  // The address is written a little later, and all at once.
  await page.waitForURL(({searchParams}) => searchParams.get("heads") === "any" && !searchParams.has("cap"));
  const again = await open(browser, page.url());
  await drawn(again.page, "diagonal", {image: "coffee", layer: 10, heads: "any", factor: 1.5, cap: 0, outliers: any});
  const {outliers} = await drawn(again.page, "diagonal-layers");
  assert.equal((outliers as number[])[9], any);
  assert.deepEqual([...problems, ...again.problems], []);
  await page.close();
  await again.page.close();
});

test("diagonal: a brush counts what it holds, and marks it on the photo", async () => {
  const {page} = await open(browser, `${site.url}diagonal?image=coffee&layer=9`);
  await drawn(page, "diagonal", {image: "coffee", trunk: "plain", layer: 9});
  const chart = (await page.locator("#figure-diagonal .scatter svg").boundingBox())!;
  await page.mouse.move(chart.x + 54, chart.y + 14);
  await page.mouse.down();
  await page.mouse.move(chart.x + chart.width - 4, chart.y + chart.height - 44, {steps: 5});
  await page.mouse.up();
  await page.waitForFunction(() =>
    /selected/.test(document.querySelector("#figure-diagonal .beside")!.textContent ?? "")
  );
  const [, count, inside] = /(\d+) selected, (\d+) of them/.exec(
    await page.locator("#figure-diagonal .beside").innerText()
  )!;
  assert.ok(Number(count) > 150, `${count} selected`);
  assert.ok(Number(inside) <= layerSummaries(record, "plain")[8].outliers);
  await page.close();
});

test("diagonal: every photo's scatter is there, and a click chooses the photo", async () => {
  const {page} = await open(browser, `${site.url}diagonal?image=coffee`);
  const {outliers} = await drawn(page, "diagonal-images");
  assert.equal((outliers as number[]).length, Math.min(18, listPhotoFiles().length));
  await page.locator("#figure-diagonal-images .strip button", {hasText: "Pagoda"}).click();
  await drawn(page, "diagonal", {image: "china"});
  await page.close();
});

test("diagonal: of many photos only a page is loaded and drawn, and a slider turns it", async () => {
  const page = await browser.newPage({viewport: {width: 1280, height: 900}});
  const known = photoNamed("coffee");
  const models = ["vit-ti-16"];
  const many = Array.from({length: 60}, (_, i) => ({...known, models, id: `p${i}`, title: `Photo ${i + 1}`}));
  await page.route("**/_file/data/photos.*.json", (route) => route.fulfill({json: many}));
  const asked = new Set<string>();
  await page.route(/\/(records\/vit-ti-16|photos)\/p\d+[./]/, async (route) => {
    const url = route.request().url();
    const summary = /records\/vit-ti-16\/(p\d+)\/summary/.exec(url);
    if (summary) asked.add(summary[1]);
    await route.continue({url: url.replace(/\/p\d+([./])/, `/${known.id}$1`)});
  });
  await page.goto(`${site.url}diagonal?image=p30`);
  await page.locator("#figure-diagonal-images").scrollIntoViewIfNeeded();
  const cells = page.locator("#figure-diagonal-images .strip button");
  await drawn(page, "diagonal-images");
  assert.equal(await cells.count(), 18);
  assert.match(await cells.first().innerText(), /^Photo 19/);
  assert.equal(asked.size, 18);
  await type(page, "diagonal-images", "Photos from", "55");
  await cells.filter({hasText: "Photo 60"}).waitFor();
  assert.equal(await cells.count(), 6);
  assert.match(await page.locator("#figure-diagonal-images .figure-lede").innerText(), /photos 55 to 60 of 60/);
  await page.close();
});

test("heads: a cell chooses layer and head, and the maps follow", async () => {
  const {page, problems} = await open(browser, `${site.url}heads?image=coffee&layer=9`);
  await drawn(page, "heads", {image: "coffee", layers: 12});
  const table = page.locator("#figure-heads .matrix").first();
  await table.focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowRight");
  await drawn(page, "head-row", {image: "coffee", layer: 10, head: 2});
  await page.waitForURL(/head=2/);
  const map = page.locator("#figure-head-row .patch-map").nth(1);
  const box = (await map.boundingBox())!;
  await map.click({position: {x: box.width * (3.5 / 14), y: box.height * (0.5 / 14)}});
  await drawn(page, "head-row", {image: "coffee", layer: 10, head: 2, token: 3});
  assert.deepEqual(problems, []);
  await page.close();
});

test("propagation: numbers are the record's, and repair from a layer on is the sweep's row", async () => {
  const {page, problems} = await open(browser, `${site.url}propagation?image=coffee&layer=11`);
  const [plain, purified] = (["plain", "purified"] as const).map((trunk) => layerSummaries(record, trunk)[10].outliers);
  await drawn(page, "propagation", {image: "coffee", layer: 11, stage: "repaired", plain, purified});
  const last = (from: number) => size(repairs.outliers.subarray(((from - 1) * 12 + 11) * 196, from * 12 * 196));
  await drawn(page, "repair-from", {image: "coffee", from: 1, layer: 11, outliers: last(1)});
  await type(page, "repair-from", "Repair from layer", "10");
  await drawn(page, "repair-from", {image: "coffee", from: 10, layer: 11, outliers: last(10)});
  await page.waitForURL(/from=10/);
  await page.locator("#figure-token-raster label", {hasText: "norm"}).click();
  await drawn(page, "token-raster", {image: "coffee", quantity: "norm", order: "onset"});
  assert.match(await page.locator("#figure-survival .figure-lede").innerText(), /spells, \d+ of them censored/);
  assert.deepEqual(problems, []);
  await page.close();
});

test("detectors: options change the sets, and a cell marks what two find", async () => {
  const {page, problems} = await open(browser, `${site.url}detectors?image=coffee&layer=8`);
  const sizes = (options: Parameters<typeof detectLayer>[3]) => {
    const found = detectLayer(record, "plain", 7, options);
    return {
      outliers: Object.entries(found).map(
        ([id, {outliers}]) => `${detectors[id as DetectorId].label} ${size(outliers)}`
      )
    };
  };
  await drawn(page, "detectors", sizes({}));
  await type(page, "detectors", "L2 takes", "4");
  await type(page, "detectors", "LOF takes", "0.1");
  await type(page, "detectors", "MAD from", "10");
  await drawn(page, "detectors", sizes({l2: {count: 4}, lof: {contamination: 0.1}, mad: {threshold: 10}}));
  await page.waitForURL(/count=4.*contamination=0.1.*threshold=10/);
  const table = page.locator("#figure-agreement .matrix").first();
  await table.focus();
  await page.keyboard.press("ArrowDown");
  const brushed = (count: number) => drawn(page, "agreement", {brushed: count});
  const {som: bySom, l2} = detectLayer(record, "plain", 7, {l2: {count: 4}});
  await brushed(overlap(bySom.outliers, l2!.outliers).both);
  await page.keyboard.press("Escape");
  await brushed(0);
  assert.deepEqual(problems, []);
  await page.close();
});

test("corpus: titles quote the aggregates, and both sets of images are there", async () => {
  const {page, problems} = await open(browser, `${site.url}corpus?layer=10&detector=mad`);
  await drawn(page, "corpus-counts", {images: 199, layer: 10, mean: corpus.meanCounts.plain[9][0]});
  await drawn(page, "corpus-places", {images: 199, detector: "mad", layer: 10});
  await drawn(page, "corpus-agreement", {images: 199, layer: 10});
  // A rectangle over all patches has every photo with an outlier; the first corner alone has those that its place counts.
  const rectangle = page.locator("#figure-corpus-search .patch-map");
  await rectangle.scrollIntoViewIfNeeded();
  await drawn(page, "corpus-search", {images: 199, detector: "mad", layer: 10, patches: 9});
  const {x, y, width, height} = (await rectangle.boundingBox())!;
  const drag = async (across: number, down: number) => {
    await page.mouse.move(x + 3, y + 3);
    await page.mouse.down();
    await page.mouse.move(x + across, y + down, {steps: 3});
    await page.mouse.up();
  };
  await drag(4, 4);
  await drawn(page, "corpus-search", {patches: 1, matches: corpus.places.mad![9][0]});
  await drag(width - 3, height - 3);
  await drawn(page, "corpus-search", {patches: 196});
  await page.waitForURL(/opposite=195/);
  await page.locator(".page-controls label", {hasText: "this site"}).click();
  await drawn(page, "corpus-counts", {images: listPhotoFiles().length, layer: 10});
  await page.locator("#figure-corpus-places label", {hasText: "LOF"}).click();
  await drawn(page, "corpus-places", {images: listPhotoFiles().length, detector: "lof", layer: 10});
  await page.waitForURL(/corpus=photos/);
  assert.deepEqual(problems, []);
  await page.close();
});
