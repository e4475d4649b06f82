// Every page of the built site, opened as a reader opens it. A green build hides broken code in
// Markdown, missing files and imports: only a browser shows them.
import assert from "node:assert/strict";
import {test} from "node:test";
import {accessibilityProblems, builtPages, open, shoot} from "../support/harness.js";
import {browser, openSite, site} from "../support/site.js";

const looks = [
  {name: "light-wide", colorScheme: "light", viewport: {width: 1280, height: 900}},
  {name: "dark-phone", colorScheme: "dark", viewport: {width: 390, height: 844}}
] as const;

const moreLooks = [
  {name: "dark-wide", colorScheme: "dark", viewport: {width: 1280, height: 900}},
  {name: "light-phone", colorScheme: "light", viewport: {width: 390, height: 844}}
] as const;

openSite();

for (const path of builtPages()) {
  for (const {name, ...options} of process.env.SHOTS ? [...looks, ...moreLooks] : looks) {
    test(`/${path} opens without a problem (${name})`, async () => {
      const {page, problems} = await open(browser, site.url + path, options);
      await shoot(page, `${path.replaceAll("/", "_") || "index"}-${name}`);
      problems.push(...(await accessibilityProblems(page)));
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (overflow > 0) problems.push(`the page is ${overflow} px wider than the window`);
      await page.close();
      // A static host answers an unknown address with this page and a 404, which the console notes.
      assert.deepEqual(problems, []);
    });
  }
}
