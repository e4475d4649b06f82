// Ways a picture comes to the Live page, and what may happen on the way: camera, drops, pastes, odd sizes, a page
// that is hidden or frozen, a connection that breaks off.
import assert from "node:assert/strict";
import {spawn} from "node:child_process";
import {readFileSync} from "node:fs";
import {createServer} from "node:http";
import type {AddressInfo} from "node:net";
import {test} from "node:test";
import {chromium, type Browser, type Page} from "playwright-core";
import sharp from "sharp";
import {theBrowser} from "../../scripts/browser.js";
import {base, launch, profileFolder, shoot} from "../support/harness.js";
import {computed, giveModel, givePicture, openLive, ranAgain, tinyModel, watchStages} from "../support/live.js";
import {browser, openSite, site} from "../support/site.js";

openSite();

const patience = {timeout: 240_000};

/** The Live page with a small model, which nothing was given to yet. */
async function open(from: Browser = browser, options = {}): Promise<Page> {
  const context = await from.newContext({viewport: {width: 1280, height: 900}, ...options});
  const page = await context.newPage();
  await page.addInitScript("globalThis.__name = (value) => value");
  await openLive(page, site.url);
  await giveModel(page, tinyModel());
  return page;
}

const plain = (width: number, height: number) =>
  sharp({create: {width, height, channels: 3, background: "#a52"}})
    .png()
    .toBuffer();

/** The picture's name, as a figure's caption has it once it was run. */
async function shown(page: Page, title: string): Promise<void> {
  await computed(page);
  await page.locator("#figure-class-rows-by-layer .figure-source", {hasText: title}).waitFor();
}

async function refused(page: Page, reason: RegExp): Promise<void> {
  await page.locator(".live-failure", {hasText: reason}).waitFor();
  assert.equal(await page.getByRole("button", {name: "Try again"}).count(), 0, "there is nothing to try again");
}

interface Given {
  name: string;
  type: string;
  /** Base64. */
  bytes: string;
}

/** Drops or pastes what a browser would hand over. */
async function arrive(page: Page, how: "drop" | "paste", files: Given[], text: Record<string, string> = {}) {
  return page.evaluate(
    ({how, files, text}) => {
      const data = new DataTransfer();
      for (const {name, type, bytes} of files) {
        const content = Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0));
        data.items.add(new File([content], name, {type}));
      }
      for (const [type, value] of Object.entries(text)) data.items.add(value, type);
      const options = {bubbles: true, cancelable: true};
      const target = document.querySelector("main")!;
      if (how === "paste")
        return target.dispatchEvent(new ClipboardEvent("paste", {...options, clipboardData: data})) ? "left" : "taken";
      target.dispatchEvent(new DragEvent("dragover", {...options, dataTransfer: data}));
      const marked = document.documentElement.classList.contains("is-dropping");
      const left = target.dispatchEvent(new DragEvent("drop", {...options, dataTransfer: data}));
      return `${left ? "left" : "taken"}${marked ? ", marked" : ""}`;
    },
    {how, files, text}
  );
}

const given = (name: string, type: string, content: Buffer): Given => ({name, type, bytes: content.toString("base64")});

test(
  "pictures are dropped and pasted; what is none is refused in words, and what was there stays",
  patience,
  async () => {
    const page = await open();
    const picture = given("dropped.png", "image/png", await plain(60, 40));
    assert.equal(await arrive(page, "drop", [picture]), "taken, marked");
    await shown(page, "dropped.png");

    const notes = given("notes.txt", "text/plain", Buffer.from("not a picture, a note"));
    const second = given("second.png", "image/png", await plain(40, 60));
    await arrive(page, "drop", [notes, second, picture]);
    await page.locator(".live-notes", {hasText: "3 files were dropped; second.png was taken."}).waitFor();
    await shown(page, "second.png");

    assert.equal(await arrive(page, "drop", [], {"text/uri-list": "https://example.org/cat.jpg"}), "taken, marked");
    await refused(page, /A link was dropped/);
    await arrive(page, "paste", [], {"text/plain": "a word"});
    await refused(page, /no picture in the clipboard/);
    await shown(page, "second.png");

    await arrive(page, "paste", [given("image.png", "image/png", await plain(50, 50))]);
    await shown(page, "a pasted picture");
    await arrive(page, "drop", [notes]);
    await page.locator(".live-failure", {hasText: /not a picture that the browser can read/}).waitFor();
    await shoot(page, "live-dropped-text", false);

    // Words are pasted into their field as ever.
    await givePicture(page, await plain(50, 50));
    await computed(page);
    await page.locator("#figure-mask .words input").evaluate((input) => {
      const data = new DataTransfer();
      data.items.add("cat; dog", "text/plain");
      input.dispatchEvent(new ClipboardEvent("paste", {bubbles: true, clipboardData: data}));
    });
    assert.equal(await page.locator(".live-failure").innerText(), "");
    await page.context().close();
  }
);

test("one pixel and twenty thousand in a row both run", patience, async () => {
  const page = await open();
  await givePicture(page, await plain(1, 1), "one.png");
  await shown(page, "one.png");
  await givePicture(page, await plain(20_000, 40), "wide.png");
  await page.locator(".live-notes", {hasText: "20000 × 40 pixels; it was reduced to 8192 × 16"}).waitFor();
  await shown(page, "wide.png");
  await watchStages(page);
  await page.getByRole("combobox", {name: "Looks at"}).selectOption({label: "all of it, short side 224 px"});
  await ranAgain(page);
  await computed(page);
  await shoot(page, "live-wide-picture", false);
  await page.context().close();
});

const fake = ["--use-fake-device-for-media-stream"];

test("a photograph is taken with the camera", patience, async () => {
  const equipped = await launch([...fake, "--use-fake-ui-for-media-stream"]);
  const page = await open(equipped);
  await page.getByRole("button", {name: "Photograph…"}).click();
  const dialog = page.getByRole("dialog", {name: "Camera"});
  await dialog.waitFor();
  await page.waitForFunction(() => document.querySelector<HTMLVideoElement>("dialog video")!.videoWidth > 0);
  await shoot(page, "live-camera", false);
  await dialog.getByRole("button", {name: "Close"}).click();
  await dialog.waitFor({state: "detached"});
  assert.equal(await page.locator(".live-progress").getAttribute("data-stage"), "idle", "closing it runs nothing");

  await page.getByRole("button", {name: "Photograph…"}).click();
  await page.waitForFunction(() => document.querySelector<HTMLVideoElement>("dialog video")?.videoWidth);
  await page.getByRole("button", {name: "Take the picture"}).click();
  await shown(page, "a photograph");
  assert.equal(await page.locator("dialog.camera").count(), 0);
  await equipped.close();
});

test("a camera that is refused or missing is told in words", patience, async () => {
  const equipped = await launch(fake);
  const page = await open(equipped);
  await page.getByRole("button", {name: "Photograph…"}).click();
  await refused(page, /The camera was not allowed/);
  await equipped.close();

  const bare = await open(browser, {permissions: ["camera"]});
  await bare.getByRole("button", {name: "Photograph…"}).click();
  await refused(bare, /This machine has no camera/);
  await bare.context().close();
});

/** A browser whose tabs hide each other: the test driver's own keeps every page in the front, as far as pages can tell. */
async function launchWithTabs(): Promise<[Browser, () => Promise<void>]> {
  const profile = profileFolder();
  const flags = ["--headless=new", "--no-sandbox", "--remote-debugging-port=0", `--user-data-dir=${profile.folder}`];
  const started = spawn(theBrowser(), flags, {stdio: ["ignore", "ignore", "pipe"]});
  const address = await new Promise<string>((resolve) => {
    let said = "";
    started.stderr.on("data", (part) => {
      said += part;
      const found = /ws:\/\/\S+/.exec(said);
      if (found) resolve(found[0]);
    });
  });
  const opened = await chromium.connectOverCDP(address, {noDefaults: true});
  const end = async () => {
    await opened.close();
    const exited = new Promise((resolve) => started.once("exit", resolve));
    started.kill();
    await exited;
    profile.remove();
  };
  return [opened, end];
}

test(
  "a run that is begun and then hidden, or frozen, goes on and is drawn when it is seen again",
  patience,
  async (t) => {
    const [realistic, end] = await launchWithTabs();
    t.after(end);
    const context = realistic.contexts()[0];
    const page = await context.newPage();
    await page.addInitScript("globalThis.__name = (value) => value");
    await openLive(page, site.url);
    await giveModel(page, tinyModel());
    await page.evaluate(() => {
      Object.assign(globalThis, {seen: [] as string[]});
      document.addEventListener("visibilitychange", () =>
        (globalThis as unknown as {seen: string[]}).seen.push(document.visibilityState)
      );
    });
    const seen = () => page.evaluate(() => (globalThis as unknown as {seen: string[]}).seen);
    await givePicture(page, await plain(300, 200), "hidden.png");
    const other = await context.newPage();
    await other.bringToFront();
    await page.waitForFunction(() => document.visibilityState === "hidden", undefined, {polling: 100});
    await page.waitForFunction(
      () => document.querySelector(".live-stage")!.textContent!.includes("Computed"),
      undefined,
      {polling: 100}
    );
    await page.bringToFront();
    await shown(page, "hidden.png");
    assert.deepEqual(await seen(), ["hidden", "visible"]);

    await watchStages(page);
    await givePicture(page, await plain(200, 300), "frozen.png");
    const devtools = await context.newCDPSession(page);
    await devtools.send("Page.setWebLifecycleState", {state: "frozen"});
    await other.waitForTimeout(1000);
    // It stays hidden then, so the figures wait, but the run goes on.
    await devtools.send("Page.setWebLifecycleState", {state: "active"});
    await ranAgain(page);
    assert.match(await computed(page), /wasm/);
  }
);

test("a download that breaks off goes on from there", patience, async () => {
  const weights = readFileSync("dist/data/models/mini/model.safetensors");
  const half = Math.floor(weights.length / 2);
  const asked: string[] = [];
  let broken = true;
  // The site, but the weights come through a connection that breaks off half-way, once.
  const server = createServer((request, response) => {
    void (async () => {
      if (!request.url!.endsWith("/model.safetensors")) {
        const answer = await fetch(new URL(request.url!, site.url));
        const type = answer.headers.get("content-type") ?? "";
        return response.writeHead(answer.status, {"content-type": type}).end(Buffer.from(await answer.arrayBuffer()));
      }
      const {range = ""} = request.headers;
      asked.push(range);
      const from = Number(/bytes=(\d+)-/.exec(range)?.[1] ?? 0);
      response.writeHead(from ? 206 : 200, {"content-length": weights.length - from});
      if (!broken) return response.end(weights.subarray(from));
      broken = false;
      response.write(weights.subarray(0, half), () => setTimeout(() => response.destroy(), 300));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const context = await browser.newContext();
  const page = await context.newPage();
  await openLive(page, `http://127.0.0.1:${(server.address() as AddressInfo).port}${base}`);
  await page.getByRole("button", {name: "Run on this photo"}).click();
  await page.locator(".live-failure", {hasText: /broke off\. What arrived is kept/}).waitFor();
  await shoot(page, "live-broken-off", false);
  await page.getByRole("button", {name: "Try again"}).click();
  await computed(page);
  assert.equal(asked[0], "");
  const from = Number(/^bytes=(\d+)-$/.exec(asked[1])?.[1]);
  assert.ok(from > 0 && from <= half, `the second request begins at ${from}`);
  await context.close();
  server.close();
});
