// Talk mode as a speaker uses it: keys, links, pins, and the way back.
import assert from "node:assert/strict";
import {test} from "node:test";
import type {Page} from "playwright-core";
import {drawn} from "../support/drawn.js";
import {open, shoot} from "../support/harness.js";
import {browser, openSite, site} from "../support/site.js";

openSite();

const hash = (page: Page) => page.evaluate(() => location.hash);
const slide = (page: Page) => page.locator(".is-slide").getAttribute("id");
const count = (page: Page) => page.locator("figure.figure").count();

/** Waits until the slide is drawn and has had its size for a while. */
const settled = (page: Page) =>
  page.waitForFunction(() => {
    const selector = ".is-slide .figure-drawing:not(.is-empty) > :first-child";
    const drawing = document.querySelector<HTMLElement>(selector);
    const place = drawing && drawing.style.visibility === "" ? drawing.style.transform : "";
    const page = globalThis as {place?: string; since?: number};
    if (page.place !== place) Object.assign(page, {place, since: performance.now()});
    return place !== "" && performance.now() - page.since! > 200;
  });

test("t begins with the figure in view, keys walk through all figures, Esc leaves", async () => {
  const {page, problems} = await open(browser, `${site.url}attention?layer=9&target=30`);
  const all = await page.locator("figure.figure").evaluateAll((figures) => figures.map(({id}) => id));
  await page.keyboard.press("t");
  assert.equal(await slide(page), all[0]);
  assert.equal(await hash(page), `#talk=${all[0].replace("figure-", "")}`);
  assert.equal(await page.locator(".talk-counter").innerText(), `1 / ${all.length}`);
  for (const [key, at] of [
    ["ArrowRight", 1],
    ["Space", 2],
    ["PageDown", 3],
    ["ArrowLeft", 2],
    ["PageUp", 1],
    ["End", all.length - 1],
    ["ArrowRight", all.length - 1],
    ["Home", 0],
    ["ArrowLeft", 0]
  ] as const) {
    await page.keyboard.press(key);
    assert.equal(await slide(page), all[at], key);
  }
  await page.keyboard.press("]");
  await drawn(page, "attention", {trunk: "plain", layer: 10}, {scroll: false});
  await page.keyboard.press("Escape");
  assert.equal(await page.locator(".is-slide").count(), 0);
  assert.equal(await hash(page), "");
  // Leaving is not clearing: the pin stays.
  assert.match(page.url(), /target=30/);
  assert.deepEqual(problems, []);
  await page.close();
});

test("every slide fits its window, in the light and in the dark", async () => {
  for (const [width, height, colorScheme] of [
    [1920, 1080, "light"],
    [1280, 720, "dark"]
  ] as const) {
    const {page, problems} = await open(browser, `${site.url}attention#talk=1`, {
      viewport: {width, height},
      colorScheme
    });
    for (let at = 0; at < (await count(page)); ++at) {
      await settled(page);
      await page.waitForFunction(() => !document.querySelector(".is-slide [aria-busy=true]"));
      const box = (await page.locator(".is-slide .figure-drawing > :first-child").boundingBox())!;
      const room = (await page.locator(".is-slide .figure-drawing").boundingBox())!;
      const name = `slide ${at + 1} at ${width} px`;
      assert.ok(box.y + box.height <= room.y + room.height + 2, `${name} is too high`);
      assert.ok(box.x >= room.x - 1 && box.x + box.width <= room.x + room.width + 2, `${name} is too wide`);
      assert.ok(box.height > 0.85 * room.height || box.width > 0.85 * room.width, `${name} wastes its window`);
      await shoot(page, `talk-${width}-${at + 1}`, false);
      await page.keyboard.press("ArrowRight");
    }
    assert.deepEqual(problems, []);
    await page.close();
  }
});

test("a link opens its slide, by name and by number; a bad one opens the nearest there is", async () => {
  for (const [address, expected] of [
    ["#talk=decision", "figure-decision"],
    ["#talk=2", "figure-decision"],
    ["#talk=999", undefined],
    ["#talk=nothing%ZZ", "figure-attention"],
    ["#talk=0", "figure-attention"]
  ] as const) {
    const {page, problems} = await open(browser, `${site.url}attention${address}`);
    const last = await page.locator("figure.figure").last().getAttribute("id");
    assert.equal(await slide(page), expected ?? last, address);
    assert.deepEqual(problems, [], address);
    await page.close();
  }
});

test("a click on a slide pins a token, and arrows go on to the next slide", async () => {
  const {page} = await open(browser, `${site.url}attention#talk=attention`);
  await settled(page);
  const map = page.locator("#figure-attention .patch-map").nth(3);
  const box = (await map.boundingBox())!;
  await map.click({position: {x: box.width * (2.5 / 14), y: box.height * (0.5 / 14)}});
  await page.waitForURL(/target=2\b/);
  await page.keyboard.press("ArrowRight");
  assert.equal(await slide(page), "figure-decision");
  await settled(page);
  // With the Tab key a grid is reached on purpose, and keeps its arrows.
  await page.locator("#figure-decision .patch-map").focus();
  await page.keyboard.press("ArrowRight");
  assert.equal(await slide(page), "figure-decision");
  await page.close();
});

test("the overview lists all slides, and the help lists the keys", async () => {
  const {page} = await open(browser, `${site.url}attention`);
  await page.locator(".talk-button").click();
  await page.keyboard.press("o");
  assert.equal(await page.locator(".talk-overview li").count(), await count(page));
  await settled(page);
  await shoot(page, "talk-overview", false);
  await page.locator(".talk-overview li button").nth(2).click();
  assert.equal(await page.locator(".talk-counter").innerText(), `3 / ${await count(page)}`);
  await page.keyboard.press("o");
  await page.keyboard.press("o");
  await page.waitForSelector(".talk-overview", {state: "detached"});
  await page.keyboard.press("?");
  assert.match(await page.locator("dialog.help").innerText(), /talk/);
  await page.keyboard.press("Escape");
  assert.notEqual(await slide(page), null);
  await page.close();
});

test("a phone shows slides too", async () => {
  const {page, problems} = await open(browser, `${site.url}#talk=1`, {
    viewport: {width: 390, height: 844},
    colorScheme: "dark",
    hasTouch: true
  });
  await settled(page);
  await shoot(page, "talk-phone", false);
  await page.locator(".talk-bar button", {hasText: "Leave"}).click();
  assert.equal(await page.locator(".is-slide").count(), 0);
  assert.deepEqual(problems, []);
  await page.close();
});

test("at 1024 by 768 no column and no row is lost, and the bar lies on nothing", async () => {
  const viewport = {width: 1024, height: 768};
  const {page} = await open(browser, `${site.url}results#talk=table1`, {viewport});
  await settled(page);
  const table = page.locator(".is-slide .data-table");
  const [seen, all] = await table.evaluate(({clientWidth, scrollWidth}) => [clientWidth, scrollWidth]);
  assert.ok(all <= seen + 1, `${all} px of columns in ${seen} px`);
  await shoot(page, "talk-1024-table1", false);
  await page.close();
  const other = await open(browser, `${site.url}propagation#talk=repair-from`, {viewport});
  await settled(other.page);
  assert.equal(await other.page.locator(".is-slide .figure-drawing.is-tall").count(), 0);
  const room = (await other.page.locator(".is-slide .figure-drawing").boundingBox())!;
  for (const matrix of await other.page.locator(".is-slide .beside .plate").all()) {
    const box = (await matrix.boundingBox())!;
    assert.ok(box.y + box.height <= room.y + room.height + 2, "the last rows are out of sight");
    assert.ok(box.height > 0.45 * room.height, "the tables are too small to read");
  }
  const bar = (await other.page.locator(".selection-bar").boundingBox())!;
  const turning = (await other.page.locator(".talk-bar").boundingBox())!;
  assert.ok(bar.y + bar.height <= turning.y + 1 || bar.x + bar.width <= turning.x + 1, "the bars overlap");
  await shoot(other.page, "talk-1024-repair-from", false);
  await other.page.close();
});

test("at 1920 by 1080 Figure 1 fills the slide: the photo as high as two rows of maps", async () => {
  const {page} = await open(browser, `${site.url}attention#talk=attention`, {viewport: {width: 1920, height: 1080}});
  await settled(page);
  const maps = await page.locator(".is-slide .patch-map").all();
  const boxes = await Promise.all(maps.map(async (map) => (await map.boundingBox())!));
  assert.equal(new Set(boxes.slice(1).map(({y}) => Math.round(y / 20))).size, 2);
  assert.ok(boxes[0].width > 1.9 * boxes[1].width);
  await shoot(page, "talk-1920-attention", false);
  await page.close();
});

test("full screen goes on to another page's slides, and ends on that page", async () => {
  const {page} = await open(browser, `${site.url}attention#talk=1`);
  const full = () => page.evaluate(() => document.fullscreenElement !== null);
  await page.keyboard.press("f");
  await page.waitForFunction(() => document.fullscreenElement !== null);
  await page.keyboard.press("o");
  await page.locator(".talk-overview p a", {hasText: "Heads"}).click();
  const stage = page.frameLocator(".talk-stage");
  await stage.locator(".is-slide#figure-heads").waitFor();
  assert.equal(await full(), true);
  await page.keyboard.press("ArrowRight");
  await stage.locator(".is-slide#figure-head-row").waitFor();
  await page.keyboard.press("f");
  await page.waitForURL(/\/heads.*#talk=head-row/);
  await page.locator(".is-slide#figure-head-row").waitFor();
  assert.equal(await full(), false);
  await page.close();
});

test("in the field of words a clicker turns slides, and Esc leads out of it, not out of the talk", async () => {
  const {page} = await open(browser, `${site.url}segmentation#talk=segmentation`);
  const all = await page.locator("figure.figure").evaluateAll((figures) => figures.map(({id}) => id));
  await settled(page);
  const field = page.locator(".is-slide .words input");
  await field.fill("cat");
  await page.keyboard.press("Escape");
  assert.equal(await slide(page), "figure-segmentation");
  assert.equal(await field.evaluate((input) => input === document.activeElement), false);
  await page.keyboard.press("ArrowRight");
  assert.equal(await slide(page), all[1]);
  await page.keyboard.press("ArrowLeft");
  await field.focus();
  await page.keyboard.press("PageDown");
  assert.equal(await slide(page), all[1]);
  await page.close();
});

test("every figure of the Live page is a slide, those too that wait to be scrolled to", async () => {
  const {page} = await open(browser, `${site.url}404`);
  await page.goto(`${site.url}live`);
  await page.locator(".live-machine > *").first().waitFor();
  await page.keyboard.press("t");
  const ids = await page.locator("figure.figure").evaluateAll((figures) => figures.map(({id}) => id));
  for (const id of ["class-rows-by-head", "propagation", "stages", "integration"])
    assert.ok(ids.includes(`figure-${id}`), `${id} is missing`);
  for (const id of ids.slice(1)) {
    await page.keyboard.press("ArrowRight");
    assert.equal(await slide(page), id);
    assert.ok(await page.locator(".is-slide .figure-title").isVisible(), id);
  }
  await page.close();
});

test("what Esc cleared comes back by its button and by its key", async () => {
  const {page} = await open(browser, `${site.url}attention?target=30&background=40`);
  for (const undo of [() => page.keyboard.press("u"), () => page.locator(".undo-note button").click()]) {
    await page.keyboard.press("Escape");
    await page.waitForURL(/target=none/);
    await undo();
    await page.waitForURL(/target=30.*background=40|background=40.*target=30/);
    assert.equal(await page.locator(".undo-note").count(), 0);
  }
  await page.close();
});
