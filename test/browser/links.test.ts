// Links and citations lead to the figure that they name, and to nothing else when defaults have changed.
import assert from "node:assert/strict";
import {test} from "node:test";
import type {Page} from "playwright-core";
import {drawn} from "../support/drawn.js";
import {open} from "../support/harness.js";
import {browser, openSite, site} from "../support/site.js";

openSite();

/** How far a figure's top is from the window's, once both have settled. */
async function settledTop(page: Page, id: string): Promise<number> {
  await page.locator(`#${id}.is-linked .figure-drawing:not(.is-empty)`).waitFor();
  let last = NaN;
  for (let tries = 0; tries < 50; ++tries) {
    const {y} = (await page.locator(`#${id}`).boundingBox())!;
    if (y === last && y < 200) return y;
    last = y;
    await page.waitForTimeout(200);
  }
  return last;
}

async function openAt(address: string): Promise<Page> {
  const page = await browser.newPage({viewport: {width: 1280, height: 800}});
  await page.goto(site.url + address);
  return page;
}

for (const [address, id] of [
  ["attention?layer=8#figure-class-rows-by-layer", "figure-class-rows-by-layer"],
  ["diagonal#figure-diagonal-images", "figure-diagonal-images"]
] as const)
  test(`${address} opens at its figure and marks it`, async () => {
    const page = await openAt(address);
    const top = await settledTop(page, id);
    assert.ok(top >= 0 && top < 200, `${top} px from the window's top`);
    // Whoever scrolls on is not pulled back.
    await page.mouse.move(600, 400);
    await page.mouse.wheel(0, -400);
    await page.waitForTimeout(500);
    assert.ok((await page.locator(`#${id}`).boundingBox())!.y > top + 100);
    await page.close();
  });

test("a link and a citation carry the model and all that is shown, defaults too", async () => {
  const {page} = await open(browser, `${site.url}attention`);
  await page.evaluate(() =>
    Object.defineProperty(navigator, "clipboard", {
      value: {writeText: async (text: string) => void Object.assign(globalThis, {copied: text})}
    })
  );
  const figure = page.locator("#figure-attention");
  const shown = await drawn(page, "attention", {rows: true});
  await figure.locator(".figure-actions button", {hasText: "Link"}).click();
  const link = new URL(await page.evaluate(() => (globalThis as unknown as {copied: string}).copied));
  assert.equal(link.hash, "#figure-attention");
  const has = Object.fromEntries(link.searchParams);
  assert.deepEqual(
    [has.model, has.image, has.trunk, has.layer, has.head],
    ["vit-ti-16", ...[shown.image, shown.trunk, shown.layer, shown.head].map(String)]
  );
  for (const key of ["factor", "cap", "scale", "detector", "method"]) assert.ok(has[key], key);
  // Where the pins stand is said in patches: another credit would move them.
  for (const pin of ["target", "background"]) assert.match(has[pin], /^\d+$/);
  await figure.locator(".figure-actions button", {hasText: "Cite"}).click();
  const bibtex = await page.locator("dialog.cite pre").last().innerText();
  assert.ok(bibtex.includes(`{\\url{${link.href}}}`), bibtex);
  await page.close();

  const again = await openAt(link.href.slice(site.url.length));
  // The rows of the pinned tokens come after the rest.
  await again.locator("#figure-attention.is-linked[data-drawn]").waitFor();
  await drawn(again, "attention", shown);
  await again.close();
});
