// node --import tsx bench/social.ts: draws data/social.png, which links to the site show, from the Overview page in dist/.
import sharp from "sharp";
import {base, launch, open} from "../test/support/harness.js";
import {serve} from "../test/support/serve.js";

/** What most networks show whole. */
const [width, height] = [1200, 630];

const site = await serve("dist", {base});
const browser = await launch();
try {
  const {page} = await open(browser, `${site.url}?layer=9#talk=overview`, {
    viewport: {width, height: height + 52},
    deviceScaleFactor: 1
  });
  await page.waitForTimeout(1500);
  const shot = await page.screenshot({clip: {x: 0, y: 0, width, height}});
  await sharp(shot).png({palette: true, quality: 90}).toFile("data/social.png");
} finally {
  await browser.close();
  await site.close();
}
