// Pictures of any shape on the Live page: the square that the model looks at can be moved, and no figure outgrows a screen.
import assert from "node:assert/strict";
import {test} from "node:test";
import type {Page} from "playwright-core";
import sharp from "sharp";
import {shoot} from "../support/harness.js";
import {computed, givePicture, openLive, ranAgain, watchStages} from "../support/live.js";
import {browser, openSite, site} from "../support/site.js";

openSite();

const stretched = (width: number, height: number) =>
  sharp("data/images/chelsea.png").resize(width, height, {fit: "cover"}).png().toBuffer();

async function openWith(width: number, height: number, query = ""): Promise<Page> {
  const page = await browser.newPage({viewport: {width: 1280, height: 900}});
  await page.addInitScript("globalThis.__name = (value) => value");
  await openLive(page, site.url, `?windows=whole&short=224&methods=clip${query}`);
  await givePicture(page, await stretched(width, height));
  await computed(page);
  await page.locator("#figure-mask[data-drawn*='clip']").waitFor({timeout: 120_000});
  return page;
}

async function heightOf(page: Page, selector: string): Promise<number> {
  return (await page.locator(selector).first().boundingBox())!.height;
}

test(
  "a panorama is shown large enough, and its square can be moved by keys and by the pointer",
  {timeout: 400_000},
  async () => {
    const page = await openWith(1600, 400);
    assert.ok((await heightOf(page, "#figure-mask .mask-stack")) >= 150);
    const square = page.locator(".crop-square");
    const place = (await page.locator(".crop-picture").boundingBox())!;
    assert.ok(Math.abs((await square.boundingBox())!.width - place.height) < 2, "a square");
    await watchStages(page);
    await square.focus();
    await page.keyboard.press("End");
    await ranAgain(page);
    await page.waitForURL(/square=1\b/);
    // A figure is drawn anew once it is in sight.
    await page.locator("#figure-attention").scrollIntoViewIfNeeded();
    await page.locator("#figure-attention .figure-source", {hasText: "square=1"}).waitFor();
    await square.scrollIntoViewIfNeeded();
    await watchStages(page);
    const {x, y, width, height} = (await square.boundingBox())!;
    await page.mouse.move(x + width / 2, y + height / 2);
    await page.mouse.down();
    await page.mouse.move(x - 2000, y + height / 2, {steps: 3});
    await page.mouse.up();
    await ranAgain(page);
    await page.waitForURL(/square=0(&|#|$)/);
    await shoot(page, "live-panorama");
    await page.close();
  }
);

for (const fit of ["square-224", "whole-224"])
  test(`no shape of picture makes a figure higher than two screens, as ${fit}`, {timeout: 800_000}, async () => {
    const page = await openWith(800, 8000, `&fit=${fit}`);
    const check = async (shape: string) => {
      for (const figure of ["mask", "attention", "decision", "class-rows-by-layer"]) {
        const found = await heightOf(page, `#figure-${figure}`);
        assert.ok(found < 1800, `${shape}: #figure-${figure} is ${found} px high`);
      }
      await shoot(page, `live-${shape}-${fit}`);
    };
    await check("800x8000");
    for (const [width, height] of [
      [1, 4000],
      [4000, 20]
    ]) {
      await watchStages(page);
      await givePicture(page, await stretched(width, height));
      await ranAgain(page);
      await check(`${width}x${height}`);
    }
    await page.close();
  });
