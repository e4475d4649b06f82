// The Live page of the built site as readers use it, and what may go wrong, provoked for real.
import assert from "node:assert/strict";
import {test} from "node:test";
import type {Browser, Page, Worker} from "playwright-core";
import {chromium} from "playwright-core";
import sharp from "sharp";
import {theBrowser} from "../../scripts/browser.js";
import {drawn} from "../support/drawn.js";
import {accessibilityProblems, shoot} from "../support/harness.js";
import {computed, giveModel, givePicture, openLive, tinyModel, watchStages} from "../support/live.js";
import {browser, openSite, site} from "../support/site.js";

openSite();

const looks = [
  ["light-phone", "light"],
  ["dark-phone", "dark"],
  ["dark-wide", "dark"]
] as const;

/** What a page notes of itself. */
interface Watched {
  /** Tasks over 50 ms, in ms. */
  long: number[];
  /** How many layers were drawn, each time that it changed. */
  layers: number[];
}

const patience = {timeout: 240_000};

/** A page that notes every request to another host, its workers' included. */
async function newPage(from: Browser = browser, options = {}): Promise<{page: Page; outside: string[]}> {
  const context = await from.newContext({viewport: {width: 1280, height: 900}, ...options});
  const outside: string[] = [];
  context.on("request", (request) => {
    const {protocol, origin} = new URL(request.url());
    if (/^(https?|wss?):$/.test(protocol) && origin !== new URL(site.url).origin) outside.push(request.url());
  });
  const page = await context.newPage();
  await page.addInitScript("globalThis.__name = (value) => value");
  return {page, outside};
}

function ownPicture(): Promise<Buffer> {
  const noise = Buffer.from(Uint8Array.from({length: 300 * 240 * 3}, (_, i) => (i * 2654435761) >>> 24));
  return sharp(noise, {raw: {width: 300, height: 240, channels: 3}})
    .png()
    .toBuffer();
}

test(
  "a photo and then an own picture run, figures follow, and nothing leaves the machine",
  patience,
  async (context) => {
    const {page, outside} = await newPage();
    await page.addInitScript(() => {
      const watched: Watched = {long: [], layers: []};
      Object.assign(globalThis, watched);
      new PerformanceObserver((list) =>
        watched.long.push(...list.getEntries().map(({duration}) => Math.round(duration)))
      ).observe({type: "longtask"});
      setInterval(() => {
        const now = document.querySelectorAll("#figure-class-rows-by-layer .strip button").length;
        if (now !== watched.layers.at(-1)) watched.layers.push(now);
      }, 30);
    });
    await openLive(page, site.url);
    await shoot(page, "live-start", false);
    await page.getByRole("button", {name: "Run on this photo"}).click();
    assert.match(await computed(page), /wasm, 1 thread/);
    const layers = await page.evaluate(() => (globalThis as unknown as Watched).layers);
    assert.ok(
      layers.some((count) => count > 0 && count < 12),
      `the first layers are drawn before the last are done: ${layers}`
    );
    await drawn(page, "mask", {sfp: 4, clearclip: 4}, {timeout: 120_000});
    await drawn(page, "attention", {image: "astronaut", trunk: "plain", layer: 10, head: "mean", rows: true});
    await shoot(page, "live-done");
    for (const [name, look] of looks) {
      await page.setViewportSize({width: name.endsWith("phone") ? 390 : 1280, height: 844});
      await page.emulateMedia({colorScheme: look});
      await shoot(page, `live-${name}`);
    }
    await page.setViewportSize({width: 1280, height: 900});
    assert.match(new URL(page.url()).search, /model=mini/);
    const long = await page.evaluate(() => (globalThis as unknown as Watched).long);
    context.diagnostic(`tasks over 50 ms on the main thread: ${long.join(", ") || "none"}`);
    assert.deepEqual(await accessibilityProblems(page), []);

    // Everything needed is here now: the rest runs without a connection.
    await page.context().setOffline(true);
    await givePicture(page, await ownPicture());
    await page.locator(".live-progress[data-stage=layers]").waitFor({timeout: 60_000});
    await computed(page);
    await drawn(page, "attention", {image: "own-picture", trunk: "plain", layer: 10});
    assert.deepEqual(outside, []);
    // And could not, if some code tried.
    await page.context().setOffline(false);
    const blocked = await page.evaluate(
      () =>
        new Promise((resolve) => {
          addEventListener("securitypolicyviolation", ({blockedURI}) => resolve(blockedURI), {once: true});
          fetch("http://127.0.0.2:9/").catch(() => {});
        })
    );
    assert.match(String(blocked), /127\.0\.0\.2/);
    await page.context().close();
  }
);

test(
  "while nobody asks, the runtime, the model and the first graphs come; a first picture then needs the run alone",
  patience,
  async () => {
    const {page} = await newPage();
    await page.goto(`${site.url}live`);
    await page.waitForFunction(() => document.documentElement.dataset.prepared === "yes", undefined, {
      timeout: 120_000
    });
    // Nothing of it shows, and no picture was run.
    assert.equal(await page.locator(".live-progress").getAttribute("data-stage"), "idle");
    assert.equal(await page.locator("#figure-class-rows-by-layer").getAttribute("data-drawn"), null);
    const stages = await watchStages(page);
    await page.getByRole("button", {name: "Run on this photo"}).click();
    await computed(page);
    const seen = await stages();
    assert.ok(!seen.includes("download") && !seen.includes("runtime"), seen.join());
    await drawn(page, "mask", {sfp: 4, clearclip: 4}, {timeout: 120_000});
    await page.context().close();
  }
);

test("cancelling ends a run, and the newest picture wins", patience, async () => {
  const {page} = await newPage();
  await openLive(page, site.url);
  await giveModel(page, tinyModel());
  await givePicture(page, await ownPicture());
  await page.locator(".live-progress:not([data-stage=idle])").waitFor();
  await page.getByRole("button", {name: "Cancel"}).click();
  await page.locator(".live-progress[data-stage=idle]").waitFor();
  assert.equal(await page.locator(".live-failure").innerText(), "");
  await givePicture(page, await ownPicture(), "first.png");
  await givePicture(page, await ownPicture(), "second.png");
  await computed(page);
  await page.locator("#figure-attention").scrollIntoViewIfNeeded();
  await page.locator("#figure-attention .figure-source", {hasText: "second.png"}).waitFor();
  await page.context().close();
});

test("without WebGPU the page says so and runs on WebAssembly", patience, async () => {
  const plain = await chromium.launch({executablePath: theBrowser(), args: ["--no-sandbox", "--disable-gpu"]});
  const {page} = await newPage(plain);
  await openLive(page, site.url);
  const machine = await page.locator(".live-machine").innerText();
  assert.match(machine, /Runs on WebAssembly, 1 thread/);
  assert.match(machine, /no adapter|no WebGPU/);
  await giveModel(page, tinyModel());
  await givePicture(page, await ownPicture());
  await computed(page);
  await shoot(page, "live-no-webgpu", false);
  await plain.close();
});

/** What a test put into a worker. */
interface Spied {
  devices: GPUDevice[];
}

test("a lost device is replaced once, then WebAssembly is offered", patience, async () => {
  // A service worker would fetch the worker's script past the test.
  const {page} = await newPage(browser, {serviceWorkers: "block"});
  // The only way to a device inside a worker is to be there when it is made.
  await page.route("**/live.worker.*.js", async (route) => {
    const response = await route.fetch();
    const spy = `globalThis.devices = []; const request = GPUAdapter.prototype.requestDevice;
GPUAdapter.prototype.requestDevice = async function (...given) {
  const device = await request.apply(this, given);
  devices.push(device);
  return device;
};
`;
    await route.fulfill({response, body: spy + (await response.text())});
  });
  await openLive(page, site.url);
  await page.getByText("WebGPU: google swiftshader").click();
  await giveModel(page, tinyModel());
  const lost = new Set<Worker>();
  /** Destroys the device of the newest worker, as soon as it has one and is running layers. */
  const lose = async () => {
    for (;;) {
      const worker = page.workers().findLast((each) => /live\.worker/.test(each.url()) && !lost.has(each));
      const count = await worker?.evaluate(() => (globalThis as unknown as Spied).devices.length).catch(() => 0);
      if (worker && count) {
        await page.locator(".live-progress[data-stage=layers]").waitFor({timeout: 60_000});
        lost.add(worker);
        return worker.evaluate(() => (globalThis as unknown as Spied).devices.at(-1)!.destroy());
      }
      await page.waitForTimeout(50);
    }
  };
  await givePicture(page, await ownPicture());
  await lose();
  await page.locator(".live-notes", {hasText: "The GPU was lost and the run began again."}).waitFor({timeout: 60_000});
  await lose();
  await page.locator(".live-failure", {hasText: "The GPU was lost"}).waitFor({timeout: 60_000});
  await shoot(page, "live-lost-device", false);
  await page.getByRole("button", {name: "Use WebAssembly"}).click();
  assert.match(await computed(page), /wasm/);
  await page.context().close();
});

test("a site without a model says how to get one", async () => {
  const {page} = await newPage();
  await page.route("**/data/models/index.*.json", (route) => route.fulfill({json: []}));
  await openLive(page, site.url);
  await page.getByRole("button", {name: "Run on this photo"}).click();
  await page.locator(".live-failure", {hasText: "This site ships no model"}).waitFor();
  await shoot(page, "live-no-model", false);
  await page.context().close();
});

test(
  "a broken picture, unknown words and a download that fails are told, and mended by trying again",
  patience,
  async () => {
    const {page} = await newPage();
    await openLive(page, site.url);
    await page.route("**/model.safetensors", (route) => route.abort("internetdisconnected"));
    await page.getByRole("button", {name: "Run on this photo"}).click();
    await page.locator(".live-failure", {hasText: "there is no connection"}).waitFor();
    await page.unroute("**/model.safetensors");
    await page.getByRole("button", {name: "Try again"}).click();
    await computed(page);
    await givePicture(page, Buffer.from("this is no picture"), "broken.png");
    await page.locator(".live-failure", {hasText: "not a picture that the browser can read"}).waitFor();
    await shoot(page, "live-broken", false);
    await page.getByLabel("Words").first().fill("catt; sofa, couch");
    await page.locator(".words-note.is-refused", {hasText: "nearest: cat"}).waitFor();
    await page.context().close();
  }
);
