// Talk mode as a speaker uses it: keys, links, pins, and the way back.
import assert from "node:assert/strict";
import {test} from "node:test";
import type {Page} from "playwright-core";
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
  const {page, problems} = await open(browser, `${site.url}attention?target=30`);
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
  await page.waitForFunction(() => /plain 10/.test(document.getElementById("figure-attention")?.dataset.drawn ?? ""));
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
