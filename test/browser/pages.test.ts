// Every page of the built site, opened as a reader opens it. A green build hides broken code in
// Markdown, missing files and imports: only a browser shows them.
import assert from "node:assert/strict";
import {test} from "node:test";
import {tableFromIPC} from "apache-arrow";
import type {Page} from "playwright-core";
import {accessibilityProblems, builtPages, downloaded, open, scrollThrough, shoot} from "../support/harness.js";
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

/** Pages whose figures are not of the site's numbers. */
const withoutNumbers = /^(404|deck|embed|glossary|images|live|method)$/;

/** What is wrong with the numbers that a page's figures give to save, and how many figures gave some. */
async function problemsOfNumbers(page: Page): Promise<{problems: string[]; figures: number}> {
  const problems: string[] = [];
  let figures = 0;
  for (const figure of await page.locator("figure.figure:visible").all()) {
    const id = await figure.getAttribute("id");
    const button = figure.locator(".figure-actions button", {hasText: "Arrow"});
    // What runs the model has numbers once its reader has asked for it.
    if (id === "figure-causes-sweep" || id === "figure-causes-words") continue;
    if (!(await button.isVisible())) {
      problems.push(`${id} gives no numbers`);
      continue;
    }
    const download = page.waitForEvent("download");
    await button.click();
    const table = tableFromIPC(await downloaded(await download));
    if (table.numRows === 0) problems.push(`${id} has no rows`);
    for (const {name} of table.schema.fields)
      if (!name || table.getChild(name)?.length !== table.numRows)
        problems.push(`${id} has a column “${name}” of no use`);
    figures += 1;
  }
  return {problems, figures};
}

let figures = 0;

for (const path of builtPages())
  test(`/${path} opens without a problem, wide and as on a phone, and its figures give their numbers`, async () => {
    const [first, ...others] = process.env.SHOTS ? [...looks, ...moreLooks] : looks;
    const {page, problems} = await open(browser, site.url + path, first);
    const check = async ({name}: {name: string}) => {
      await shoot(page, `${path.replaceAll("/", "_") || "index"}-${name}`);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (overflow > 0) problems.push(`${name}: the page is ${overflow} px wider than the window`);
      problems.push(...(await accessibilityProblems(page)).map((problem) => `${name}: ${problem}`));
    };
    await check(first);
    if (!withoutNumbers.test(path)) {
      const numbers = await problemsOfNumbers(page);
      problems.push(...numbers.problems);
      figures += numbers.figures;
    }
    for (const look of others) {
      await page.setViewportSize(look.viewport);
      await page.emulateMedia({colorScheme: look.colorScheme});
      // Charts are laid out anew, those out of sight as they come near.
      await scrollThrough(page);
      await check(look);
    }
    await page.close();
    // A static host answers an unknown address with this page and a 404, which the console notes.
    assert.deepEqual(problems, []);
  });

test("most figures give numbers", () => assert.ok(figures > 30, `${figures} figures`));
