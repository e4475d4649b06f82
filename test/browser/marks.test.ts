/** What is marked on tokens, and who says so. */
import assert from "node:assert/strict";
import {test} from "node:test";
import {open} from "../support/harness.js";
import {browser, openSite, site} from "../support/site.js";

openSite();

test("overview says which model this is, and that it is not CLIP, before the first figure", async () => {
  const {page, problems} = await open(browser, site.url);
  const note = page.locator(".model-note");
  assert.match(await note.innerText(), /These figures show vit-ti-16.* It is not CLIP/s);
  const before = await note.evaluate((element) =>
    Boolean(element.compareDocumentPosition(document.querySelector("figure")!) & Node.DOCUMENT_POSITION_FOLLOWING)
  );
  assert.ok(before);
  assert.match(await page.locator("#figure-overview .figure-title").innerText(), /layer 10 .* Eq\. 4 finds all 4/);
  assert.deepEqual(problems, []);
  await page.close();
});

test("a title says when SOM changes little and Eq. 4 misses the high-norm tokens", async () => {
  const {page} = await open(browser, `${site.url}?image=china&layer=12`);
  const title = await page.locator("#figure-overview .figure-title").innerText();
  assert.match(title, /SOM changes little in layer 12: .*Eq\. 4 misses all 4 high-norm tokens/);
  await page.close();
});

test("the reader chooses whose set is drawn as rings, and the choice goes along", async () => {
  const {page, problems} = await open(browser, `${site.url}attention?image=astronaut&layer=9`);
  const legend = page.locator("#figure-attention .legend-marks");
  assert.match(await legend.innerText(), /outlier by Eq\. 4 \(SOM\)[^]*high-norm token/);
  assert.match(
    await page.locator("#figure-attention .figure-title").innerText(),
    /Eq\. 4 misses all 4 high-norm tokens/
  );
  await page.locator(".selection-bar .menu", {hasText: "Rings"}).locator("select").selectOption({label: "MAD"});
  await page.locator("#figure-attention .legend-marks", {hasText: "outlier by MAD"}).waitFor();
  await page.waitForURL(/rings=mad/);
  await page.locator("#observablehq-sidebar a", {hasText: "Overview"}).click();
  await page.locator("#figure-overview .legend-marks", {hasText: "outlier by MAD"}).waitFor();
  assert.deepEqual(problems, []);
  await page.close();
});
