// What a reader takes from the Live page: a link that restores all but the picture, masks and arrays as files.
import assert from "node:assert/strict";
import {test} from "node:test";
import {decode} from "fast-png";
import {unzipSync} from "fflate";
import type {Page} from "playwright-core";
import {npyArray} from "../../components/exchange/npy.js";
import {floats} from "../../components/exchange/stored.js";
import {drawn} from "../support/drawn.js";
import {cold, computed} from "../support/live.js";
import {downloaded} from "../support/harness.js";
import {browser, openSite, site} from "../support/site.js";

openSite();

async function openAt(search: string): Promise<Page> {
  const page = await browser.newPage();
  await cold(page);
  await page.goto(`${site.url}live?${search}`);
  await page.locator(".live-machine > *").first().waitFor();
  return page;
}

/** The sum of every row of `width` numbers. */
function rowSums(values: ArrayLike<number>, width: number): number[] {
  return Array.from({length: values.length / width}, (_, row) => {
    let sum = 0;
    for (let i = row * width; i < (row + 1) * width; ++i) sum += values[i];
    return sum;
  });
}

async function take(page: Page, action: string): Promise<Record<string, Uint8Array>> {
  await page.locator("#figure-mask").hover({position: {x: 5, y: 5}});
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.locator("#figure-mask .figure-actions").getByRole("button", {name: action, exact: true}).click()
  ]);
  assert.equal(download.suggestedFilename(), `sfp-explorer-mini-chelsea-${action.toLowerCase()}.zip`);
  return unzipSync(new Uint8Array(await downloaded(download)));
}

const words = "tabby cat; bottle, mug";

test("a link restores what is run, and the results are saved as files", {timeout: 240_000}, async () => {
  const query = new URLSearchParams({
    model: "mini",
    image: "chelsea",
    words,
    methods: "clip,sfp",
    options: "isolated=widen,l0=7",
    fit: "whole-224",
    windows: "whole",
    short: "224",
    probability: "0.1",
    opacity: "0.4",
    device: "wasm"
  });
  const page = await openAt(String(query));
  assert.equal(await page.getByRole("combobox", {name: "Looks at"}).inputValue(), "all of it, short side 224 px");
  assert.deepEqual(
    await page
      .locator(".live-methods input:checked")
      .evaluateAll((all) => all.map((each) => (each as HTMLInputElement).value)),
    ["sfp", "clip"].toSorted()
  );
  const mask = page.locator("#figure-mask");
  assert.equal(await mask.getByLabel("Short side, typed").inputValue(), "224");
  assert.equal(await mask.getByLabel("Least probability, typed").inputValue(), "0.1");
  assert.equal(await mask.getByLabel("Opacity, typed").inputValue(), "0.4");
  assert.ok(await mask.getByLabel("the whole picture at once").isChecked());
  assert.equal(await page.locator(".words input").first().inputValue(), words);
  assert.equal(await mask.getByRole("button", {name: "Masks"}).count(), 0, "there is nothing to save yet");

  await page.getByRole("button", {name: "Run on this photo"}).click();
  assert.match(await computed(page), /wasm/);
  await drawn(page, "mask", {clip: 1, sfp: 1}, {timeout: 120_000});
  await computed(page);

  const masks = await take(page, "Masks");
  assert.deepEqual(Object.keys(masks).toSorted(), ["legend.json", "mask-clip.png", "mask-sfp.png"]);
  const legend = JSON.parse(new TextDecoder().decode(masks["legend.json"]));
  assert.deepEqual(
    legend.classes.map(({name, words}: {name: string; words: string[]}) => [name, words]),
    [
      ["tabby cat", ["tabby cat"]],
      ["bottle", ["bottle", "mug"]]
    ]
  );
  assert.deepEqual(legend.provenance.options, ["l0=7", "isolated=widen"]);
  for (const {file, width, height, shares} of legend.masks) {
    const png = decode(masks[file], {checkCrc: true});
    assert.deepEqual([png.width, png.height, png.channels], [width, height, 1]);
    assert.equal(png.palette?.length, 2);
    const first = Array.from(png.data).filter((label) => label === 0).length;
    assert.equal(first / png.data.length, shares[0]);
  }

  const arrays = await take(page, "Arrays");
  const text = (name: string) => new TextDecoder().decode(arrays[name]);
  const record = JSON.parse(text("provenance.json"));
  assert.deepEqual([record.layers, record.model], [12, "mini"]);
  const patches = record.grid[0] * record.grid[1];
  const read = (name: string) => npyArray(arrays[name], name);
  for (const trunk of ["plain", "purified"]) {
    const maps = read(`${trunk}-attention.npy`);
    assert.deepEqual([maps.shape, maps.type], [[12, patches + 1, patches + 1], "float32"]);
    // Values as the model gave them: rows sum to 1 as closely as float32 does, which coded maps do not.
    const sums = rowSums(floats(maps, 0, 12 * (patches + 1) ** 2), patches + 1);
    assert.ok(
      sums.every((sum) => Math.abs(sum - 1) < 1e-5),
      `rows sum to ${Math.min(...sums)} to ${Math.max(...sums)}`
    );
  }
  for (const stage of ["plain", "som", "sae", "vis", "clip"])
    assert.equal(read(`features-${stage}.npy`).shape[0], patches);
  for (const name of Object.keys(arrays).filter((each) => each.endsWith(".npy")))
    assert.ok(text("README.txt").includes(name), `${name} is not in the readme`);

  // What is changed here is in the address; what is as it was at first is not.
  await mask.getByLabel("sliding, 224 by 112").check({force: true});
  await page.waitForFunction(() => !location.search.includes("windows="));
  await page.close();
});

test("bad values in a link fall back, and a link without its picture says so", async () => {
  const page = await openAt(
    "image=own-picture&methods=nothing&fit=round-9&short=9999&windows=none&probability=7&device=abacus&options=l0=x"
  );
  assert.equal(await page.getByRole("combobox", {name: "Looks at"}).inputValue(), "middle square, 224 px");
  assert.equal(await page.locator("#figure-mask").getByLabel("Short side, typed").inputValue(), "336");
  assert.equal(await page.locator(".live-methods input:checked").count(), 2);
  assert.match(await page.locator(".live-hint").innerText(), /leaves its picture out/);
  assert.equal(await page.getByRole("button", {name: "Run on this photo"}).count(), 0);
  await page.close();
});
