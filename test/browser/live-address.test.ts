// What the address says of the Live page: every choice but the picture, restored by a link and by going back.
import assert from "node:assert/strict";
import {test} from "node:test";
import type {Page} from "playwright-core";
import sharp from "sharp";
import {cold, computed, giveModel, givePicture, ranAgain, tinyModel, watchStages} from "../support/live.js";
import {browser, openSite, site} from "../support/site.js";

openSite();

async function openAt(query: Readonly<Record<string, string>>): Promise<Page> {
  const page = await browser.newPage({viewport: {width: 1280, height: 900}});
  await page.addInitScript("globalThis.__name = (value) => value");
  await cold(page);
  await page.goto(`${site.url}live?${new URLSearchParams(query)}`);
  await page.locator(".live-machine > *").first().waitFor();
  return page;
}

/** What the page's controls say. */
async function controls(page: Page): Promise<Record<string, string>> {
  return page.evaluate(() => {
    const label = (element: Element) => element.closest("label")!.textContent;
    const number = (name: string) =>
      document.querySelector<HTMLInputElement>(`input[aria-label="${name}, typed"]`)!.value;
    const ticked = (selector: string) => [...document.querySelectorAll(`${selector} input:checked`)].map(label).join();
    return {
      photo: document.querySelector(".live-panel .image-picker")!.textContent,
      fit: document.querySelector<HTMLSelectElement>(".live-panel select")!.value,
      device: ticked(".live-machine .segmented").split(/[:,]/)[0],
      methods: ticked(".live-methods"),
      words: document.querySelector<HTMLInputElement>("#figure-mask .words input")!.value,
      windows: ticked("#figure-mask .figure-controls .segmented"),
      short: number("Short side"),
      probability: number("Least probability"),
      opacity: number("Opacity"),
      l0: number("l0"),
      som: ticked(".live-options .option-input:first-child"),
      layer: document.querySelector<HTMLInputElement>(".layer-control input[type=range]")!.value
    };
  });
}

const first = {
  image: "coffee",
  layer: "3",
  fit: "whole-336",
  device: "webgpu",
  methods: "clip,gem",
  words: "cup; table, desk",
  windows: "whole",
  short: "448",
  probability: "0.2",
  opacity: "0.4",
  options: "l0=7"
};

test("going back and forward changes the controls and runs nothing", {timeout: 120_000}, async () => {
  const page = await openAt(first);
  const before = await controls(page);
  assert.deepEqual(before, {
    photo: "Coffee",
    fit: "all of it, short side 336 px",
    device: "WebGPU",
    methods: "CLIP,GEM",
    words: "cup; table, desk",
    windows: "the whole picture at once",
    short: "448",
    probability: "0.2",
    opacity: "0.4",
    l0: "7",
    som: before.som,
    layer: "3"
  });
  await giveModel(page, tinyModel());
  const picture = await sharp({create: {width: 60, height: 40, channels: 3, background: "#a52"}})
    .png()
    .toBuffer();

  // A step into the page's own anchors is an entry of the history; what is changed then belongs to that one.
  await page.evaluate(() => (location.hash = "figure-mask"));
  await page.getByText("WebAssembly, 1 thread").click();
  await page.getByRole("combobox", {name: "Looks at"}).selectOption({label: "middle square, 224 px"});
  const mask = page.locator("#figure-mask");
  await mask.getByLabel("SCLIP", {exact: true}).check();
  await mask.getByLabel("sliding, 224 by 112").check({force: true});
  await mask.getByLabel("Short side, typed").fill("224");
  await mask.getByLabel("Least probability, typed").fill("0");
  await mask.getByLabel("Opacity, typed").fill("0.9");
  await mask.locator(".words input").fill("mug");
  await mask.locator(".words input").press("Enter");
  await page.locator(".live-options summary").click();
  await page.locator(".live-options").getByLabel("l0, typed").fill("2");
  await givePicture(page, picture, "mine.png");
  await computed(page);
  await page.waitForFunction(() => location.search.includes("own-picture"));
  const changed = await controls(page);
  assert.equal(changed.photo, "mine.png");

  const stages = await watchStages(page);
  const again = page.getByRole("button", {name: "Run on this photo"});
  await page.goBack();
  await again.waitFor();
  assert.deepEqual(await controls(page), before);
  await page.waitForTimeout(1000);
  assert.deepEqual(await stages(), [], "nothing runs unasked");
  assert.match(await page.locator("#figure-class-rows-by-layer .figure-source").innerText(), /mine\.png/);

  await page.goForward();
  const rerun = page.getByRole("button", {name: "Run again with these choices"});
  await rerun.waitFor();
  assert.deepEqual(await controls(page), changed);
  await page.waitForTimeout(600);
  assert.deepEqual(await stages(), []);
  await rerun.click();
  await ranAgain(page);
  assert.equal(await rerun.isVisible(), false);
  await page.close();
});

test("a link holds every choice but the picture, and gives it back", {timeout: 120_000}, async () => {
  const given = {
    ...first,
    device: "wasm",
    image: "rocket",
    head: "2",
    trunk: "purified",
    target: "17",
    background: "none",
    scale: "log",
    range: "own",
    measure: "norm",
    word: "2",
    options: "l0=7,isolated=widen",
    methods: "sfp,clip",
    words: "rocket, missile; tower"
  };
  const page = await openAt({...given, model: "mini"});
  await page.getByRole("button", {name: "Run on this photo"}).click();
  await computed(page);
  await page.waitForTimeout(400);
  const found = Object.fromEntries(new URL(page.url()).searchParams);
  // The model is left out where it is the site's first.
  const {model = "mini", ...rest} = found;
  assert.equal(model, "mini");
  assert.deepEqual(rest, given);
  await page.close();
});
