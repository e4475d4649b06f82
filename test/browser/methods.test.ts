// The pages of features, integration, segmentation and method as readers use them: controls, addresses, values
// against the files they are drawn from, and how fast figures answer.
import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {after, before, test} from "node:test";
import {gunzipSync} from "node:zlib";
import type {Browser, Page} from "playwright-core";
import {decodeAttention, decodeFeatures, decodeRecord} from "../../components/records/arrow.js";
import {normalised, rowsToOne, summedMaps} from "../../components/analysis/integration.js";
import {cosinesToToken} from "../../components/analysis/similarity.js";
import {Lexicon, type LexiconFile} from "../../components/model/lexicon.js";
import {cosines} from "../../components/model/segmentation/scores.js";
import {drawn} from "../support/drawn.js";
import {keepFailures} from "../support/failures.js";
import {base, launch, open} from "../support/harness.js";
import type {Site} from "../support/serve.js";
import {serve} from "../support/serve.js";

const dist = process.env.DIST ?? "dist";
let site: Site;
let browser: Browser;
before(async () => {
  site = await serve(dist, {base});
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await site?.close();
});
keepFailures(() => browser);

const file = (name: string) => gunzipSync(readFileSync(`${dist}/data/records/vit-ti-16/${name}.arrow.gz`));

/** Points at a patch of a figure's map and returns what stands beside the map's title. */
async function readout(page: Page, id: string, plate: number, patch: number): Promise<string> {
  const place = page.locator(`#figure-${id} .plate`).nth(plate);
  const map = place.locator(".patch-map");
  await map.scrollIntoViewIfNeeded();
  const box = (await map.boundingBox())!;
  const [row, column] = [Math.floor(patch / 14), patch % 14];
  await map.hover({position: {x: (box.width * (column + 0.5)) / 14, y: (box.height * (row + 0.5)) / 14}});
  await page.waitForFunction(
    ([name, at]) =>
      document.querySelectorAll(`#figure-${name} .plate`)[at].querySelector(".plate-readout")?.textContent !== "",
    [id, plate] as const
  );
  return place.locator(".plate-readout").innerText();
}

test("features: one basis of colours, then cosines to the pinned token as the files give them", async () => {
  const {page, problems} = await open(browser, `${site.url}features?image=coffee&target=90`);
  await drawn(page, "stages", {image: "coffee", measure: "pca"});
  assert.match(await page.locator("#figure-stages .figure-source").innerText(), /one basis for 24 maps/);
  await page.locator("#figure-stages .segmented label", {hasText: "cosine to ★"}).click();
  await drawn(page, "stages", {image: "coffee", measure: "token"});
  const expected = cosinesToToken(decodeFeatures(file("coffee/features-vis")), 90);
  assert.equal(Number(await readout(page, "stages", 4, 33)), Number(expected[33].toFixed(2)));
  await page.waitForURL(/measure=token/);
  assert.deepEqual(problems, []);
  await page.close();
});

test("features: a word typed by the reader, and one that the lexicon does not know", async () => {
  const {page, problems} = await open(browser, `${site.url}features?measure=word`);
  await drawn(page, "stages", {image: "astronaut", measure: "word", word: 1});
  const field = page.locator("#figure-stages .words input");
  await field.fill("dog; sofa");
  await drawn(page, "stages", {measure: "word", words: "dog; sofa", word: 1});
  await page.locator("#figure-stages select").selectOption({label: "sofa"});
  await drawn(page, "stages", {measure: "word", words: "dog; sofa", word: 2});
  await field.fill("catt");
  await page.waitForFunction(() => /nearest/.test(document.querySelector(".words-note")?.textContent ?? ""));
  assert.match(await page.locator("#figure-stages .words-note").innerText(), /“catt” \(nearest: .*cat/);
  assert.deepEqual(problems, []);
  await page.close();
});

test("segmentation: masks, shares and the class under the pointer are those of the files", async () => {
  const words = ["rocket", "tower", "lake"];
  const {page, problems} = await open(browser, `${site.url}segmentation?image=rocket&words=${words.join("%3B ")}`);
  await drawn(page, "segmentation", {image: "rocket", shown: "masks", words: "rocket; tower; lake"});
  const lexicon = new Lexicon(
    decodeFeatures(file("classifier")),
    JSON.parse(readFileSync("data/models/mini/lexicon.json", "utf8")) as LexiconFile
  );
  const classes = (method: string) => {
    const {width, values} = decodeFeatures(file(`rocket/features-${method}`));
    const scores = cosines({grid: [14, 14], width, data: values}, lexicon.vectors(words).vectors);
    return Array.from({length: 196}, (_, i) => {
      const row = scores.subarray(i * 3, i * 3 + 3);
      return row.indexOf(Math.max(...row));
    });
  };
  const [sfp, clip] = [classes("vis"), classes("clip")];
  const share = Math.round((100 * sfp.filter((c, i) => c !== clip[i]).length) / 196);
  assert.equal(
    await page.locator("#figure-segmentation .plate").nth(1).locator(".plate-readout").innerText(),
    `${share} % differ`
  );
  assert.equal(await readout(page, "segmentation", 1, 77), words[sfp[77]]);
  assert.deepEqual(await page.locator("#figure-segmentation .legend-marks li").allInnerTexts(), words);
  await page.locator("#figure-segmentation .segmented label", {hasText: "difference"}).click();
  await drawn(page, "segmentation", {image: "rocket", shown: "difference"});
  await page.locator("#figure-segmentation .segmented label", {hasText: "heat of a class"}).click();
  await drawn(page, "segmentation", {image: "rocket", shown: "heat"});
  await drawn(page, "method-agreement", {image: "rocket", words: "rocket; tower; lake"});
  assert.deepEqual(problems, []);
  await page.close();
});

test("integration: the integrated map is Eq. 8-10 of the files, for any start and any rounds", async () => {
  const {page, problems} = await open(
    browser,
    `${site.url}integration?image=coffee&layer=11&target=90&options=l0%3D5%2Crounds%3D2`
  );
  await drawn(page, "integration", {image: "coffee", l0: 5, layer: 11, rounds: 2, order: "rc", integrated: true});
  const {trunks, layers} = decodeRecord(file("coffee/summary"));
  const maps = Array.from(
    {length: layers - 1},
    (_, l) => decodeAttention(file(`coffee/attention-purified-${l + 1}`))[0]
  );
  const sets = maps.map((_, l) => trunks.purified.outliers.subarray(l * 196, (l + 1) * 196));
  const weights = rowsToOne(normalised(summedMaps(maps, sets, 4), {rounds: 2}));
  const expected = weights[90 * 196 + 91] * 196;
  const shown = parseFloat(await readout(page, "integration", 3, 91));
  assert.ok(Math.abs(shown - expected) <= 0.051 + expected / 200, `${shown}, not ${expected}`);
  const l0 = page.locator("#figure-integration .slider input[type=range]").first();
  await l0.fill("8");
  await drawn(page, "integration", {image: "coffee", l0: 8, layer: 11, rounds: 2, order: "rc", integrated: true});
  await page.waitForURL(/options=l0%3D8%2Crounds%3D2/);
  await page.locator("#figure-sinkhorn").scrollIntoViewIfNeeded();
  await page.waitForSelector("#figure-sinkhorn svg[data-vector]");
  assert.match(await page.locator("#figure-integration .figure-source").innerText(), /coded to 1\/90/);
  assert.deepEqual(problems, []);
  await page.close();
});

test("method: a click plants an outlier in the toy, and every equation has its miniature", async () => {
  const {page, problems} = await open(browser, `${site.url}method`);
  assert.equal(await page.locator(".equation .katex").count(), 18);
  assert.equal(await page.locator(".equation:has(.mini)").count(), 18);
  const map = page.locator("#equation-4 .patch-map").nth(2);
  const picture = () =>
    map
      .locator("canvas")
      .last()
      .evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
  await map.scrollIntoViewIfNeeded();
  const before = await picture();
  const box = (await map.boundingBox())!;
  await map.click({position: {x: box.width * 0.375, y: box.height * 0.125}});
  await page.mouse.move(0, 0);
  assert.notEqual(await picture(), before);
  await page.locator(".toy-controls input[type=range]").first().fill("1.5");
  await page.waitForURL(/options=factor%3D1.5/);
  assert.equal(await page.locator("table.choices").first().locator("tbody tr").count(), 27);
  await drawn(page, "paper-code", {image: "astronaut"});
  assert.deepEqual(problems, []);
  await page.close();
});
