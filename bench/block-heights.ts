// node --import tsx bench/block-heights.ts [--folder dist]: writes data/block-heights.json, from which a build reserves the
// place of each figure before its code and its numbers are here (scripts/site/places.ts). Run it after a change of a
// figure's height; `npm test` fails where a page's layout shifts.
import {readdirSync, writeFileSync} from "node:fs";
import {parseArgs} from "node:util";
import type {Browser} from "playwright-core";
import {format, resolveConfig} from "prettier";
import {heightsFile, measuredWidths, type BlockHeights} from "../scripts/site/places.js";
import {base, launch} from "../test/support/harness.js";
import {serveCompressed} from "../test/support/hosts.js";

const {values} = parseArgs({options: {folder: {type: "string", default: "dist"}}});

/** Heights of a page's first blocks, once all that is in or near the window is drawn. */
async function measure(browser: Browser, address: string, width: number): Promise<number[]> {
  const context = await browser.newContext({viewport: {width, height: 900}, serviceWorkers: "block"});
  const page = await context.newPage();
  await page.addInitScript("try { localStorage.setItem('sfp-tour', 'offered') } catch {}");
  await page.goto(address, {waitUntil: "load"});
  await page
    .waitForFunction(
      () =>
        [...document.querySelectorAll<HTMLElement>("#observablehq-main > .observablehq--block figure.figure")]
          .filter((figure) => figure.getBoundingClientRect().top < 2 * innerHeight)
          .every(({dataset: {drawn}}) => drawn && !/false/.test(drawn)),
      undefined,
      {timeout: 60_000}
    )
    .catch(() => console.error(`${address} at ${width}: a figure is not drawn`));
  await page.waitForTimeout(500);
  const heights = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>("#observablehq-main > .observablehq--block")].map((block, i) => {
      const {top, height} = block.getBoundingClientRect();
      const held = i === 0 || block.querySelector("figure.figure[data-drawn]");
      return held && top < 2 * innerHeight ? Math.round(height) : 0;
    })
  );
  await context.close();
  return heights;
}

const pages = readdirSync(values.folder)
  .filter((file) => file.endsWith(".html"))
  .map((file) => file.replace(/\.html$/, ""))
  // Nothing is drawn there before the reader does something.
  .filter((page) => !["404", "embed", "live", "deck", "glossary"].includes(page));
const browser = await launch();
const host = await serveCompressed(values.folder, base);
const found: BlockHeights = {};
for (const page of pages) {
  found[page] = {};
  for (const width of measuredWidths) found[page][width] = await measure(browser, `${host.url}${page}.html`, width);
  console.log(page, JSON.stringify(found[page]));
}
await browser.close();
await host.close();
writeFileSync(
  heightsFile,
  await format(JSON.stringify(found), {...(await resolveConfig(heightsFile)), parser: "json"})
);
