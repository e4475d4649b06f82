// The reader's pictures as they come, and the model's way into the page and its storage.
import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {test} from "node:test";
import {chromium, type Page} from "playwright-core";
import sharp from "sharp";
import type {LiveModel} from "../../components/live/client.js";
import type {Decoded} from "../../components/live/worker/picture.js";
import {theBrowser} from "../../scripts/browser.js";
import {profileFolder} from "../support/harness.js";
import {built} from "../support/live.js";
import {browser, openSite, site} from "../support/site.js";

openSite();

/** A page of the site's origin, whatever it shows. */
async function blank(): Promise<Page> {
  const page = await browser.newPage();
  await page.addInitScript("globalThis.__name = (value) => value");
  await page.goto(`${site.url}404`);
  return page;
}

/** Decodes files in the page: the size, the first and the last pixel, and the note; or why it cannot. */
async function decodeAll(page: Page, files: Record<string, Buffer>): Promise<Record<string, string>> {
  const module = site.url + built("components/live/worker/picture");
  const encoded = Object.entries(files).map(([name, bytes]) => [name, bytes.toString("base64")] as const);
  const found = await page.evaluate(
    async ({module, encoded}) => {
      const {decodePicture} = (await import(module)) as {decodePicture(file: Blob): Promise<Decoded>};
      const results: [string, string][] = [];
      for (const [name, text] of encoded) {
        const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
        try {
          const {picture, note} = await decodePicture(new Blob([bytes]));
          const {width, height, data} = picture;
          const ends = [data.subarray(0, 3), data.subarray(-3)].map((pixel) => [...pixel].join(","));
          results.push([name, [`${width}x${height}`, ...ends, note].filter(Boolean).join(" ")]);
        } catch (error) {
          results.push([name, String(error)]);
        }
      }
      return results;
    },
    {module, encoded}
  );
  return Object.fromEntries(found);
}

const halves = (channels: 3 | 4, left: number[], right: number[]) =>
  sharp(Buffer.from([...left, ...right]), {raw: {width: 2, height: 1, channels}});

test("pictures are decoded upright, on white, and as large as is safe", async () => {
  const red = {create: {width: 8, height: 4, channels: 3, background: "#f00"}} as const;
  const wide = {create: {width: 20_000, height: 40, channels: 3, background: "#00f"}} as const;
  const page = await blank();
  const found = await decodeAll(page, {
    png: await halves(3, [255, 0, 0], [0, 0, 255]).png().toBuffer(),
    alpha: await halves(4, [255, 0, 0, 0], [0, 0, 255, 255]).png().toBuffer(),
    rotated: await sharp(red).jpeg().withMetadata({orientation: 6}).toBuffer(),
    one: await sharp({create: {width: 1, height: 1, channels: 3, background: "#010203"}})
      .png()
      .toBuffer(),
    wide: await sharp(wide).png().toBuffer(),
    deep: await sharp(red).toColourspace("rgb16").png().toBuffer(),
    grey: await sharp(red).greyscale().png().toBuffer(),
    webp: await sharp(red).webp({lossless: true}).toBuffer(),
    avif: await sharp({create: {...red.create, width: 64, height: 32}})
      .avif({lossless: true})
      .toBuffer(),
    cmyk: await sharp(red).toColourspace("cmyk").jpeg().toBuffer()
  });
  assert.equal(found.png, "2x1 255,0,0 0,0,255");
  assert.equal(found.alpha, "2x1 255,255,255 0,0,255");
  assert.match(found.rotated, /^4x8 /);
  assert.equal(found.one, "1x1 1,2,3 1,2,3");
  assert.match(found.wide, /^8192x16 .*20000 × 40 pixels; it was reduced to 8192 × 16/);
  assert.equal(found.deep, "8x4 255,0,0 255,0,0");
  assert.match(found.grey, /^8x4 (\d+),\1,\1 /);
  assert.equal(found.webp, "8x4 255,0,0 255,0,0");
  assert.match(found.avif, /^64x32 25[0-5],[0-5],[0-5] /);
  assert.match(found.cmyk, /^8x4 2\d\d,/);
  await page.close();
});

test("what is no picture is refused in words that help", async () => {
  const png = await sharp({create: {width: 64, height: 64, channels: 3, background: "#f00"}})
    .png()
    .toBuffer();
  const page = await blank();
  const found = await decodeAll(page, {
    empty: Buffer.alloc(0),
    text: Buffer.from("not a picture at all, only words in a file"),
    cut: png.subarray(0, 40),
    heic: Buffer.from("\0\0\0\x18ftypheic\0\0\0\0mif1heic and then nothing", "latin1"),
    tiff: Buffer.from("II*\0 and then nothing that follows it", "latin1"),
    pdf: Buffer.from("%PDF-1.7 a document")
  });
  assert.match(found.empty, /empty/);
  assert.match(found.text, /not a picture/);
  assert.match(found.cut, /PNG is damaged/);
  assert.match(found.heic, /HEIC.*JPEG or PNG/);
  assert.match(found.tiff, /TIFF/);
  assert.match(found.pdf, /PDF/);
  await page.close();
});

interface Entry {
  id: string;
  title: string;
  bytes: number;
  hash: string;
  partBytes: number;
  parts: string[];
}

const weights = readFileSync("dist/data/models/mini/model.safetensors");

async function entryOf(page: Page): Promise<Entry> {
  const digest = await page.evaluate(async (url) => {
    const bytes = await (await fetch(url)).arrayBuffer();
    const hash = await crypto.subtle.digest("SHA-256", bytes);
    return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
  }, `${site.url}data/models/mini/model.safetensors`);
  return {id: "mini", title: "mini", bytes: weights.length, hash: digest, partBytes: weights.length, parts: [digest]};
}

/** Opens a model as far as its download goes: which bytes came from where, and what the page was told. */
async function download(page: Page, entry: Entry) {
  return page.evaluate(
    async ({client, entry}) => {
      const {LiveModel} = (await import(client)) as {LiveModel: new (source: object, kind: string) => LiveModel};
      const live = new LiveModel({entry}, "wasm");
      const steps: {from: string; bytes: number}[] = [];
      const notes: string[] = [];
      const done = new Promise<string>((resolve) => {
        const {answer} = live.open((news) => {
          if ("note" in news) notes.push(news.note);
          if (!("progress" in news)) return;
          const {progress} = news;
          if (progress.stage === "download") steps.push({from: progress.from, bytes: progress.bytes});
          if (progress.stage === "runtime") resolve("");
        });
        answer.catch((error) => resolve(String(error)));
      });
      const failure = await done;
      live.close();
      const of = (from: string) => steps.filter((step) => step.from === from).map(({bytes}) => bytes);
      const root = await navigator.storage.getDirectory();
      const folder = (await root.getDirectoryHandle("models", {create: true})) as FileSystemDirectoryHandle & {
        keys(): AsyncIterable<string>;
      };
      const files: string[] = [];
      for await (const name of folder.keys()) files.push(name);
      return {failure, notes, files, stored: of("storage").at(-1) ?? 0, network: of("network")};
    },
    {client: site.url + built("components/live/client"), entry}
  );
}

/** Puts a file into the page's storage as an earlier visit would have left it. */
async function leave(page: Page, name: string, bytes: Buffer): Promise<void> {
  await page.evaluate(
    async ({name, text}) => {
      const root = await navigator.storage.getDirectory();
      const folder = await root.getDirectoryHandle("models", {create: true});
      const stream = await (await folder.getFileHandle(name, {create: true})).createWritable();
      await stream.write(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)));
      await stream.close();
    },
    {name, text: bytes.toString("base64")}
  );
}

test("a model is downloaded once, half of one is continued, a damaged or older one is replaced", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.addInitScript("globalThis.__name = (value) => value");
  await page.goto(`${site.url}404`);
  const entry = await entryOf(page);
  const name = `mini-${entry.hash.slice(0, 16)}`;

  await leave(page, "mini-0123456789abcdef", weights.subarray(0, 1000));
  const first = await download(page, entry);
  assert.deepEqual([first.failure, first.stored, first.network.at(-1)], ["", 0, weights.length]);
  assert.deepEqual(first.files, [name], "the older version is gone");

  const second = await download(page, entry);
  assert.deepEqual([second.failure, second.stored, second.network], ["", weights.length, []]);

  await leave(page, name, weights.subarray(0, 1_000_000));
  const ranges: string[] = [];
  await page.route("**/model.safetensors", async (route) => {
    const range = route.request().headers().range ?? "";
    ranges.push(range);
    const from = Number(/bytes=(\d+)-/.exec(range)?.[1]);
    await route.fulfill({status: 206, body: weights.subarray(from)});
  });
  const third = await download(page, entry);
  assert.deepEqual(ranges, ["bytes=1000000-"]);
  assert.deepEqual([third.failure, third.stored, third.network.at(-1)], ["", 1_000_000, weights.length]);
  await page.unroute("**/model.safetensors");

  const damaged = Buffer.from(weights);
  damaged.fill(7, 5_000_000, 5_000_100);
  await leave(page, name, damaged);
  const fourth = await download(page, entry);
  assert.deepEqual([fourth.failure, fourth.stored, fourth.network.at(-1)], ["", weights.length, weights.length]);
  await context.close();
});

test("a full storage and a broken connection are told, and neither ends the page", async () => {
  // Only a profile on the disk has a quota that can be filled.
  const profile = profileFolder();
  const context = await chromium.launchPersistentContext(profile.folder, {
    executablePath: theBrowser(),
    args: ["--no-sandbox"]
  });
  const page = await context.newPage();
  await page.addInitScript("globalThis.__name = (value) => value");
  await page.goto(`${site.url}404`);
  const entry = await entryOf(page);

  await page.route("**/model.safetensors", (route) => route.abort("internetdisconnected"));
  const offline = await download(page, entry);
  assert.match(offline.failure, /no connection to this site/);
  await page.unroute("**/model.safetensors");

  const session = await context.newCDPSession(page);
  await session.send("Storage.overrideQuotaForOrigin", {origin: new URL(site.url).origin, quotaSize: 3_000_000});
  const full = await download(page, entry);
  assert.deepEqual([full.failure, full.network.at(-1)], ["", weights.length]);
  assert.match(full.notes.join(), /storage for this site is full/);
  assert.deepEqual(full.files, []);

  await page.route("**/model.safetensors", (route) => route.fulfill({status: 404, body: "gone"}));
  const missing = await download(page, entry);
  assert.match(missing.failure, /is not in this site \(404\)/);
  await context.close();
  profile.remove();
});
