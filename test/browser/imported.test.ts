/** Attention that came with maps alone: pages draw what follows from these, and say in one line what does not. */
import assert from "node:assert/strict";
import {test} from "node:test";
import type {Page} from "playwright-core";
import {seededRandom} from "../../components/analysis/random.js";
import {readDump} from "../../components/exchange/dump.js";
import {layoutOf} from "../../components/exchange/layout.js";
import {npyArrays} from "../../components/exchange/open.js";
import {writeNpy} from "../../components/exchange/npy.js";
import {recordFiles, recordOf} from "../../components/exchange/record.js";
import {pack} from "../../data/records/archive.js";
import {servedFiles} from "../../data/records/served.js";
import {drawn} from "../support/drawn.js";
import {browser, openSite, site} from "../support/site.js";

openSite();

const [layers, heads, patches, size] = [12, 2, 196, 197];

/** Maps whose class token looks at patch 0 from layer 4 on, and evenly before: one outlier in layers 4 to 12. */
function maps(): Float32Array {
  const random = seededRandom(5);
  const values = new Float32Array(layers * heads * size * size);
  for (let row = 0; row < layers * heads * size; ++row) {
    const layer = Math.floor(row / (heads * size));
    const token = row % size;
    const part = values.subarray(row * size, (row + 1) * size).map(() => 0.9 + 0.1 * random());
    if (token > 0) part[token] = token === 1 ? 2 : 4;
    else if (layer >= 3) part[1] = 8;
    const total = part.reduce((sum, value) => sum + value, 0);
    values.set(
      part.map((value) => value / total),
      row * size
    );
  }
  return values;
}

/** The files of a photo as an import of maps alone leaves them. */
function importedFiles(): Record<string, Uint8Array> {
  const attention = writeNpy({shape: [layers, heads, size, size], data: maps()});
  const dump = readDump(npyArrays({attention}));
  const as = {
    image: "coffee",
    model: "dumped",
    file: "dump.npz",
    sha256: "0".repeat(64),
    versions: {"sfp-explorer": "test"}
  };
  return recordFiles(recordOf(dump, layoutOf(size, {}), as));
}

/** As a site serves them. */
const files = servedFiles(pack(importedFiles()));

/** Opens a page on which the photo's files are those of the import. */
async function openImported(path: string): Promise<{page: Page; problems: string[]}> {
  const page = await browser.newPage({viewport: {width: 1280, height: 900}, serviceWorkers: "block"});
  const problems: string[] = [];
  page.setDefaultTimeout(40_000);
  page.on("pageerror", ({message}) => problems.push(message));
  await page.addInitScript("try { localStorage.setItem('sfp-tour', 'offered') } catch {}");
  await page.route(/\/records\/[^/]+\/coffee\/[^/]+\.arrow\.gz/, (route) => {
    const body = files[/[^/]+\.gz/.exec(new URL(route.request().url()).pathname)![0]];
    return body ? route.fulfill({body: Buffer.from(body)}) : route.fulfill({status: 404, body: ""});
  });
  await page.goto(site.url + path);
  return {page, problems};
}

const lacking = /Not in the import: /;

/** A figure once it has drawn; its title and its line below. */
async function told(page: Page, id: string): Promise<{title: string; lede: string; source: string}> {
  await drawn(page, id);
  const figure = page.locator(`#figure-${id}`);
  assert.equal(await figure.locator(".is-failed").count(), 0, id);
  const text = (name: string) => figure.locator(name).innerText();
  return {title: await text(".figure-title"), lede: await text(".figure-lede"), source: await text(".figure-source")};
}

test("Propagation and Overview draw the plain trunk's sets of an import of maps alone", async () => {
  const {page, problems} = await openImported("propagation?image=coffee&layer=10");
  const sets = await told(page, "propagation");
  assert.match(sets.title, /^Layer 10: 1 outlier$/);
  assert.match(sets.lede, /needs? tokens \(layers, T, D\)/);
  assert.match(sets.lede, /attention_purified/);
  assert.match(sets.source, /without SOM.*imported from dump\.npz/);
  const titles = {
    "norms-by-layer": `In the last layer 1 of ${patches} patches are outliers without SOM`,
    "token-raster": `1 of ${patches} patches are outliers in some layer without SOM`,
    births: "Of the outliers of one layer, 100 % are outliers in the next without SOM",
    survival: "0 % of spells end after one layer without SOM"
  };
  for (const [id, title] of Object.entries(titles)) {
    const figure = await told(page, id);
    assert.equal(figure.title, title);
    assert.match(figure.lede, lacking, id);
  }
  await page.locator("#figure-repair-from").scrollIntoViewIfNeeded();
  await page.locator("#figure-repair-from .figure-message", {hasText: lacking}).waitFor();
  await page.goto(`${site.url}?image=coffee&layer=10`);
  assert.equal((await told(page, "overview")).title, `In layer 10, 1 of ${patches} patches are outliers by Eq. 4`);
  assert.deepEqual(problems, []);
  await page.close();
});

test("HAI's sum is that of the plain trunk where an import has no other, and the caption says so", async () => {
  const {page, problems} = await openImported("integration?image=coffee&layer=10");
  await drawn(page, "integration", {integrated: true});
  const {lede, source} = await told(page, "integration");
  assert.match(lede, /Layer 10 without SOM has 1 outlier, whose columns are zero/);
  assert.match(source, /maps without SOM, because those with it are not in the import/);
  for (const id of ["sinkhorn", "sums"]) assert.match((await told(page, id)).source, /maps without SOM/);
  assert.deepEqual(problems, []);
  await page.close();
});

test("Diagonal and Detectors draw SOM of an import without tokens, and say what the other detectors need", async () => {
  const {page, problems} = await openImported("detectors?image=coffee&layer=10");
  const {title, lede} = await told(page, "detectors");
  assert.match(title, /^One idea of an outlier: of 196 patches in layer 10 it finds SOM 1$/);
  assert.match(lede, /Not in the import: token norms need tokens \(layers, T, D\) in the file\./);
  for (const id of ["agreement", "score-lines", "agreement-by-layer"]) {
    await page.locator(`#figure-${id}`).scrollIntoViewIfNeeded();
    await page.locator(`#figure-${id} .figure-message`, {hasText: lacking}).waitFor();
  }
  await page.goto(`${site.url}diagonal?image=coffee&layer=10`);
  assert.match((await told(page, "diagonal")).title, /^In layer 10, 1 of 196 patches lies below the line$/);
  assert.deepEqual(problems, []);
  await page.close();
});
