// The page of results as readers use it: sorting, filtering and unfolding by mouse and keyboard, and
// one choice of report for every measured figure.
import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {test} from "node:test";
import type {Page} from "playwright-core";
import type {MeasuredFile} from "../../components/analysis/measured.js";
import {open} from "../support/harness.js";
import {browser, openSite, site} from "../support/site.js";

const reports = JSON.parse(readFileSync("data/measured/summary.json", "utf8")) as MeasuredFile[];

openSite();

const results = () => open(browser, `${site.url}results`);

/** A column of a table as it stands, by its place. */
function column(page: Page, figure: string, index: number): Promise<string[]> {
  return page.locator(`#figure-${figure} tbody tr:not(.detail) > :nth-child(${index})`).allInnerTexts();
}

/** Chooses in one of a figure's menus. */
async function choose(page: Page, figure: string, label: string, menu = "Measured with"): Promise<void> {
  await page.locator(`#figure-${figure} .menu`, {hasText: menu}).locator("select").selectOption({label});
}

test("Table 1 sorts by a column, best first, then the other way, then as printed; missing numbers stay last", async () => {
  const {page, problems} = await results();
  const printed = await column(page, "table1", 1);
  const heading = page.locator("#figure-table1 thead th", {hasText: "City"}).first();
  const place = 1 + (await heading.evaluate((th) => [...th.parentElement!.children].indexOf(th)));
  const numbers = async () => (await column(page, "table1", place)).filter((text) => text !== "–").map(Number);
  await heading.locator("button").click();
  assert.equal(await heading.getAttribute("aria-sort"), "descending");
  const falling = await numbers();
  assert.deepEqual(
    falling,
    falling.toSorted((a, b) => b - a)
  );
  assert.equal((await column(page, "table1", place)).at(-1), "–");
  await heading.locator("button").click();
  assert.deepEqual(await numbers(), falling.toReversed());
  assert.equal((await column(page, "table1", place)).at(-1), "–");
  await heading.locator("button").click();
  assert.deepEqual(await column(page, "table1", 1), printed);
  assert.deepEqual(problems, []);
  await page.close();
});

test("what was measured stands in columns of its own, under their own heading", async () => {
  const {page} = await results();
  const groups = await page.locator("#figure-table1 th.group").allInnerTexts();
  assert.ok(groups.some((text) => /measured here, another task/.test(text)));
  const squares = reports.filter(({protocol}) => protocol.name === "square");
  const headings = await page.locator("#figure-table1 thead tr:last-child th").allInnerTexts();
  assert.deepEqual(
    headings.slice(-squares.length).map((text) => text.trim()),
    squares.map(({provenance}) => provenance.model)
  );
  await page.close();
});

test("filters limit Table 1, and say so when nothing fits", async () => {
  const {page} = await results();
  await page.locator("#figure-table1 label", {hasText: "CLIP alone"}).click();
  const names = (await column(page, "table1", 1)).join(" ");
  assert.match(names, /SFP/);
  assert.doesNotMatch(names, /ProxyCLIP|GroupViT/);
  await page.locator("#figure-table1 input[type=search]").fill("wacv");
  assert.deepEqual(await column(page, "table1", 1), ["NACLIP *", "NACLIP ‡"]);
  await page.locator("#figure-table1 input[type=search]").fill("nobody");
  assert.match(await page.locator("#figure-table1 tbody").innerText(), /No row fits/);
  await page.close();
});

test("by keyboard a row unfolds to its source and its command, and keeps the focus", async () => {
  const {page} = await results();
  const row = page.locator("#figure-table1 .unfold", {hasText: "SC-CLIP"});
  await row.focus();
  await page.keyboard.press("Enter");
  assert.equal(await row.getAttribute("aria-expanded"), "true");
  const detail = page.locator("#figure-table1 .detail");
  assert.match(await detail.innerText(), /the original was not read[\s\S]*How sure: read in another paper's table/);
  assert.match(
    await detail.locator("code").innerText(),
    /^npm run sfp -- evaluate --dataset voc21 .*--method sc-clip$/
  );
  assert.ok(await row.evaluate((button) => button === document.activeElement));
  await page.keyboard.press("Space");
  assert.equal(await detail.count(), 0);
  await page.close();
});

test("one choice of report holds for all measured figures", async () => {
  const {page, problems} = await results();
  const sourceOf = (figure: string) => page.locator(`#figure-${figure} .figure-source`).innerText();
  await choose(page, "methods", "mini");
  for (const figure of ["ladder", "start-layers", "options", "methods", "measured"])
    assert.match(await sourceOf(figure), /^mini /, figure);
  await choose(page, "ladder", "vit-ti-16, sliding");
  assert.match(await sourceOf("ladder"), /windows every 112 px/);
  // Not measured with sliding windows: the same model's single windows, and the caption says so.
  assert.match(await sourceOf("options"), /^vit-ti-16 .* one 224 px window each/);
  assert.deepEqual(problems, []);
  await page.close();
});

test("the table of everything agrees with the stored report and names the command of a row", async () => {
  const {page} = await results();
  const file = reports.find(
    ({provenance, protocol}) => provenance.model === "vit-ti-16" && protocol.name === "square"
  )!;
  await choose(page, "measured", "all", "Rows");
  assert.equal((await column(page, "measured", 1)).length, file.rows.length);
  assert.deepEqual(
    await column(page, "measured", 2),
    file.rows.map(({miou}) => miou.value!.toFixed(1))
  );
  await page.locator("#figure-measured input[type=search]").fill("l0=8");
  await page.locator("#figure-measured .unfold").first().click();
  assert.equal(
    await page.locator("#figure-measured .detail code").innerText(),
    'npm run sfp -- report --model vit-ti-16 --protocol square --only "block+som+hai l0=8" --again'
  );
  await page.close();
});

test("on a phone tables scroll inside themselves and keep the row's name in view", async () => {
  const {page} = await open(browser, `${site.url}results`, {viewport: {width: 390, height: 844}});
  const scroll = page.locator("#figure-table1 .data-table");
  await scroll.focus();
  await scroll.evaluate((element) => (element.scrollLeft = 300));
  const name = page.locator("#figure-table1 tbody th").first();
  const [left, edge] = [(await name.boundingBox())!.x, (await scroll.boundingBox())!.x];
  assert.ok(Math.abs(left - edge) < 1, `${left} ${edge}`);
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0);
  await page.close();
});
