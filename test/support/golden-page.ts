/** The golden numbers in a page: the built site's own worker, with the weights as external data as in every other run. */
import type {Browser, Page} from "playwright-core";
import type {DeviceKind} from "../../components/live/capabilities.js";
import type {LiveModel} from "../../components/live/client.js";
import type {GivenOptions} from "../../components/analysis/options.js";
import {gridOf} from "../../components/model/geometry.js";
import {expectedFeatures, imageOf} from "./cases.js";
import {golden, goldenConfig, goldenModel, goldenWeights, pixels, relativeError, type Encoded} from "./golden.js";
import {built} from "./live.js";

/** What the page keeps between calls. */
type Window = typeof globalThis & {live: LiveModel};

/** Opens the golden model in a page of the site. */
export async function openGolden(
  browser: Pick<Browser, "newPage">,
  site: string,
  kind: DeviceKind
): Promise<{page: Page; device: string}> {
  const page = await browser.newPage();
  await page.goto(`${site}404`);
  const device = await page.evaluate(
    async ({client, weights, config, kind}) => {
      const {LiveModel} = (await import(client)) as {LiveModel: new (source: object, kind: string) => LiveModel};
      const bytes = Uint8Array.from(atob(weights), (letter) => letter.charCodeAt(0));
      const live = new LiveModel({id: "golden", weights: new Blob([bytes]), config: new Blob([config])}, kind);
      (globalThis as Window).live = live;
      return (await live.open().answer).device;
    },
    {
      client: site + built("components/live/client"),
      weights: Buffer.from(goldenWeights()).toString("base64"),
      config: JSON.stringify(goldenConfig),
      kind
    }
  );
  return {page, device};
}

/** Relative error of a case's features in the page. */
export async function goldenError(page: Page, name: string, method: string, options?: GivenOptions): Promise<number> {
  const {features} = await run(page, imageOf(name), method, options, ["features"]);
  return relativeError(features, expectedFeatures(name));
}

/** SFP's outlier sets in the page, patches of each layer, in the order of `golden`. */
export async function outlierSets(page: Page): Promise<number[][]> {
  const outputs = golden.expected.sfp_paper_outlier_sets_per_layer.map((_, i) => `outliers.${i + 1}`);
  const results = await run(page, golden.image, "sfp", undefined, outputs);
  return outputs.map((name) => results[name].flatMap((on, patch) => (on ? [patch] : [])));
}

async function run(page: Page, encoded: Encoded, method: string, options: GivenOptions | undefined, outputs: string[]) {
  const {dims, data} = pixels(encoded);
  const grid = gridOf(goldenModel().geometry, dims[2], dims[3]);
  return page.evaluate(
    async ({request, dims, data}) => {
      const {live} = globalThis as Window;
      const input = {dims, data: Float32Array.from(data)};
      const results = await live.call("run", {request, pixels: input}).answer;
      return Object.fromEntries(Object.entries(results).map(([name, output]) => [name, Array.from(output.data)]));
    },
    {request: {method, options, grid, outputs}, dims, data: [...data]}
  );
}
