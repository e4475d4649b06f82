import {mkdirSync, mkdtempSync, readdirSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import axe from "axe-core";
import type {Browser, BrowserContextOptions, Download, Page} from "playwright-core";
import {chromium} from "playwright-core";
import {launchOptions} from "../../scripts/browser.js";

/** The base path that the tested site was built for. */
export const base = process.env.BASE ?? "/sfp-explorer/";

/**
 * A browser: the one that `npm test` started for all test files, where it did, and one of the test's own otherwise.
 * Closing it ends what the test opened in it.
 *
 * @param more flags of the test's own, for which it gets a browser of its own
 */
export function launch(more: readonly string[] = []): Promise<Browser> {
  const shared = process.env.SFP_BROWSER;
  return shared && more.length === 0 ? chromium.connect(shared) : chromium.launch(launchOptions(more));
}

/** A folder for a browser's profile, and its removal: a browser that still writes into it is no failure of a test. */
export function profileFolder(): {folder: string; remove: () => void} {
  const folder = mkdtempSync(join(tmpdir(), "profile-"));
  const remove = () => {
    try {
      rmSync(folder, {recursive: true, force: true, maxRetries: 5});
    } catch (error) {
      console.error(`${folder} is left: ${String(error)}`);
    }
  };
  return {folder, remove};
}

/** What a page gave its reader to save, from whichever machine its browser is on. */
export async function downloaded(download: Download): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of await download.createReadStream()) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/** Every page of a built site, as addresses below its base path. */
export function builtPages(folder = "dist"): string[] {
  return readdirSync(folder, {recursive: true, encoding: "utf8"})
    .filter((file) => file.endsWith(".html"))
    .map((file) =>
      file
        .replaceAll("\\", "/")
        .replace(/\.html$/, "")
        .replace(/(^|\/)index$/, "$1")
    )
    .toSorted();
}

export interface Opened {
  page: Page;
  /** Whatever should not have happened, as it happens. */
  problems: string[];
}

/** Opens a page and notes errors and requests to other hosts; resolves once nothing is loading. */
export async function open(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Opened> {
  const page = await browser.newPage({viewport: {width: 1280, height: 900}, ...options});
  const problems: string[] = [];
  page.setDefaultTimeout(30_000);
  // The tour is offered once, and was: tests that are about it open pages themselves.
  await page.addInitScript("try { localStorage.setItem('sfp-tour', 'offered') } catch {}");
  // The transpiler wraps functions in a helper that does not exist in the page they are sent to.
  await page.addInitScript("globalThis.__name = (value) => value");
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(`console: ${message.text()} ${message.location().url}`);
  });
  page.on("pageerror", (error) => problems.push(`error: ${error.message}`));
  page.on("request", (request) => {
    const {protocol, origin} = new URL(request.url());
    if (/^https?:$/.test(protocol) && origin !== new URL(url).origin) problems.push(`outside: ${request.url()}`);
  });
  await page.goto(url, {waitUntil: "networkidle"});
  await scrollThrough(page);
  await page
    .waitForFunction(() => !document.querySelector("observablehq-loading, [aria-busy=true]"), undefined, {
      timeout: 20_000
    })
    .catch(() => problems.push("still loading after 20 s"));
  problems.push(...(await page.locator(".observablehq--error").allInnerTexts()));
  return {page, problems};
}

/** Passes every figure by the window, because some load only as they come near. */
export async function scrollThrough(page: Page): Promise<void> {
  await page.evaluate(async () => {
    // A page whose layout runs away must fail and not be scrolled for ever.
    const most = Math.min(document.documentElement.scrollHeight, 40 * innerHeight);
    for (let y = 0; y < most; y += innerHeight / 2) {
      scrollTo({top: y, behavior: "instant"});
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    scrollTo({top: 0, behavior: "instant"});
  });
}

/** What axe-core calls serious or critical on a page, one line for each element. */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const {violations} = (await page.evaluate("axe.run()")) as axe.AxeResults;
  return violations
    .filter(({impact}) => impact === "serious" || impact === "critical")
    .flatMap(({id, nodes}) => nodes.map((node) => `axe ${id}: ${node.target.join(" ")} ${node.failureSummary ?? ""}`));
}

/** Writes a picture of the page into the folder that SHOTS names, when it names one. */
export async function shoot(page: Page, name: string, fullPage = true): Promise<void> {
  if (!process.env.SHOTS) return;
  mkdirSync(process.env.SHOTS, {recursive: true});
  await page.screenshot({path: join(process.env.SHOTS, `${name}.png`), fullPage});
}

/**
 * How long a control's move may keep the main thread, in milliseconds. The goal is a frame at 60 Hz, 16 ms
 * (docs/measuring.md has what was measured); here it is two, because a test machine renders in software and shares its
 * processor, and a test should fail for what the page does.
 */
export const frameTime = 32;

/**
 * Milliseconds that the main thread works, from a slider's move to the painted frame. Each round moves the slider
 * through the values; the best round counts, because whatever else the machine does makes a round longer, never shorter.
 */
export async function timeOfMove(page: Page, slider: string, values: readonly number[]): Promise<number> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Performance.enable", {timeDomain: "threadTicks"});
  const busy = async () => {
    const {metrics} = await devtools.send("Performance.getMetrics");
    return 1000 * metrics.find(({name}) => name === "TaskDuration")!.value;
  };
  const walk = () =>
    page.evaluate(
      async ([selector, steps]) => {
        const range = document.querySelector<HTMLInputElement>(selector)!;
        const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
        for (const value of steps) {
          range.value = String(value);
          range.dispatchEvent(new Event("input", {bubbles: true}));
          await frame();
          await frame();
        }
      },
      [slider, values] as const
    );
  await walk();
  await walk();
  const rounds: number[] = [];
  for (let round = 0; round < 5; ++round) {
    const start = await busy();
    await walk();
    rounds.push(((await busy()) - start) / values.length);
  }
  return Math.min(...rounds);
}

/** The layer control of a page's bar, and its twelve layers. */
export const layerSlider = ".layer-control input[type=range]";
export const twelveLayers = Array.from({length: 12}, (_, i) => i + 1);
