// The golden numbers in a browser: the built site's own worker, on WebAssembly and on WebGPU (a software
// adapter), with the weights as external data just as in every other run.
import assert from "node:assert/strict";
import {test} from "node:test";
import type {Page} from "playwright-core";
import {gridOf} from "../../components/model/geometry.js";
import type {LiveModel} from "../../components/live/client.js";
import type {GivenOptions} from "../../components/analysis/options.js";
import {decode, golden, goldenConfig, goldenModel, goldenWeights, pixels, relativeError} from "../support/golden.js";
import {built} from "../support/live.js";
import {browser, openSite, site} from "../support/site.js";

interface Case {
  name: string;
  method: string;
  options?: GivenOptions;
  nonsquare?: boolean;
}

const cases: Case[] = [
  {name: "vanilla", method: "clip"},
  {name: "vanilla_nonsquare", method: "clip", nonsquare: true},
  {name: "sclip", method: "sclip"},
  {name: "clearclip", method: "clearclip"},
  {name: "sfp_paper_block", method: "sfp"},
  {name: "sfp_paper_literal", method: "sfp", options: {sae: "literal"}},
  {name: "sfp_paper_block_iter3", method: "sfp", options: {rounds: 3}},
  {name: "sfp_paper_block_l0_8", method: "sfp", options: {l0: 8}},
  {name: "sfp_paper_block_nocls", method: "sfp", options: {class_token: "drop"}}
];

/** Every graph takes a software adapter seconds to compile; these have every operator in them. */
const onWebGpu = new Set(["vanilla", "vanilla_nonsquare", "clearclip", "sfp_paper_block"]);

openSite();

/** What the page keeps between calls. */
type Window = typeof globalThis & {live: LiveModel};

async function openGolden(kind: "wasm" | "webgpu"): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(`${site.url}404`);
  await page.evaluate(
    async ({client, weights, config, kind}) => {
      const {LiveModel} = (await import(client)) as {LiveModel: new (source: object, kind: string) => LiveModel};
      const bytes = Uint8Array.from(atob(weights), (letter) => letter.charCodeAt(0));
      const live = new LiveModel({id: "golden", weights: new Blob([bytes]), config: new Blob([config])}, kind);
      (globalThis as Window).live = live;
      await live.open().answer;
    },
    {
      client: site.url + built("components/live/client"),
      weights: Buffer.from(goldenWeights()).toString("base64"),
      config: JSON.stringify(goldenConfig),
      kind
    }
  );
  return page;
}

async function run(
  page: Page,
  method: string,
  options: GivenOptions | undefined,
  outputs: string[],
  nonsquare = false
) {
  const image = pixels(nonsquare ? golden.image_nonsquare : golden.image);
  const [, , height, width] = image.dims;
  const grid = gridOf(goldenModel().geometry, height, width);
  return page.evaluate(
    async ({request, dims, data}) => {
      const {live} = globalThis as Window;
      const input = {dims, data: Float32Array.from(data)};
      const results = await live.call("run", {request, pixels: input}).answer;
      return Object.fromEntries(Object.entries(results).map(([name, output]) => [name, Array.from(output.data)]));
    },
    {request: {method, options, grid, outputs}, dims: image.dims, data: [...image.data]}
  );
}

/** Expected features; where the class token is included, its row is dropped, as ours drop it. */
function expectedFeatures(name: string): Float32Array {
  const {shape} = golden.expected[name];
  const values = decode(golden.expected[name]);
  return shape[0] % golden.config.grid === 1 ? values.subarray(shape[1]) : values;
}

for (const [kind, tolerance] of [
  ["wasm", 1e-4],
  ["webgpu", 1e-3]
] as const) {
  test(`golden numbers on ${kind}, within ${tolerance}`, {timeout: 300_000}, async (context) => {
    const page = await openGolden(kind);
    for (const {name, method, options, nonsquare} of cases) {
      if (kind === "webgpu" && !onWebGpu.has(name)) continue;
      const {features} = await run(page, method, options, ["features"], nonsquare);
      const error = relativeError(features, expectedFeatures(name));
      context.diagnostic(`${name}: ${error.toExponential(1)}`);
      assert.ok(error <= tolerance, `${name}: relative error ${error}`);
    }
    const sets = golden.expected.sfp_paper_outlier_sets_per_layer;
    const outputs = sets.map((_, i) => `outliers.${i + 1}`);
    const results = await run(page, "sfp", undefined, outputs);
    for (const [i, set] of sets.entries()) {
      const found = results[`outliers.${i + 1}`].flatMap((on, patch) => (on ? [patch] : []));
      assert.deepEqual(found, set, `layer ${i + 1}`);
    }
    await page.close();
  });
}
