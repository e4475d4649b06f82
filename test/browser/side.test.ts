// Split pages: what is locked and what is freed, what an address brings back, and the difference of the two sides.
import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {test} from "node:test";
import type {Page} from "playwright-core";
import {readLayer} from "../../components/charts/reading.js";
import {decodeRecord} from "../../components/records/arrow.js";
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
