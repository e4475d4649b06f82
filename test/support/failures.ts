/** What a browser showed when a test failed: pictures for whoever reads the report. */
import {mkdirSync} from "node:fs";
import {join} from "node:path";
import {afterEach} from "node:test";
import type {Browser} from "playwright-core";

/** Where `npm test` keeps pictures of pages whose test failed. */
export const failureFolder = process.env.FAILURES ?? "test-failures";

/** After each test of a file: pictures of what is still open if it failed, and nothing left open for the next. */
export function keepFailures(browser: () => Browser | undefined): void {
  afterEach(async (context) => {
    const pages =
      browser()
        ?.contexts()
        .flatMap((opened) => opened.pages()) ?? [];
    // Node 20 before 20.12 does not say how a test went; a page that was left open does.
    const passed = "passed" in context ? context.passed === true : pages.length === 0;
    for (const [i, page] of passed ? [] : pages.entries()) {
      mkdirSync(failureFolder, {recursive: true});
      const name = `${context.name.replace(/[^\w-]+/g, "-").slice(0, 80)}-${i + 1}.png`;
      await page.screenshot({path: join(failureFolder, name), fullPage: true, timeout: 10_000}).catch(() => {});
    }
    if (!passed) for (const page of pages) await page.context().close();
  });
}
