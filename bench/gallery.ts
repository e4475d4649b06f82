// node --import tsx bench/gallery.ts: photographs the built site in dist/ for docs/gallery.md, a picture a page.
import {mkdirSync} from "node:fs";
import {join} from "node:path";
import type {Page} from "playwright-core";
import sharp from "sharp";
import {drawn} from "../test/support/drawn.js";
import {base, launch, open} from "../test/support/harness.js";
import {computed} from "../test/support/live.js";
import {serve} from "../test/support/serve.js";

const folder = "docs/pictures";

/** What is photographed: a figure of a page, or its top; wide and light unless said. */
interface Shot {
  name: string;
  address: string;
  figure?: string;
  dark?: true;
  phone?: true;
  /** What is done on the page before. */
  first?: (page: Page) => Promise<unknown>;
}

const pictures: Shot[] = [
  {name: "overview", address: "?layer=9"},
  {name: "attention", address: "attention?layer=9", figure: "attention"},
  {name: "diagonal", address: "diagonal?layer=9&image=coffee", figure: "diagonal", dark: true},
  {name: "features", address: "features?image=china", figure: "rivals"},
  {name: "propagation", address: "propagation?layer=9", figure: "propagation"},
  {name: "births", address: "propagation?layer=9", figure: "births", dark: true},
  {name: "heads", address: "heads?layer=9", figure: "heads"},
  {name: "integration", address: "integration?image=coffee", figure: "integration", dark: true},
  {name: "segmentation", address: "segmentation?image=china", figure: "segmentation"},
  {name: "detectors", address: "detectors?layer=9", figure: "detectors"},
  {name: "corpus", address: "corpus", figure: "corpus-places"},
  {name: "results", address: "results"},
  {name: "method", address: "method"},
  {name: "talk", address: "attention?layer=9#talk=1", dark: true},
  {name: "phone", address: "attention?layer=9", dark: true, phone: true},
  {name: "live", address: "live?image=china&words=temple;lake;flower", figure: "mask", first: runLive}
];

async function runLive(page: Page): Promise<void> {
  await page.getByRole("button", {name: "Run on this photo"}).click();
  await computed(page);
  await drawn(page, "mask", {sfp: 4, clearclip: 4}, {timeout: 120_000});
}

mkdirSync(folder, {recursive: true});
const site = await serve("dist", {base});
const browser = await launch();
try {
  for (const {name, address, figure, dark, phone, first} of pictures) {
    const {page, problems} = await open(browser, site.url + address, {
      colorScheme: dark ? "dark" : "light",
      viewport: phone ? {width: 390, height: 844} : {width: 1280, height: figure ? 1200 : 800},
      deviceScaleFactor: phone ? 2 : 1.5
    });
    for (const problem of problems) console.error(`${address}: ${problem}`);
    await first?.(page);
    // The bar stays in sight and would lie over a figure.
    await page.addStyleTag({content: ".observablehq--block:has(> .selection-bar) { position: static !important }"});
    await page.mouse.move(0, 0);
    await page.waitForTimeout(500);
    const part = figure ? page.locator(`#figure-${figure}`) : page;
    await sharp(await part.screenshot({animations: "disabled"}))
      .webp({quality: 80})
      .toFile(join(folder, `${name}.webp`));
    await page.close();
  }
} finally {
  await browser.close();
  await site.close();
}
