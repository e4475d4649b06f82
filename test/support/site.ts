/** The built site and a browser, as most test files have them. */
import {after, before} from "node:test";
import type {Browser} from "playwright-core";
import {keepFailures} from "./failures.js";
import {base, launch} from "./harness.js";
import {serve, type Site} from "./serve.js";

export let site: Site;
export let browser: Browser;

/** Opens both before the first test of a file, and closes them after the last. */
export function openSite(): void {
  before(async () => {
    site = await serve("dist", {base});
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await site?.close();
  });
  keepFailures(() => browser);
}
