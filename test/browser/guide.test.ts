// What helps on a first visit: the tour, notes on terms, the search, and pages for addresses that lead nowhere.
import assert from "node:assert/strict";
import {test} from "node:test";
import {open, shoot} from "../support/harness.js";
import {browser, openSite, site} from "../support/site.js";

openSite();

test("the tour is offered once, can be skipped, and comes back only when asked for", async () => {
  const context = await browser.newContext({viewport: {width: 1280, height: 900}});
  const page = await context.newPage();
  await page.goto(site.url);
  await page.locator(".tour button", {hasText: "No, thanks"}).click();
  assert.equal(await page.locator(".tour").count(), 0);
  await page.reload();
  await page.waitForSelector("#figure-overview[data-drawn]");
  await page.waitForTimeout(600);
  assert.equal(await page.locator(".tour").count(), 0);
  await page.goto(`${site.url}heads`);
  await page.locator("#observablehq-footer a", {hasText: "Tour"}).click();
  await page.waitForSelector(".tour h2");
  assert.equal(new URL(page.url()).hash, "");
  for (let step = 1; step < 5; ++step) {
    assert.match(await page.locator(".tour-count").innerText(), new RegExp(`^${step} of 5`));
    assert.equal(await page.locator(".is-toured").count(), 1);
    const [card, subject] = [await page.locator(".tour").boundingBox(), await page.locator(".is-toured").boundingBox()];
    const apart =
      card!.x >= subject!.x + subject!.width ||
      card!.x + card!.width <= subject!.x ||
      card!.y >= subject!.y + subject!.height ||
      card!.y + card!.height <= subject!.y;
    assert.ok(apart, `step ${step} covers what it points at`);
    await shoot(page, `tour-${step}`, false);
    await page.locator(".tour button", {hasText: "Next"}).click();
  }
  await page.keyboard.press("Escape");
  assert.equal(await page.locator(".tour, .is-toured").count(), 0);
  await context.close();
});

test("a term says what it means to the pointer and to the keyboard, and leads to the glossary", async () => {
  for (const [name, viewport] of [
    ["wide", {width: 1280, height: 900}],
    ["phone", {width: 390, height: 844}]
  ] as const) {
    const {page, problems} = await open(browser, `${site.url}heads`, {viewport});
    const term = page.locator("main a.term").first();
    await term.scrollIntoViewIfNeeded();
    await term.focus();
    const note = page.locator(".term-note");
    assert.ok((await note.innerText()).length > 40);
    const box = (await note.boundingBox())!;
    assert.ok(box.x >= 0 && box.x + box.width <= viewport.width, name);
    await shoot(page, `term-${name}`, false);
    // Whoever comes by keyboard may still be scrolling there.
    await page.evaluate(() => scrollBy({top: 40, behavior: "instant"}));
    await page.waitForFunction((y) => document.querySelector(".term-note")!.getBoundingClientRect().y !== y, box.y);
    assert.ok(await note.isVisible());
    await page.keyboard.press("Escape");
    assert.equal(await note.isVisible(), false);
    await term.click();
    await page.waitForURL(/glossary.*#/);
    assert.ok(await page.evaluate(() => document.querySelector(location.hash)?.textContent));
    assert.deepEqual(problems, []);
    await page.close();
  }
});

test("the search finds pages and terms", async () => {
  const {page} = await open(browser, site.url);
  for (const [words, found] of [
    ["propagation", "Propagation"],
    ["residual stream", "Glossary"]
  ]) {
    await page.locator("#observablehq-search input").fill(words);
    await page.locator("#observablehq-search-results a", {hasText: found}).first().waitFor();
  }
  await page.close();
});

test("an address that leads nowhere gets a page that helps", async () => {
  const {page} = await open(browser, `${site.url}nowhere/at/all?layer=3`);
  assert.match(await page.locator("main").innerText(), /no such page/);
  await page.locator("main a", {hasText: "verview"}).first().click();
  await page.waitForSelector("#figure-overview[data-drawn]");
  await page.close();
});
