import assert from "node:assert/strict";
import {after, test} from "node:test";
import {gridOf} from "../../components/model/geometry.js";
import type {GivenOptions} from "../../components/analysis/options.js";
import {Engine} from "../../components/model/runtime.js";
import {cpu} from "../../data/engine/device.js";
import {cases, expectedFeatures, imageOf} from "../support/cases.js";
import {decode, golden, goldenModel, pixels, relativeError, type Encoded} from "../support/golden.js";

const model = goldenModel();
const engine = new Engine(model, cpu(1));
after(() => engine.close());

const {expected} = golden;
const tolerance = 1e-4;

async function run(method: string, options: GivenOptions, outputs: string[], image: Encoded = golden.image) {
  const [, height, width] = image.shape;
  return engine.run({method, options, outputs, grid: gridOf(model.geometry, height, width)}, pixels(image));
}

for (const [name, method, options = {}] of cases)
  test(`${name} matches the golden file`, async () => {
    const {features} = await run(method, options, ["features"], imageOf(name));
    const error = relativeError(features.data, expectedFeatures(name));
    assert.ok(error <= tolerance, `relative error ${error}`);
  });

test("outputs and head-mean attention of layers 1 to 11 match the golden file", async () => {
  const layers = expected.layer_outputs.map((_, i) => i + 1);
  const results = await run(
    "clip",
    {},
    layers.flatMap((l) => [`tokens.${l}`, `attention.${l}`])
  );
  for (const l of layers) {
    for (const [output, values] of [
      ["tokens", expected.layer_outputs],
      ["attention", expected.layer_headmean_attention]
    ] as const) {
      const error = relativeError(results[`${output}.${l}`].data, decode(values[l - 1]));
      assert.ok(error <= tolerance, `${output}.${l}: relative error ${error}`);
    }
  }
});

test("SFP's outlier sets match the golden file exactly, in every layer", async () => {
  const sets = expected.sfp_paper_outlier_sets_per_layer;
  const results = await run(
    "sfp",
    {},
    sets.map((_, i) => `outliers.${i + 1}`)
  );
  sets.forEach((set, i) => {
    const mask = [...results[`outliers.${i + 1}`].data];
    assert.deepEqual(
      mask.flatMap((on, patch) => (on ? [patch] : [])),
      set,
      `layer ${i + 1}`
    );
  });
});

test("HAI's summed and normalised maps match the golden file", async () => {
  const results = await run("sfp", {}, ["hai.sum", "hai.map"]);
  for (const [output, name] of [
    ["hai.sum", "sfp_paper_A_sum"],
    ["hai.map", "sfp_paper_A_hai"]
  ]) {
    const error = relativeError(results[output].data, decode(expected[name]));
    assert.ok(error <= tolerance, `${output}: relative error ${error}`);
  }
});

test("CLIPtrase's self-correlation of block 11 matches the golden file", async () => {
  const {correlation} = await run("cliptrase", {}, ["correlation"]);
  const error = relativeError(correlation.data, decode(expected.cliptrase_selfcorr_block11));
  assert.ok(error <= tolerance, `relative error ${error}`);
});

test("the released code's outlier set matches the golden file exactly", async () => {
  const results = await run("sfp-released", {}, ["released.outliers"]);
  const set = Array.from(results["released.outliers"].data).flatMap((on, patch) => (on ? [patch] : []));
  assert.deepEqual(
    set,
    expected.sfp_released_outliers_desc_cls.toSorted((a, b) => a - b)
  );
});
