// Half precision is offered where the adapter has it, and an adapter that does not keep its word is no dead end.
import assert from "node:assert/strict";
import {test} from "node:test";
import type {Page} from "playwright-core";
import sharp from "sharp";
import {shoot} from "../support/harness.js";
import {cold, computed, giveModel, givePicture, openLive, tinyModel} from "../support/live.js";
import {browser, openSite, site} from "../support/site.js";

openSite();

const patience = {timeout: 240_000};
const inHalves = (page: Page) => page.locator(".live-machine label", {hasText: "WebGPU in float16"});

test("an adapter without half precision is not offered for it, and a link that asks falls back", patience, async () => {
  const page = await (await browser.newContext()).newPage();
  await cold(page);
  await page.goto(`${site.url}live?device=webgpu-float16`);
  await page.locator(".live-machine label", {hasText: "WebGPU: google swiftshader"}).waitFor();
  assert.equal(await inHalves(page).count(), 0);
  assert.ok(await page.locator(".live-machine label", {hasText: "WebAssembly"}).locator("input").isChecked());
  await page.context().close();
});

test("where it is said to be there it can be chosen, and when it is not, float32 is offered", patience, async () => {
  const page = await (await browser.newContext()).newPage();
  // The page's own adapter claims to have it; the worker's, which is the real one, has not.
  await page.addInitScript(() => {
    const {get} = Object.getOwnPropertyDescriptor(GPUAdapter.prototype, "features")!;
    Object.defineProperty(GPUAdapter.prototype, "features", {
      get(this: GPUAdapter) {
        return new Set([...(get!.call(this) as GPUSupportedFeatures), "shader-f16"]);
      }
    });
  });
  await openLive(page, site.url);
  await inHalves(page).click();
  await giveModel(page, tinyModel());
  const noise = Buffer.from(Uint8Array.from({length: 240 * 240 * 3}, (_, i) => (i * 2654435761) >>> 24));
  await givePicture(
    page,
    await sharp(noise, {raw: {width: 240, height: 240, channels: 3}})
      .png()
      .toBuffer()
  );
  await page.locator(".live-failure", {hasText: "does not compute in float16"}).waitFor();
  assert.match(new URL(page.url()).search, /device=webgpu-float16/);
  await shoot(page, "live-precision", false);
  await page.getByRole("button", {name: "Use float32"}).click();
  await page.locator(".live-machine label", {hasText: "WebGPU: google swiftshader"}).locator("input:checked").waitFor();
  const said = await computed(page);
  assert.match(said, /webgpu \(google swiftshader, software\)/);
  assert.doesNotMatch(said, /float16/);
  await page.context().close();
});
