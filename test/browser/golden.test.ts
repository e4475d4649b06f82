// The golden numbers in a browser, on WebAssembly and on WebGPU (a software adapter).
import assert from "node:assert/strict";
import {test} from "node:test";
import {cases} from "../support/cases.js";
import {golden} from "../support/golden.js";
import {goldenError, openGolden, outlierSets} from "../support/golden-page.js";
import {browser, openSite, site} from "../support/site.js";

const quick = new Set([
  "vanilla",
  "vanilla_nonsquare",
  "sclip",
  "clearclip",
  "sfp_paper_block",
  "sfp_paper_literal",
  "sfp_paper_block_iter3",
  "sfp_paper_block_l0_8",
  "sfp_paper_block_nocls"
]);

/** Every graph takes a software adapter seconds to compile; these have every operator in them. */
const onWebGpu = new Set(["vanilla", "vanilla_nonsquare", "clearclip", "sfp_paper_block"]);

openSite();

for (const [kind, tolerance, chosen] of [
  ["wasm", 1e-4, quick],
  ["webgpu", 1e-3, onWebGpu]
] as const) {
  test(`golden numbers on ${kind}, within ${tolerance}`, {timeout: 300_000}, async (context) => {
    const {page} = await openGolden(browser, site.url, kind);
    for (const [name, method, options] of cases) {
      if (!chosen.has(name)) continue;
      const error = await goldenError(page, name, method, options);
      context.diagnostic(`${name}: ${error.toExponential(1)}`);
      assert.ok(error <= tolerance, `${name}: relative error ${error}`);
    }
    const found = await outlierSets(page);
    for (const [i, set] of golden.expected.sfp_paper_outlier_sets_per_layer.entries())
      assert.deepEqual(found[i], set, `layer ${i + 1}`);
    await page.close();
  });
}
