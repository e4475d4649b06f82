// What the page's worker computes is what Node computes; threads where a page may have them; and what
// happens when memory ends.
import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {test} from "node:test";
import type {Page} from "playwright-core";
import type {LiveModel} from "../../components/live/client.js";
import {computeRecord, stageFeatures} from "../../components/model/compute.js";
import {fit} from "../../components/model/image/fit.js";
import {inputOf} from "../../components/model/image/input.js";
import {openEngine, openModel, provenanceOf} from "../../data/engine/index.js";
import {readPicture} from "../../data/files/picture.js";
import {goldenConfig, goldenWeights, relativeError} from "../support/golden.js";
import {shoot} from "../support/harness.js";
import {built, computed, giveModel, givePicture, openLive, tinyModel} from "../support/live.js";
import {browser, openSite, site} from "../support/site.js";

openSite();

const patience = {timeout: 240_000};
const photo = "data/images/chelsea.png";

type Window = typeof globalThis & {live: LiveModel};

/** Looks at the photo with `mini` in the page. */
async function inPage(page: Page) {
  return page.evaluate(
    async ({client, image, index, root}) => {
      const {LiveModel} = (await import(client)) as {LiveModel: new (source: object, kind: string) => LiveModel};
      const bytes = await (await fetch(`${root}data/models/mini/model.safetensors`)).arrayBuffer();
      const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
      const hash = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
      const size = bytes.byteLength;
      const entry = {id: "mini", title: index, bytes: size, hash, partBytes: size, parts: [hash]};
      const live = new LiveModel({entry}, "wasm");
      (globalThis as Window).live = live;
      await live.open().answer;
      const file = await (await fetch(image)).blob();
      const ask = {image: "chelsea", file, fit: {shape: "square", size: 224} as const, options: {}};
      const {trunks} = await live.look(ask).answer;
      const attention = await live.call("attention", {trunk: "purified", layer: 8}).answer;
      const stages = ["plain", "som", "sae", "vis"];
      const features: number[][] = [];
      for (const stage of stages) features.push([...(await live.call("features", {stage}).answer).values]);
      return {
        plain: [...trunks.plain.outliers],
        purified: [...trunks.purified.outliers],
        classRows: [...trunks.purified.classRows],
        norms: [...trunks.purified.repairedNorms],
        attention: [...attention.values],
        features
      };
    },
    {client: site.url + built("components/live/client"), image: `${site.url}${photo}`, index: "mini", root: site.url}
  );
}

test("a photo's numbers are those that Node computes", patience, async () => {
  const page = await browser.newPage();
  await page.addInitScript("globalThis.__name = (value) => value");
  await page.goto(`${site.url}404`);
  const found = await inPage(page);
  await page.close();

  const model = await openModel("mini");
  const engine = openEngine(model, {device: "cpu", threads: 1});
  const {grid, pixels} = inputOf(fit(await readPicture(photo), model.geometry.patch), model.geometry);
  const {record, attention} = await computeRecord(engine, {
    image: "chelsea",
    grid,
    pixels,
    provenance: provenanceOf(model, engine, "sfp")
  });
  const {plain, purified} = record.trunks;
  const different = (a: ArrayLike<number>, b: ArrayLike<number>) => Array.from(a).filter((v, i) => v !== b[i]).length;
  // Two values closer than rounding may fall on either side of the test.
  assert.ok(different(found.plain, plain.outliers) <= 2);
  assert.ok(different(found.purified, purified.outliers) <= 2);
  assert.ok(relativeError(found.classRows, purified.classRows) < 1e-3);
  assert.ok(relativeError(found.norms, purified.repairedNorms) < 1e-3);
  assert.ok(relativeError(found.attention, attention.purified[8].values) < 1e-3);
  const stages = await stageFeatures(engine, grid, pixels);
  for (const [i, stage] of ["plain", "som", "sae", "vis"].entries()) {
    const error = relativeError(found.features[i], stages[stage].values);
    assert.ok(error < 1e-3, `${stage}: ${error}`);
  }
  await engine.close();
});

test("on its second load the page is isolated and WebAssembly has threads", patience, async () => {
  const page = await (await browser.newContext()).newPage();
  await openLive(page, site.url);
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await page.reload();
  await page.locator(".live-machine > *").first().waitFor();
  assert.equal(await page.evaluate(() => crossOriginIsolated), true);
  await giveModel(page, tinyModel());
  await givePicture(page, readFileSync(photo));
  assert.match(await computed(page), /wasm, [2-8] threads/);
  await page.context().close();
});

test("when memory ends the page says so and offers a smaller size", patience, async () => {
  const page = await (await browser.newContext()).newPage();
  await openLive(page, site.url);
  // Patches of 4 px: at 448 px one attention map takes more than a gigabyte.
  await giveModel(page, {
    weights: Buffer.from(goldenWeights()),
    config: Buffer.from(JSON.stringify(goldenConfig))
  });
  await page.getByRole("combobox", {name: "Looks at"}).selectOption({label: "middle square, 448 px"});
  await givePicture(page, readFileSync(photo));
  await page.locator(".live-failure", {hasText: /would need about [\d.]+ GB, and/}).waitFor({timeout: 200_000});
  assert.ok(await page.getByRole("button", {name: "Use 224 px"}).isVisible());
  await shoot(page, "live-memory", false);
  await page.context().close();
});
