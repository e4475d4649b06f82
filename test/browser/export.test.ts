// What a reader takes from a figure: the files are opened and looked into.
import assert from "node:assert/strict";
import {readFile} from "node:fs/promises";
import {after, before, test} from "node:test";
import type {Browser, Page} from "playwright-core";
import sharp from "sharp";
import {base, launch, open} from "./harness.js";
import type {Site} from "./serve.js";
import {serve} from "./serve.js";

let site: Site;
let browser: Browser;
before(async () => {
  site = await serve("dist", {base});
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await site?.close();
});

async function take(page: Page, figure: string, action: string): Promise<Buffer> {
  await page.locator(`#${figure}`).scrollIntoViewIfNeeded();
  await page.locator(`#${figure}`).hover({position: {x: 5, y: 5}});
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.locator(`#${figure} .figure-actions button`, {hasText: action}).click()
  ]);
  return readFile((await download.path())!);
}

test("PNG is twice the figure's size and holds more than its ground", async () => {
  const {page, problems} = await open(browser, `${site.url}attention`);
  const box = (await page.locator("#figure-attention").boundingBox())!;
  const picture = sharp(await take(page, "figure-attention", "PNG"));
  const {width} = await picture.metadata();
  assert.ok(Math.abs(width! - 2 * (box.width + 32)) <= 2, `${width} for ${box.width}`);
  const {channels} = await picture.stats();
  assert.ok(channels[0].stdev > 20);
  assert.deepEqual(problems, []);
  await page.close();
});

test("SVG is a drawing of its own, with a size and with its points", async () => {
  const {page} = await open(browser, `${site.url}attention`);
  const svg = (await take(page, "figure-decision", "SVG")).toString();
  assert.match(svg, /^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
  assert.match(svg, /viewBox="0 0 \d+/);
  const {width} = await sharp(Buffer.from(svg)).metadata();
  assert.ok(width! > 200);
  await page.close();
});

test("CSV has a row a patch, and its outliers are those of the title", async () => {
  const {page} = await open(browser, `${site.url}attention`);
  const [header, ...rows] = (await take(page, "figure-attention", "Data")).toString().split("\n");
  assert.equal(header, "patch,row,column,outlier,target,background,class,diagonal,margin");
  assert.equal(rows.length, 196);
  const outliers = rows.filter((row) => row.split(",")[3] === "1").length;
  assert.match(await page.locator("#figure-attention .figure-title").innerText(), new RegExp(`${outliers} of 196`));
  for (const row of rows) {
    const [, , , outlier, , , fromClass, self] = row.split(",").map(Number);
    // Values were rounded for storage after the set was decided.
    if (Math.abs(fromClass - self) > 0.05) assert.equal(outlier, Number(self < fromClass), row);
  }
  await page.close();
});
