// A live run goes along: every page shows it until its reader goes back to the site's photos, and the Live page still has it.
import assert from "node:assert/strict";
import {test} from "node:test";
import type {BrowserContext, Page} from "playwright-core";
import sharp from "sharp";
import {drawn} from "../support/drawn.js";
import {shoot} from "../support/harness.js";
import {computed, givePicture, openLive} from "../support/live.js";
import {browser, openSite, site} from "../support/site.js";

openSite();

/** A picture that the site does not have. */
const picture = await sharp("data/images/astronaut.png")
  .extract({left: 60, top: 20, width: 330, height: 250})
  .png()
  .toBuffer();

/** Pages, and a figure on each that is drawn from the record. */
const pages = [
  ["", "overview"],
  ["attention", "attention"],
  ["diagonal", "diagonal"],
  ["features", "stages"],
  ["propagation", "propagation"],
  ["heads", "heads"],
  ["integration", "integration"],
  ["segmentation", "segmentation"],
  ["detectors", "detectors"]
] as const;

async function openContext(): Promise<{context: BrowserContext; page: Page}> {
  const context = await browser.newContext({viewport: {width: 1280, height: 900}});
  await context.addInitScript("globalThis.__name = (value) => value");
  await context.addInitScript("try { localStorage.setItem('sfp-tour', 'offered') } catch {}");
  // Other pages may have to start the model first.
  context.setDefaultTimeout(120_000);
  return {context, page: await context.newPage()};
}

/** Passes every figure by the window and waits until each is drawn or says why not. */
async function settle(page: Page): Promise<void> {
  for (const figure of await page.locator("figure.figure").all()) {
    await figure.scrollIntoViewIfNeeded();
    await page.waitForTimeout(100);
  }
  await page.waitForFunction(() => !document.querySelector("figure.figure [aria-busy=true]"), undefined, {
    timeout: 300_000
  });
}

/** What the attention figure has drawn, once it is in sight and at the layer that pages begin with. */
async function attentionDrawn(page: Page): Promise<string> {
  return JSON.stringify(await drawn(page, "attention", {trunk: "plain", layer: 10, rows: true}));
}

/** What figures say of why they are empty. */
function failures(page: Page): Promise<string[]> {
  return page.locator(".figure-drawing.is-failed .figure-message").allInnerTexts();
}

test("every page shows the live run, and the Live page still has it", {timeout: 1_800_000}, async () => {
  const {context, page} = await openContext();
  await openLive(page, site.url, "?windows=whole&short=224&methods=sfp");
  await givePicture(page, picture, "my cup.png");
  await computed(page, 300_000);
  await page.locator("#figure-mask[data-drawn*='sfp']").waitFor({timeout: 300_000});
  await page.waitForFunction(() => document.querySelector<HTMLElement>(".live-progress")?.dataset.stage === "idle");
  const masks = await page.locator("#figure-mask").getAttribute("data-drawn");
  const live = await attentionDrawn(page);
  const number = await page.locator("#figure-attention .figure-title").innerText();
  await shoot(page, "live-own");

  for (const [path, name] of pages) {
    const file = `${path || "index"}.html`;
    await page.locator(`#observablehq-sidebar a[href$="/${file}"]`).first().click();
    await page.waitForURL((url) => url.pathname === new URL(file, site.url).pathname);
    const mark = page.locator(".live-mark");
    await mark.waitFor();
    assert.match(await mark.innerText(), /live: your picture, mini/, path);
    await settle(page);
    assert.deepEqual(await failures(page), [], path);
    assert.ok((await page.locator("figure.figure[data-drawn]").count()) > 0, path);
    assert.match(page.url(), /model=mini&image=own-picture|image=own-picture/, path);
    if (name === "attention") {
      assert.equal(await attentionDrawn(page), live);
      assert.equal(await page.locator("#figure-attention .figure-title").innerText(), number, "the same record");
    }
    await shoot(page, `kept-${name}`);
  }
  // Pages without a figure of one photo are not broken by it.
  for (const path of ["corpus.html", "results.html", "images.html", "method.html"]) {
    await page.goto(`${site.url}${path}${new URL(page.url()).search}`);
    await settle(page);
    assert.deepEqual(await failures(page), [], path);
  }

  // Back on the Live page nothing has to run again.
  await page.goto(`${site.url}attention${new URL(page.url()).search}`);
  await page.locator(".live-mark a").click();
  await page.locator("#figure-mask[data-drawn*='sfp']").waitFor();
  assert.equal(await page.locator("#figure-mask").getAttribute("data-drawn"), masks);
  assert.match(await computed(page), /Computed here, on/);
  assert.equal(await attentionDrawn(page), live);
  await page.reload();
  await page.locator("#figure-mask[data-drawn*='sfp']").waitFor();
  await shoot(page, "live-again");

  // Another tab has the site's photos; the way back leads to them here too.
  const other = await context.newPage();
  await other.goto(`${site.url}attention`);
  await other.locator("#figure-attention[data-drawn]").waitFor();
  assert.equal(await other.locator(".live-mark").isVisible(), false);
  await page.goto(`${site.url}attention${new URL(page.url()).search}`);
  await page.locator(".live-mark button").click();
  await page.waitForFunction(
    () =>
      !(document.querySelector<HTMLElement>("#figure-attention")?.dataset.drawn ?? "own-picture").includes(
        "own-picture"
      )
  );
  assert.equal(await page.locator(".live-mark").isVisible(), false);
  assert.equal(await page.locator(".bar-notice").innerText(), "");
  await context.close();
});

test("a forgotten picture is gone, but for what the reader put into the deck", {timeout: 900_000}, async () => {
  const {context, page} = await openContext();
  await openLive(page, site.url, "?windows=whole&short=224&methods=sfp");
  await givePicture(page, picture, "my cup.png");
  await computed(page, 300_000);
  const said = await attentionDrawn(page);
  await page
    .locator("#figure-attention .figure-actions button", {hasText: "To deck"})
    .evaluate((button: HTMLElement) => button.click());
  await page.locator("#figure-attention .figure-kept").waitFor();
  // The Models page compares the run with what the site has, which knows nothing of this picture.
  const models = await context.newPage();
  await models.goto(`${site.url}models?model=mini&image=own-picture`);
  await drawn(models, "models-photo", {models: ["mini, run here"]});
  await drawn(models, "models-table", {models: 1});
  await models.close();
  const address = `${site.url}attention?model=mini&image=own-picture`;
  await page.locator(".live-forget").click();
  await page.locator(".live-forget").waitFor({state: "hidden"});
  await page.goto(address);
  await page.locator("#figure-attention[data-drawn]").waitFor();
  assert.match(await page.locator(".bar-notice").innerText(), /^Your own picture is not kept here/);

  await page.goto(`${site.url}deck`);
  const figure = page.locator(".deck-preview figure.figure[data-drawn]");
  await figure.waitFor();
  assert.equal(await figure.getAttribute("data-drawn").then((text) => JSON.stringify(JSON.parse(text!))), said);
  await page.locator(".deck-preview .deck-layers input[type=range]").fill("4");
  await page.locator(".deck-preview figure.figure[data-drawn*='\"layer\":4']").waitFor();
  await context.close();
});
