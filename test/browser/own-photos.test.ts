// The README's way to photos of one's own, followed word for word in a fresh copy of the project without weights: files go
// into data/images, then `npm start`. One of them takes the place of a photo that the project has an analysis of.
import assert from "node:assert/strict";
import {execFileSync, spawn, type ChildProcess} from "node:child_process";
import {cpSync, mkdtempSync, readFileSync, rmSync} from "node:fs";
import {createServer} from "node:net";
import type {AddressInfo} from "node:net";
import {tmpdir} from "node:os";
import {join, relative, resolve} from "node:path";
import {after, before, test} from "node:test";
import type {Browser, Page} from "playwright-core";
import sharp from "sharp";
import {drawn} from "../support/drawn.js";
import {launch, shoot} from "../support/harness.js";

const copy = join(mkdtempSync(join(tmpdir(), "own-photos-")), "sfp-explorer");
/** What a clone has not: what was installed, built or kept. */
const notCloned = /^(node_modules|dist|\.git|\.cache|shared|src[\\/]\.observablehq)([\\/]|$)/;

let browser: Browser;
let preview: ChildProcess;
let site: string;

before(async () => {
  cpSync(".", copy, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (from) => !notCloned.test(relative(".", from))
  });
  linkModules(resolve("node_modules"), join(copy, "node_modules"));
  const images = join(copy, "data/images");
  const part = (file: string, left: number) =>
    sharp(join(images, file)).extract({left, top: 10, width: 250, height: 230});
  await part("chelsea.png", 60).png().toFile(join(images, "猫.png"));
  await part("astronaut.png", 100).avif().toFile(join(images, "My holiday (2).avif"));
  // Another picture under a name that the project knows.
  const other = await part("rocket.jpg", 200).png().toBuffer();
  await sharp(other).toFile(join(images, "coffee.png"));
  const port = await freePort();
  preview = spawn("npm", ["start"], {
    cwd: copy,
    env: {...process.env, PORT: String(port), SFP_MODELS: "", ANALYSE: "", MODELS: ""},
    stdio: "ignore",
    detached: true
  });
  site = `http://127.0.0.1:${port}/`;
  await answering(site);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  // The whole group: npm passes no signal on.
  if (preview?.pid) process.kill(-preview.pid, "SIGTERM");
  rmSync(copy, {recursive: true, force: true, maxRetries: 5, retryDelay: 500});
});

/** Links where links are possible: copies take half a gigabyte. */
function linkModules(from: string, to: string): void {
  try {
    execFileSync("cp", ["-al", from, to], {stdio: "ignore"});
  } catch {
    cpSync(from, to, {recursive: true, verbatimSymlinks: true});
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const {port} = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

async function answering(url: string): Promise<void> {
  for (let tries = 0; tries < 240; ++tries) {
    if (
      await fetch(url).then(
        ({ok}) => ok,
        () => false
      )
    )
      return;
    await new Promise((done) => setTimeout(done, 500));
  }
  throw new Error(`${url} does not answer.`);
}

async function openAt(path: string): Promise<Page> {
  const page = await browser.newPage({viewport: {width: 1280, height: 900}});
  page.setDefaultTimeout(180_000);
  await page.addInitScript("try { localStorage.setItem('sfp-tour', 'offered') } catch {}");
  await page.goto(site + path);
  return page;
}

for (const [id, title] of [
  ["猫", "猫"],
  ["My-holiday-2", "My-holiday-2"],
  ["coffee", "coffee"]
])
  test(`the reader's own photo ${id} is analysed and shown`, {timeout: 400_000}, async () => {
    const page = await openAt(`attention?image=${encodeURIComponent(id)}`);
    await drawn(page, "attention", {image: id});
    assert.match(await page.locator(".bar-notice").innerText(), new RegExp(`vit-ti-16 has no analysis of “${title}”`));
    // Neither numbers nor a credit of the picture that had this name.
    const source = await page.locator("#figure-attention .figure-source").innerText();
    assert.match(source, new RegExp(`^${title} · mini · `));
    assert.equal(await page.locator(".figure-drawing.is-failed").count(), 0);
    assert.match(await page.locator(".selection-bar .menu select").first().innerText(), /vit-ti-16, not of this photo/);
    await shoot(page, `own-${id}`);
    await page.close();
  });

test(
  "photos of the project keep their analysis; the Photos page says what it knows of all",
  {timeout: 400_000},
  async () => {
    const page = await openAt("attention?image=chelsea");
    await drawn(page, "attention", {image: "chelsea"});
    assert.match(await page.locator("#figure-attention .figure-source").innerText(), /vit-ti-16/);
    await page.goto(`${site}images`);
    const list = page.locator(".photo-list:not(.contact-sheet)");
    await list.waitFor();
    const names = await list.locator("b").allInnerTexts();
    for (const name of ["猫", "My-holiday-2", "coffee", "Chelsea the cat"]) assert.ok(names.includes(name), name);
    const problems = await page.locator(".photo-problems").innerText();
    assert.match(problems, /coffee\.png\s+note\s+The entry "coffee" in credits\.json is about another picture/);
    assert.match(problems, /猫\.png\s+note\s+It is analysed with mini, because vit-ti-16 has committed analyses/);
    await shoot(page, "own-photos");
    await page.close();
  }
);

test("the README says what was done here", () => {
  assert.match(readFileSync("README.md", "utf8"), /Put photos in `data\/images\/`.*?`npm start`/s);
});
