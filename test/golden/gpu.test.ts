import assert from "node:assert/strict";
import {after, test} from "node:test";
import {gridOf} from "../../components/model/geometry.js";
import {Engine} from "../../components/model/runtime.js";
import {openDevice} from "../../data/engine/device.js";
import {cases, expectedFeatures, imageOf} from "../support/cases.js";
import {golden, goldenModel, pixels, relativeError} from "../support/golden.js";

const device = openDevice("auto");
const skip = device.name.startsWith("cpu") ? "no GPU works here, so its numbers are not checked" : false;

const model = goldenModel();
const engine = new Engine(model, device);
after(() => engine.close());

for (const [name, method, options = {}] of cases)
  test(`${name} on ${device.name} matches the golden file`, {skip}, async () => {
    const image = imageOf(name);
    const [, height, width] = image.shape;
    const request = {method, options, grid: gridOf(model.geometry, height, width), outputs: ["features"]};
    const {features} = await engine.run(request, pixels(image));
    const error = relativeError(features.data, expectedFeatures(name));
    assert.ok(error <= 1e-3, `relative error ${error}`);
  });

test(`SFP's outlier sets on ${device.name} match the golden file exactly`, {skip}, async () => {
  const sets = golden.expected.sfp_paper_outlier_sets_per_layer;
  const outputs = sets.map((_, i) => `outliers.${i + 1}`);
  const results = await engine.run({method: "sfp", grid: [7, 7], outputs}, pixels(golden.image));
  sets.forEach((set, i) => {
    const found = Array.from(results[outputs[i]].data).flatMap((on, patch) => (on ? [patch] : []));
    assert.deepEqual(found, set, `layer ${i + 1}`);
  });
});
