// Split pages: what is locked and what is freed, what an address brings back, and the difference of the two sides.
import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {test} from "node:test";
import type {Page} from "playwright-core";
import {readLayer} from "../../components/charts/reading.js";
import {normalised, rowsToOne, summedMaps} from "../../components/analysis/integration.js";
import {cosinesToToken} from "../../components/analysis/similarity.js";
import {decodeAttention, decodeFeatures, decodeRecord} from "../../components/records/arrow.js";
import {unpack} from "../../data/records/archive.js";
import {drawn} from "../support/drawn.js";
import {accessibilityProblems, downloaded, open, shoot} from "../support/harness.js";
import {browser, openSite, site} from "../support/site.js";

openSite();

const record = decodeRecord(unpack(readFileSync("data/snapshots/vit-ti-16/astronaut.zip"))["summary.arrow"]);
const read = (layer: number) => readLayer(record, {trunk: "plain", layer: layer - 1, head: "mean", factor: 1, cap: 0});

const lock = (page: Page, name: string) => page.locator(".side-lock", {hasText: new RegExp(`[=≠] ${name}$`)});

/** Moves a layer slider of the bar, the first side's or the second's. */
async function setLayer(page: Page, bar: "A" | "B", layer: number): Promise<void> {
  const place = bar === "A" ? ".selection-bar > .layer-control" : ".side-bar .layer-control";
  await page.locator(`${place} input[type=range]`).fill(String(layer));
}

test("a page is split, a layer is freed, locked and kept in the address, and the difference is that of the data", async () => {
  const {page, problems} = await open(browser, `${site.url}attention`);
  await drawn(page, "attention", {layer: 10, rows: true});
  await page.locator(".split-button").click();
  await drawn(page, "attention-ab", {layerA: 10, layerB: 10});
  await lock(page, "layer").click();
  await setLayer(page, "B", 4);
  const differences = ["target", "background", "class", "diagonal", "margin"];
  const said = await drawn(page, "attention-ab", {layerA: 10, layerB: 4, imageB: "astronaut"});
  assert.deepEqual([said.a, said.b], [read(10).count, read(4).count]);
  await page.waitForFunction(
    (names) =>
      (JSON.parse(document.getElementById("figure-attention-ab")!.dataset.drawn!).differences as string[]).length ===
      names,
    differences.length
  );
  const title = page.locator("#figure-attention-ab > .figure-header .figure-title");
  assert.equal(await title.innerText(), `${read(10).count} against ${read(4).count} outliers: layer 10 | layer 4`);

  const saving = page.waitForEvent("download");
  await page
    .locator("#figure-attention-ab > figcaption button", {hasText: "CSV"})
    .evaluate((button: HTMLElement) => button.click());
  const [head, ...lines] = (await downloaded(await saving)).toString().split("\n");
  const columns = head.split(",");
  assert.equal(lines.length, 196);
  for (const patch of [0, 13, 70, 195])
    for (const [name, values] of [
      ["class", (layer: number) => read(layer).classRow],
      ["margin", (layer: number) => read(layer).margin]
    ] as const) {
      const expected = values(10)[patch] - values(4)[patch];
      const found = Number(lines[patch].split(",")[columns.indexOf(`${name}_difference`)]);
      assert.ok(Math.abs(found - expected) <= 1e-5 * Math.max(1, Math.abs(expected)), `${name}, patch ${patch}`);
    }

  await page.waitForURL(/b=index&b\.layer=4/);
  await page.reload();
  await drawn(page, "attention-ab", {layerA: 10, layerB: 4});
  // What is locked moves both sides, wherever it is moved.
  await lock(page, "layer").click();
  await drawn(page, "attention-ab", {layerA: 10, layerB: 10});
  await setLayer(page, "A", 9);
  await drawn(page, "attention-ab", {layerA: 9, layerB: 9});
  assert.deepEqual(await accessibilityProblems(page), []);
  await page.locator(".split-button").click();
  await page.waitForURL((url) => !url.searchParams.has("b"));
  assert.equal(await page.locator("#figure-attention-ab").count(), 0);
  assert.deepEqual(problems, []);
  await page.close();
});

/** The saved table of a pair, as rows of numbers by column. */
async function savedRows(page: Page, id: string): Promise<Record<string, number>[]> {
  const saving = page.waitForEvent("download");
  await page
    .locator(`#figure-${id} > figcaption button`, {hasText: "CSV"})
    .evaluate((button: HTMLElement) => button.click());
  const [head, ...lines] = (await downloaded(await saving)).toString().split("\n");
  const names = head.split(",");
  return lines.map((line) => Object.fromEntries(line.split(",").map((cell, i) => [names[i], Number(cell)])));
}

/** Waits until a pair has drawn so many differences. */
async function compared(page: Page, id: string, count: number): Promise<void> {
  await drawn(page, `${id}-ab`);
  await page.waitForFunction(
    ([name, wanted]) => {
      const said = JSON.parse(document.getElementById(`figure-${name}-ab`)!.dataset.drawn!) as {differences: string[]};
      return said.differences.length === wanted;
    },
    [id, count] as const
  );
}

test("features of two pins, and the integrated maps of two layers, differ by what is computed from the stored numbers", async () => {
  const files = unpack(readFileSync("data/snapshots/vit-ti-16/astronaut.zip"));
  const pins = "target=30&b=index&b.image=astronaut&b.target=110";
  const {page, problems} = await open(browser, `${site.url}features?measure=token&${pins}`);
  await compared(page, "stages", 4);
  const vis = decodeFeatures(files["features-vis.arrow"]);
  const [a, b] = [30, 110].map((target) => cosinesToToken(vis, target));
  const features = await savedRows(page, "stages-ab");
  for (const patch of [0, 30, 110, 195])
    assert.ok(Math.abs(features[patch].vis_difference - (a[patch] - b[patch])) < 1e-5, `patch ${patch}`);

  await page.goto(`${site.url}integration?target=30&b=index&b.layer=5`);
  await compared(page, "integration", 3);
  const maps = decodeAttention(files["attention-purified.arrow"]);
  const outliers = maps.map((_, l) => record.trunks.purified.outliers.slice(l * 196, (l + 1) * 196));
  const weights = [10, 5].map((to) => {
    const total = summedMaps(maps.slice(0, to), outliers.slice(0, to), 0);
    return rowsToOne(normalised(total, {order: "rc", rounds: 1})).map((value) => 196 * value);
  });
  const rows = await savedRows(page, "integration-ab");
  for (const patch of [0, 29, 30, 44, 195]) {
    const [one, other] = weights.map((map) => map[30 * 196 + patch]);
    const {weights_A: left, weights_difference: found} = rows[patch];
    assert.ok(Math.abs(left - one) <= 1e-4 * one, `A, patch ${patch}: ${left} and ${one}`);
    assert.ok(Math.abs(found - (one - other)) <= 1e-4 * Math.max(one, other), `patch ${patch}`);
  }
  assert.deepEqual(problems, []);
  await page.close();
});

test("a move of one side paints nothing of the other, and a move of both paints each map at most twice", async () => {
  const page = await browser.newPage({viewport: {width: 1280, height: 1400}});
  await page.addInitScript("try { localStorage.setItem('sfp-tour', 'offered') } catch {}");
  await page.addInitScript(countPaints);
  await page.goto(`${site.url}attention?range=own&b=index&b.layer=4`);
  await compared(page, "attention", 5);
  const paints = async (act: () => Promise<unknown>, layers: {layerA: number; layerB: number}) => {
    await page.evaluate("globalThis.painted = {}");
    await act();
    await drawn(page, "attention-ab", layers);
    await page.waitForTimeout(400);
    return (await page.evaluate("globalThis.painted")) as Record<string, number>;
  };
  // Both sides' maps are read once, so that all of a move's painting comes at once.
  await paints(() => setLayer(page, "A", 7), {layerA: 7, layerB: 4});
  await paints(() => setLayer(page, "A", 10), {layerA: 10, layerB: 4});
  const one = await paints(() => setLayer(page, "A", 7), {layerA: 7, layerB: 4});
  assert.ok(one["figure-attention"] >= 5, JSON.stringify(one));
  assert.equal(one["figure-attention-b"], undefined, JSON.stringify(one));
  await lock(page, "layer").click();
  await paints(() => setLayer(page, "A", 10), {layerA: 10, layerB: 10});
  const both = await paints(() => setLayer(page, "A", 7), {layerA: 7, layerB: 7});
  for (const id of ["figure-attention", "figure-attention-b"])
    assert.ok(both[id] >= 5 && both[id] <= 10, `${id}: ${JSON.stringify(both)}`);
  assert.ok(both["figure-attention-ab"] <= 5, JSON.stringify(both));
  await page.close();
});

/** Counts the maps that are painted, by the figure that they are in. */
const countPaints = `
  const put = CanvasRenderingContext2D.prototype.putImageData;
  globalThis.painted = {};
  CanvasRenderingContext2D.prototype.putImageData = function (...parts) {
    const id = this.canvas.closest("figure")?.id;
    globalThis.painted[id] = (globalThis.painted[id] ?? 0) + 1;
    return put.apply(this, parts);
  };`;

test("two photos stand side by side on another page, the one over the other on a phone, and one slide shows both", async () => {
  const {page, problems} = await open(browser, `${site.url}propagation?layer=9&b=index&b.image=dogs`);
  const said = await drawn(page, "propagation-ab", {imageA: "astronaut", imageB: "dogs", layerA: 9, layerB: 9});
  assert.deepEqual(said.differences, ["norms"]);
  const boxes = async () => {
    const sides = page.locator("#figure-propagation-ab > .figure-drawing > .sides > .side");
    return Promise.all([sides.nth(0).boundingBox(), sides.nth(1).boundingBox()]);
  };
  const [left, right] = await boxes();
  assert.ok(right!.x >= left!.x + left!.width && right!.y === left!.y, "beside each other");
  await shoot(page, "split");
  await page.setViewportSize({width: 390, height: 800});
  const [upper, lower] = await boxes();
  assert.ok(lower!.y >= upper!.y + upper!.height && lower!.x === upper!.x, "one over the other");
  await page.setViewportSize({width: 1280, height: 800});
  await page.keyboard.press("t");
  await page.locator("#figure-propagation-ab.is-slide").waitFor();
  assert.equal(new URL(page.url()).hash, "#talk=propagation-ab");
  assert.deepEqual(problems, []);
  await page.close();
});

test("links to other pages take both sides along, also to pages about many images", async () => {
  const {page, problems} = await open(browser, `${site.url}corpus?b=index&b.corpus=photos`);
  await drawn(page, "corpus-counts", {images: 199});
  await drawn(page, "corpus-counts-b", {layer: 10});
  assert.match(
    await page.locator("#figure-corpus-counts-ab > .figure-header .figure-title").innerText(),
    /^Two sides: PASCAL VOC \| this site’s photos$/
  );
  await drawn(page, "corpus-paired", {paired: true, measure: "outliers"});
  await page.getByRole("link", {name: "Detectors", exact: true}).click();
  await page.waitForURL(/detectors(\.html)?\?.*b=index.*b\.corpus=photos/);
  await drawn(page, "detectors-ab", {layerA: 10, layerB: 10});
  assert.deepEqual(problems, []);
  await page.close();
});
