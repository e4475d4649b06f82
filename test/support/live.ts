// What the tests of the Live page share: a tiny random model, pictures, and ways into the page.
import {readdirSync} from "node:fs";
import type {Page} from "playwright-core";
import {writeSafetensors, type WrittenTensor} from "../../components/model/safetensors.js";
import {decode, golden} from "./golden.js";

/** Blocks of the tiny model: enough to run in more than one stretch. */
const blocks = 4;

/** A model small enough for a software adapter: the golden one with fewer blocks and 32-pixel patches. */
export function tinyModel(): {weights: Buffer; config: Buffer} {
  const tensors: Record<string, WrittenTensor> = {};
  for (const [name, encoded] of Object.entries(golden.weights)) {
    const block = /resblocks\.(\d+)\./.exec(name)?.[1];
    if (block && Number(block) >= blocks) continue;
    tensors[`visual.${name}`] = {shape: encoded.shape, data: decode(encoded)};
  }
  const {width, heads} = golden.config;
  const shape = [width, 3, 32, 32];
  // Any numbers do, as long as they are the same in every run.
  const data = Float32Array.from({length: width * 3 * 32 * 32}, (_, i) => Math.sin(i * 12.9898) * 0.05);
  tensors["visual.conv1.weight"] = {shape, data};
  const config = JSON.stringify({vision_config: {num_attention_heads: heads, layer_norm_eps: 1e-5}});
  return {weights: Buffer.from(writeSafetensors(tensors)), config: Buffer.from(config)};
}

/** Gives the page a model of the reader's own. */
export async function giveModel(page: Page, {weights, config}: {weights: Buffer; config: Buffer}): Promise<void> {
  await page.locator('input[accept*=".pth"][accept*=".txt"]').setInputFiles([
    {name: "tiny.safetensors", mimeType: "application/octet-stream", buffer: weights},
    {name: "config.json", mimeType: "application/json", buffer: config}
  ]);
}

/** Gives the page a picture of the reader's own; the page runs it at once. */
export async function givePicture(page: Page, buffer: Buffer, name = "mine.png"): Promise<void> {
  await page.locator('input[accept="image/*"]').setInputFiles({name, mimeType: "image/png", buffer});
}

/** Waits until the status line says that the picture was computed, and returns what it says. */
export async function computed(page: Page, timeout = 120_000): Promise<string> {
  const stage = page.locator(".live-stage", {hasText: "Computed here"});
  await stage.waitFor({timeout});
  return stage.innerText();
}

/** Notes every stage of the work from now on; the returned function tells them. */
export async function watchStages(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const stages: string[] = [];
    Object.assign(globalThis, {stages});
    const line = document.querySelector<HTMLElement>(".live-progress")!;
    let last = line.dataset.stage!;
    new MutationObserver(() => {
      if (line.dataset.stage !== last) stages.push((last = line.dataset.stage!));
    }).observe(line, {attributeFilter: ["data-stage"]});
  });
  return () => page.evaluate(() => (globalThis as unknown as {stages: string[]}).stages);
}

/** Waits until another run, begun since `watchStages`, has passed through the layers and ended. */
export async function ranAgain(page: Page): Promise<void> {
  await page.waitForFunction(
    () => {
      const {stages} = globalThis as unknown as {stages: string[]};
      return stages.includes("layers") && stages.at(-1) === "idle";
    },
    undefined,
    // A hidden page has no frames to wait for.
    {polling: 100, timeout: 120_000}
  );
}

/** Has the Live page start nothing before it is asked to, as on a slow line: what tests look at is then what they asked for. */
export async function cold(page: Page): Promise<void> {
  await page.addInitScript(() => {
    Object.defineProperty(navigator, "connection", {configurable: true, value: {effectiveType: "3g"}});
  });
}

/** The Live page, ready for a choice, with nothing started. */
export async function openLive(page: Page, site: string, search = ""): Promise<void> {
  await cold(page);
  await page.goto(`${site}live${search}`);
  await page.locator(".live-machine > *").first().waitFor();
}

/** The address, below the base path, of a module in a built site: `built("components/live/client")`. */
export function built(module: string, folder = "dist"): string {
  const at = module.lastIndexOf("/");
  const [path, name] = [`_import/${module.slice(0, at)}`, module.slice(at + 1)];
  const file = readdirSync(`${folder}/${path}`).find((each) => new RegExp(`^${name}\\.[0-9a-f]+\\.js$`).test(each));
  if (!file) throw new Error(`The built site has no module ${module}; build it first.`);
  return `${path}/${file}`;
}
