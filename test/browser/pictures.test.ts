// A few figures against stored pictures: what checks of values cannot see, such as a map that is upside down, a colour
// that means another thing, or a legend that is gone. UPDATE=1 stores what is drawn now, to be looked at.
import assert from "node:assert/strict";
import {existsSync, mkdirSync, readFileSync, writeFileSync} from "node:fs";
import {test} from "node:test";
import sharp from "sharp";
import {open} from "../support/harness.js";
import {browser, openSite, site} from "../support/site.js";

const folder = new URL("pictures/", import.meta.url);

const figures = [
  {name: "overview", address: "?layer=9", colorScheme: "light"},
  {name: "attention", address: "attention?layer=9", colorScheme: "dark"},
  {name: "diagonal", address: "diagonal?layer=9&image=coffee", colorScheme: "light"},
  {name: "stages", address: "features?image=china", colorScheme: "light"},
  {name: "token-raster", address: "propagation?image=motorcycle_left", colorScheme: "dark"},
  {name: "segmentation", address: "segmentation?image=china", colorScheme: "light"}
] as const;

openSite();

/** A quarter of the size each way: letters differ by browser, what a figure shows does not. */
async function reduced(png: Buffer): Promise<Buffer> {
  const {width} = await sharp(png).metadata();
  return sharp(png)
    .removeAlpha()
    .resize({width: Math.round(width / 4), kernel: "linear"})
    .png({compressionLevel: 9})
    .toBuffer();
}

function pixels(png: Buffer) {
  return sharp(png).raw().toBuffer({resolveWithObject: true});
}

/** Share of pixels that differ by more than 10 % of the range in some channel. */
function difference(a: Buffer, b: Buffer): number {
  let differ = 0;
  for (let i = 0; i < a.length; i += 3)
    differ += Number([0, 1, 2].some((channel) => Math.abs(a[i + channel] - b[i + channel]) > 25));
  return differ / (a.length / 3);
}

for (const {name, address, colorScheme} of figures)
  test(`${name} looks as it did`, async (context) => {
    const {page} = await open(browser, site.url + address, {colorScheme});
    const figure = page.locator(`#figure-${name}[data-drawn]`);
    await figure.scrollIntoViewIfNeeded();
    // A control under the pointer looks different.
    await page.mouse.move(0, 0);
    const drawn = await reduced(await figure.screenshot({animations: "disabled"}));
    await page.close();
    const stored = new URL(`${name}.png`, folder);
    if (process.env.UPDATE) {
      mkdirSync(folder, {recursive: true});
      writeFileSync(stored, drawn);
    }
    assert.ok(existsSync(stored), "no picture is stored: UPDATE=1 stores one");
    const now = await pixels(drawn);
    const then = await pixels(readFileSync(stored));
    assert.equal(now.info.width, then.info.width);
    // A line of text that wraps elsewhere is no defect, a figure of another shape is.
    assert.ok(Math.abs(now.info.height - then.info.height) <= 6, `${now.info.height} and ${then.info.height} rows`);
    const length = Math.min(now.data.length, then.data.length);
    const share = difference(now.data.subarray(0, length), then.data.subarray(0, length));
    context.diagnostic(`${(100 * share).toFixed(2)} % of the picture differs`);
    assert.ok(share < 0.02, `${(100 * share).toFixed(1)} % of the picture differs`);
  });
