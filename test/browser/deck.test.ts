/** A deck from four pages, by mouse and by keyboard: kept, presented, and handed over as PDF and as one file. */
import assert from "node:assert/strict";
import {spawnSync} from "node:child_process";
import {mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {test} from "node:test";
import type {Page} from "playwright-core";
import {formatDeck} from "../../components/site/deck/codec.js";
import {added, emptyDeck, newSlide} from "../../components/site/deck/deck.js";
import {drawn} from "../support/drawn.js";
import {downloaded, shoot} from "../support/harness.js";
import {browser, openSite, site} from "../support/site.js";

openSite();

const megabytes = 5;

/** Puts a figure into the deck. */
async function keep(page: Page, id: string, byKeyboard: boolean): Promise<void> {
  await drawn(page, id, {}, {timeout: 60_000});
  const button = page.locator(`#figure-${id} > figcaption button`, {hasText: "To deck"});
  if (byKeyboard) {
    await button.focus();
    await page.keyboard.press("Enter");
  } else {
    await page.locator(`#figure-${id}`).hover({position: {x: 5, y: 5}});
    await button.click();
  }
  await page.locator(`#figure-${id} > figcaption .figure-kept`).waitFor();
}

async function take(page: Page, label: string): Promise<Buffer> {
  const [download] = await Promise.all([
    page.waitForEvent("download", {timeout: 120_000}),
    page.locator(".deck-actions button", {hasText: new RegExp(`^${label}$`)}).click()
  ]);
  return downloaded(download);
}

const titlesOf = (page: Page) => page.locator(".deck-card > p").allInnerTexts();

test("six slides from four pages are kept, moved, presented, and saved as PDF and as one file that needs no server", async (t) => {
  const context = await browser.newContext({viewport: {width: 1280, height: 900}});
  await context.addInitScript("try { localStorage.setItem('sfp-tour', 'offered') } catch {}");
  await context.addInitScript("globalThis.__name = (value) => value");
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const problems: string[] = [];
  page.on("pageerror", ({message}) => problems.push(message));
  for (const [path, ids] of [
    ["attention?layer=9", ["attention", "decision"]],
    ["propagation", ["propagation"]],
    ["features", ["stages"]],
    ["diagonal?b=index&b.layer=4", ["diagonal-ab"]]
  ] as const) {
    await page.goto(site.url + path);
    for (const [i, id] of ids.entries()) await keep(page, id, i > 0);
  }
  await page.goto(`${site.url}deck`);
  await page.locator(".deck-card").nth(4).waitFor();
  await page.getByRole("button", {name: "Text slide"}).click();
  await page.locator(".deck-card").nth(5).waitFor();
  const before = await titlesOf(page);
  assert.equal(before.length, 6);
  // The slide of text comes after the chosen one, the first; keys move it to the front, and back is one undo.
  await page.locator(".deck-thumbnail").nth(1).focus();
  await page.keyboard.press("Shift+ArrowLeft");
  assert.match((await titlesOf(page))[0], /A slide of text/);
  await page.reload();
  await page.locator(".deck-card").nth(5).waitFor();
  assert.match((await titlesOf(page))[0], /A slide of text/);
  await shoot(page, "deck");

  await page.locator(".deck-thumbnail").nth(1).click();
  await page.getByRole("button", {name: "Present"}).press("Enter");
  const slide = page.locator(".deck-slide.is-slide");
  const figure = slide.locator("figure.figure");
  await figure.and(page.locator("[data-drawn*='\"layer\":9']")).waitFor();
  await page.keyboard.press("ArrowDown");
  await figure.and(page.locator("[data-drawn*='\"layer\":10']")).waitFor();
  await page.keyboard.press("b");
  await page.locator(".talk-black").waitFor();
  await page.keyboard.press("b");
  await page.keyboard.press("ArrowRight");
  assert.match(page.url(), /#talk=3$/);
  await shoot(page, "deck-talk", false);
  await page.keyboard.press("Escape");

  const folder = mkdtempSync(join(tmpdir(), "deck-"));
  try {
    const pdf = join(folder, "deck.pdf");
    writeFileSync(pdf, await take(page, "PDF"));
    checkPdf(pdf, (reason) => t.diagnostic(reason));
    const file = await take(page, "One file");
    assert.ok(file.length < megabytes * 1e6, `${file.length} bytes`);
    writeFileSync(join(folder, "deck.html"), file);
    await checkFile(join(folder, "deck.html"));
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
  assert.deepEqual(problems, []);
  await context.close();
});

test("ten slides of ten figures are one file of at most five megabytes, whose slides are drawn from disk", async () => {
  const ids = [
    "overview",
    "attention",
    "diagonal",
    "heads",
    "propagation",
    "stages",
    "integration",
    "segmentation",
    "detectors",
    "corpus-counts"
  ];
  const deck = ids.reduce(
    (all, figure) => added(all, newSlide({title: figure, figures: [{figure, selection: "?layer=10"}]})),
    emptyDeck
  );
  const page = await browser.newPage({viewport: {width: 1280, height: 900}});
  await page.addInitScript("try { localStorage.setItem('sfp-tour', 'offered') } catch {}");
  page.setDefaultTimeout(120_000);
  await page.goto(`${site.url}deck`);
  const name = "deck.json";
  await page.locator(".deck-actions input[type=file]").setInputFiles({
    name,
    mimeType: "application/json",
    buffer: Buffer.from(formatDeck(deck))
  });
  await page.locator(".deck-card").nth(9).waitFor();
  const file = await take(page, "One file");
  assert.ok(file.length < megabytes * 1e6, `${file.length} bytes`);
  await page.close();
  const folder = mkdtempSync(join(tmpdir(), "deck-"));
  const context = await browser.newContext({offline: true});
  try {
    const path = join(folder, "ten.html");
    writeFileSync(path, file);
    const read = await context.newPage();
    await read.goto(`file://${path}`);
    for (const [i, id] of ids.entries()) {
      const slide = read.locator(".deck-slide").nth(i);
      await slide.scrollIntoViewIfNeeded();
      await slide
        .locator("figure[data-drawn]")
        .waitFor({timeout: 60_000})
        .catch((error: Error) => {
          throw new Error(`${id}: ${error.message}`);
        });
    }
  } finally {
    await context.close();
    rmSync(folder, {recursive: true, force: true});
  }
});

/** Pages, words and typefaces, as poppler reads them. */
function checkPdf(path: string, skip: (reason: string) => void): void {
  const read = (program: string, ...words: string[]) => spawnSync(program, [...words], {encoding: "utf8"});
  const text = read("pdftotext", "-layout", path, "-");
  if (text.error) return skip("The PDF was not read: install poppler-utils (apt-get install poppler-utils).");
  assert.equal(text.stdout.split("\f").length - 1, 6);
  assert.match(text.stdout, /A slide of text[\s\S]*of 196 patches[\s\S]*One line decides/);
  const faces = read("pdffonts", path).stdout.trim().split("\n").slice(2);
  assert.ok(faces.length > 1);
  for (const line of faces) assert.match(line, /TrueType\s+\S+\s+yes/, line);
}

/** Opens the file from disk without a network, and moves a layer: the numbers are those of the site. */
async function checkFile(path: string): Promise<void> {
  const context = await browser.newContext({
    offline: true,
    viewport: {width: 1280, height: 900},
    colorScheme: "dark"
  });
  const page = await context.newPage();
  const asked: string[] = [];
  page.on("request", (request) => {
    if (!/^(file|data|blob):/.test(request.url())) asked.push(request.url());
  });
  await page.goto(`file://${path}`);
  await page.locator("html[data-theme=dark]").waitFor();
  const slide = page.locator(".deck-slide").nth(1);
  const figure = slide.locator("figure.figure");
  await figure.and(page.locator("[data-drawn]")).waitFor({timeout: 60_000});
  await slide.locator(".deck-layers input[type=range]").fill("10");
  await figure.and(page.locator("[data-drawn*='\"layer\":10']")).waitFor();
  assert.match(await figure.locator(".figure-title").textContent().then(String), /In layer 10, 28 of 196/);
  // The slide of two sides has both, and each its own layer.
  const pair = page.locator(".deck-slide").nth(5);
  await pair.scrollIntoViewIfNeeded();
  const both = page.locator("figure.is-pair");
  await both.and(page.locator(`[data-drawn*='"layerA":10,"layerB":4']`)).waitFor();
  await pair.locator(".deck-layers input[type=range]").nth(1).fill("6");
  await both.and(page.locator(`[data-drawn*='"layerA":10,"layerB":6']`)).waitFor();
  assert.deepEqual(asked, []);
  await context.close();
}
