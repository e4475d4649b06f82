// The shared selection as readers use it: controls, keys, addresses, other pages, and how fast
// figures answer.
import assert from "node:assert/strict";
import {test} from "node:test";
import {drawn} from "../support/drawn.js";
import {open} from "../support/harness.js";
import {browser, openSite, site} from "../support/site.js";

openSite();

const attention = (query = "") => `${site.url}attention${query}`;

test("a shared address restores what it names", async () => {
  const {page, problems} = await open(browser, attention("?image=coffee&layer=8&head=2&target=30&factor=1.5"));
  await drawn(page, "attention", {image: "coffee", trunk: "plain", layer: 8, head: 2, rows: true});
  assert.equal(await page.locator(".layer-control input[type=range]").inputValue(), "8");
  await page.locator("#figure-decision").scrollIntoViewIfNeeded();
  assert.equal(await page.locator("#figure-decision .slider input[type=number]").first().inputValue(), "1.5");
  assert.match(
    await page.locator("#figure-attention .figure-source").innerText(),
    /Coffee · vit-ti-16 .* layer 8 · head 2 · without SOM · factor 1.5/
  );
  assert.deepEqual(problems, []);
  await page.close();
});

test("a bad address falls back to defaults and breaks nothing", async () => {
  const {page, problems} = await open(
    browser,
    attention("?layer=-3&head=99999&trunk=x&target=1e9&factor=NaN&cap=-1&scale=%00&words=%F0&options=<script>")
  );
  await drawn(page, "attention", {image: "astronaut", trunk: "plain", layer: 10, head: "mean", rows: true});
  assert.deepEqual(problems, []);
  await page.close();
});

for (const [query, notice] of [
  ["?image=nowhere&layer=8", /^This site has no photo “nowhere”\. This is “.+” under vit-ti-16\.$/],
  ["?model=clip-vit-l-14&image=coffee&layer=8", /^This site has no analyses by clip-vit-l-14\. This is “Coffee” under/],
  ["?model=mini&image=own-picture&layer=8", /^Your own picture is not kept here: run it on the Live page\. .*This is/]
] as const)
  test(`what the site lacks is replaced by what it has, and said in one line: ${query}`, async () => {
    const {page, problems} = await open(browser, attention(query));
    await drawn(page, "attention", {trunk: "plain", layer: 8, head: "mean", rows: true});
    const line = page.locator(".bar-notice");
    assert.match(await line.innerText(), notice);
    assert.ok((await line.boundingBox())!.height < 24, "one line");
    // The address names what is shown.
    await page.waitForURL((url) => !/nowhere|own-picture|clip-vit/.test(url.search) && /layer=8/.test(url.search));
    assert.deepEqual(problems, []);
    // Whatever is chosen next is what was asked for.
    await page.locator(".image-picker").click();
    await page.locator(".image-sheet button", {hasText: "Rocket"}).click();
    await drawn(page, "attention", {image: "rocket", trunk: "plain", layer: 8});
    assert.equal(await line.innerText(), "");
    await page.close();
  });

test("keys change the layer, move and pin the token, and clear", async () => {
  const {page} = await open(browser, attention());
  await page.keyboard.press("]");
  await drawn(page, "attention", {image: "astronaut", trunk: "plain", layer: 11});
  await page.keyboard.press("[");
  await page.keyboard.press("[");
  await drawn(page, "attention", {image: "astronaut", trunk: "plain", layer: 9});
  const grid = page.locator("#figure-attention .patch-map").first();
  await grid.focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowDown");
  assert.match(
    (await page.locator("#figure-attention .patch-map [aria-live]").first().textContent()) ?? "",
    /patch \(9, 9\)/
  );
  await page.keyboard.press("Enter");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Shift+Enter");
  await page.waitForURL(/target=120.*background=106|background=106.*target=120/);
  await page.keyboard.press("Escape");
  await page.waitForURL(/target=none/);
  await page.keyboard.press("?");
  await page.waitForSelector("dialog[open]");
  await page.close();
});

test("a click pins, and a link to another page takes the selection along", async () => {
  const {page} = await open(browser, attention());
  const map = page.locator("#figure-attention .patch-map").nth(3);
  const box = (await map.boundingBox())!;
  await map.click({position: {x: box.width * (2.5 / 14), y: box.height * (0.5 / 14)}});
  await page.waitForURL(/target=2\b/);
  await page.locator(".layer-control input[type=range]").fill("11");
  await page.locator("#observablehq-sidebar a", {hasText: "Overview"}).click();
  await page.waitForURL((url) => url.searchParams.get("layer") === "11" && url.searchParams.get("target") === "2");
  await drawn(page, "overview", {image: "astronaut", layer: 11});
  await page.close();
});

test("the scatter and the photo point at each other", async () => {
  const {page} = await open(browser, attention());
  const photo = page.locator("#figure-decision .patch-map");
  const box = (await photo.boundingBox())!;
  await photo.hover({position: {x: box.width * (3.5 / 14), y: box.height * (5.5 / 14)}});
  await page.waitForFunction(() =>
    /patch \(6, 4\): from the class token/.test(
      document.querySelector("#figure-decision .plate:has(.patch-map) .plate-readout")?.textContent ?? ""
    )
  );
  const chart = (await page.locator("#figure-decision .scatter svg").boundingBox())!;
  await page.mouse.move(chart.x + chart.width * 0.2, chart.y + chart.height * 0.1);
  await page.mouse.down();
  await page.mouse.move(chart.x + chart.width * 0.6, chart.y + chart.height * 0.6, {steps: 4});
  await page.mouse.up();
  assert.notEqual(await page.locator("#figure-decision .scatter svg > path").nth(2).getAttribute("d"), "");
  await page.close();
});

test("the first figure needs at most 1.5 MB", async (context) => {
  const {page} = await open(browser, site.url);
  await drawn(page, "overview");
  const bytes = await page.evaluate(() =>
    [...performance.getEntriesByType("resource"), ...performance.getEntriesByType("navigation")]
      .map((entry) => (entry as PerformanceResourceTiming).transferSize)
      .reduce((sum, size) => sum + size, 0)
  );
  context.diagnostic(`${(bytes / 1e6).toFixed(2)} MB, uncompressed, until the network was idle`);
  assert.ok(bytes <= 1.5e6, `${bytes} bytes`);
  await page.close();
});
