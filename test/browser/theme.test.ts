// Light and dark: the reader's choice above the system's, kept, heard by every figure; and pictures that are white.
import assert from "node:assert/strict";
import {resolve} from "node:path";
import {test} from "node:test";
import {pathToFileURL} from "node:url";
import type {Page} from "playwright-core";
import sharp from "sharp";
import {downloaded, open, shoot} from "../support/harness.js";
import {browser, openSite, site} from "../support/site.js";

openSite();

const dark = "rgb(22, 24, 28)";
const white = "rgb(255, 255, 255)";
const ground = (page: Page) => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
/** The page hears of the system's choice, and of another window's, a moment later. */
const becomes = (page: Page, colour: string) =>
  page.waitForFunction((wanted) => getComputedStyle(document.documentElement).backgroundColor === wanted, colour);
const choose = (page: Page, name: string) => page.locator(".theme-switch label", {hasText: name}).click();

/** A map, as its canvas has it. */
const map = (page: Page) =>
  page
    .locator("#figure-attention .patch-map canvas")
    .last()
    .evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());

test("the theme is the system's until the reader chooses; the choice is kept, and figures follow", async () => {
  const {page, problems} = await open(browser, `${site.url}attention`, {colorScheme: "dark"});
  assert.equal(await ground(page), dark);
  const before = await map(page);
  await page.emulateMedia({colorScheme: "light"});
  await becomes(page, white);
  await page.emulateMedia({colorScheme: "dark"});
  await becomes(page, dark);
  await choose(page, "Light");
  assert.equal(await ground(page), white);
  await page.waitForFunction(
    (earlier) =>
      [...document.querySelectorAll<HTMLCanvasElement>("#figure-attention .patch-map canvas")].at(-1)!.toDataURL() !==
      earlier,
    before
  );
  // Framework's own dark goes by this.
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).colorScheme), "light");
  await page.goto(`${site.url}glossary`);
  assert.equal(await ground(page), white);
  assert.ok(await page.locator(".theme-switch label", {hasText: "Light"}).locator("input").isChecked());
  await shoot(page, "theme-light", false);
  await page.keyboard.press("d");
  assert.equal(await ground(page), dark);
  await shoot(page, "theme-dark", false);
  await choose(page, "System");
  await page.emulateMedia({colorScheme: "light"});
  await becomes(page, white);
  assert.equal(await page.evaluate(() => localStorage.getItem("sfp-theme")), null);
  assert.deepEqual(problems, []);
  await page.close();
});

test("another window of the site follows the choice", async () => {
  const context = await browser.newContext({colorScheme: "light"});
  const [one, other] = [await context.newPage(), await context.newPage()];
  await one.goto(`${site.url}glossary`);
  await other.goto(`${site.url}404`);
  await choose(one, "Dark");
  await becomes(other, dark);
  await context.close();
});

test("a dark page's pictures are white, and as shown with Shift; the page is dark again", async () => {
  const {page, problems} = await open(browser, `${site.url}diagonal`, {colorScheme: "dark"});
  const figure = page.locator("#figure-diagonal");
  await figure.scrollIntoViewIfNeeded();
  await figure.hover();
  const saved = async (name: string, modifiers: "Shift"[] = []) => {
    const coming = page.waitForEvent("download");
    await figure.locator(".figure-actions button", {hasText: name}).click({modifiers});
    const file = await downloaded(await coming);
    return name === "PNG" ? sharp(file).removeAlpha().raw().toBuffer() : file.toString("utf8");
  };
  const corner = (pixels: Buffer | string) => [...(pixels as Buffer).subarray(0, 3)];
  assert.deepEqual(corner(await saved("PNG")), [255, 255, 255]);
  assert.equal(await ground(page), dark);
  assert.deepEqual(corner(await saved("PNG", ["Shift"])), [22, 24, 28]);
  const svg = (await saved("SVG")) as string;
  assert.ok(svg.includes('fill="rgb(255,255,255)"') && !svg.includes("rgb(22,24,28)"), "the ground of the SVG");
  // Ink of a dark page on white would be hardly seen.
  assert.ok(!/#dcdcd4|rgb\(220, ?220, ?212\)|rgb\(239, ?239, ?232\)/.test(svg), "the ink of the SVG");
  assert.match((await saved("SVG", ["Shift"])) as string, /fill="rgb\(22,24,28\)"/);
  assert.equal(await page.locator("html.is-saving").count(), 0);
  assert.deepEqual(problems, []);
  await page.close();
});

test("the first Tab leads past the sidebar", async () => {
  const {page} = await open(browser, `${site.url}glossary`);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement?.className), "skip-link");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement?.id), "observablehq-main");
  await page.close();
});

test("a page opened from a disk says that it needs a server, and the one command", async () => {
  const page = await browser.newPage();
  await page.goto(pathToFileURL(resolve("dist/attention.html")).href);
  const note = page.locator(".disk-note");
  await note.waitFor();
  assert.match(await note.innerText(), /only when a server sends them.*npx http-server/s);
  await shoot(page, "from-disk", false);
  await page.close();
  const served = await open(browser, `${site.url}attention`);
  assert.equal(await served.page.locator(".disk-note").count(), 0);
  await served.page.close();
});
