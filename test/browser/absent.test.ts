/** A page draws what there is: a method that a photo's analysis does not have takes no figure down. */
import assert from "node:assert/strict";
import {test} from "node:test";
import type {Page} from "playwright-core";
import {drawn} from "../support/drawn.js";
import {browser, openSite, site} from "../support/site.js";

openSite();

/** Opens a page of a site without some of a photo's files. */
async function openWithout(pattern: RegExp, path: string): Promise<Page> {
  const page = await browser.newPage({viewport: {width: 1280, height: 900}, serviceWorkers: "block"});
  page.setDefaultTimeout(40_000);
  await page.addInitScript("try { localStorage.setItem('sfp-tour', 'offered') } catch {}");
  await page.route(pattern, (route) => route.fulfill({status: 404, body: ""}));
  await page.goto(site.url + path);
  return page;
}

const absent = "not computed for this photo";

test("features and segmentation draw the methods that are there, and name the others with the command", async () => {
  for (const [path, id, wanted] of [
    ["features?image=coffee", "rivals", {image: "coffee", measure: "pca"}],
    [
      "segmentation?image=coffee&words=cup; table",
      "segmentation",
      {image: "coffee", shown: "masks", words: "cup; table"}
    ]
  ] as const) {
    const page = await openWithout(/features-(gem|sclip)\.arrow/, path);
    const figure = page.locator(`#figure-${id}`);
    await drawn(page, id, wanted);
    const titles = await figure.locator(".plate", {hasText: absent}).locator(".plate-title").allInnerTexts();
    assert.deepEqual(titles.toSorted(), ["GEM", "SCLIP"]);
    const note = await figure.locator(".figure-absent").innerText();
    assert.match(note, /Not computed for this photo: SCLIP, GEM\..*models get vit-ti-16.*npm run build/);
    assert.equal(await figure.locator(".is-failed").count(), 0);
    await page.close();
  }
});

test("attention without its maps still draws class row, diagonal and outliers; heads say which layers are missing", async () => {
  const attention = await openWithout(/attention-plain-\d+\.arrow/, "attention?image=coffee&layer=10");
  await drawn(attention, "attention", {image: "coffee", trunk: "plain", layer: 10, head: "mean", rows: false});
  await attention.locator("#figure-attention .plate-readout", {hasText: "not stored"}).first().waitFor();
  await attention.close();
  const heads = await openWithout(/heads-plain-3\.arrow/, "heads?image=coffee&layer=10");
  await drawn(heads, "heads", {image: "coffee", layers: 11}, {timeout: 60_000});
  assert.match(await heads.locator("#figure-heads .figure-lede").innerText(), /Not computed for this photo: layer 3\./);
  await heads.close();
});
