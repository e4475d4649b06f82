// Words that a model's own text tower answers, in the page.
import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {test} from "node:test";
import type {Page} from "playwright-core";
import {drawn} from "../support/drawn.js";
import {cold, computed, givePicture} from "../support/live.js";
import {tinyClip} from "../support/site-model.js";
import {browser, openSite, site} from "../support/site.js";

openSite();

const file = (name: keyof typeof tinyClip, mimeType = "application/json") => ({name, mimeType, buffer: tinyClip[name]});
const weights = {...file("model.safetensors", "application/octet-stream"), name: "tiny-clip.safetensors"};
const config = file("config.json");
const tokenizer = file("tokenizer.json");

async function run(files: {name: string; mimeType: string; buffer: Buffer}[]): Promise<Page> {
  const page = await browser.newPage();
  await cold(page);
  await page.goto(`${site.url}live?device=wasm&methods=clip,sfp&windows=whole&short=224`);
  await page.locator(".live-machine > *").first().waitFor();
  await page.locator('input[accept*=".pth"][accept*=".txt"]').setInputFiles(files);
  await givePicture(page, readFileSync("data/images/chelsea.png"));
  await computed(page);
  return page;
}

test("a model with a text tower answers any words", {timeout: 120_000}, async () => {
  const page = await run([weights, config, tokenizer]);
  const mask = page.locator("#figure-mask");
  await drawn(page, "mask", {clip: 1, sfp: 1}, {timeout: 60_000});
  await mask.locator(".words input").fill("zyzzyva; pangolin, armadillo");
  await mask.locator(".words input").press("Enter");
  await mask.locator(".legend-marks li", {hasText: "pangolin"}).waitFor();
  await drawn(page, "mask", {clip: 1, sfp: 1}, {timeout: 60_000});
  assert.match(await mask.locator(".words-note").innerText(), /Separate classes with semicolons/);
  await computed(page);
  await page.close();
});

test("without its tokeniser the page says what is missing", {timeout: 120_000}, async () => {
  const page = await run([weights, config]);
  await page.locator("#figure-mask .figure-message", {hasText: /put tokenizer\.json beside the model/}).waitFor();
  await page.close();
});
