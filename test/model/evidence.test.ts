import assert from "node:assert/strict";
import {after, test} from "node:test";
import {singularDirection} from "../../components/analysis/detectors/singular.js";
import {detectors} from "../../components/analysis/detectors/index.js";
import {keptScores} from "../../components/model/compute.js";
import {evidenceOf, evidenceOutputs, singularDirections} from "../../components/model/evidence.js";
import {Engine, type Pixels} from "../../components/model/runtime.js";
import type {TensorRef} from "../../components/model/weights.js";
import {cpu} from "../../data/engine/device.js";
import {decode, golden, goldenModel, relativeError} from "../support/golden.js";
import {attentionBranch} from "../support/singular.js";

const model = goldenModel();
const engine = new Engine(model, cpu(1));
after(() => engine.close());

const grid = [7, 7] as const;
const pixels: Pixels = {dims: [1, 3, 28, 28], data: decode(golden.image)};

/** A float32 tensor of the checkpoint. */
function tensor({offset, length, type}: TensorRef): Float32Array {
  assert.equal(type, "F32");
  return new Float32Array(model.checkpoint.bytes.slice(offset, offset + length).buffer);
}

test("singular directions are those of the product of attention branches, computed in float64", async () => {
  const found = await singularDirections(engine);
  const {width, layers} = model.geometry;
  const maps = model.image.blocks.map(({norm1, value, output}) =>
    attentionBranch({gain: tensor(norm1.scale), value: tensor(value.weight), output: tensor(output.weight)})
  );
  assert.equal(found.length, layers);
  for (const [i, direction] of found.entries()) {
    const expected = singularDirection(maps.slice(0, i + 1), width);
    assert.ok(relativeError(direction, expected) <= 1e-4, `layer ${i + 1}`);
  }
});

test("what a record keeps is what each detector says of the tokens", async () => {
  const kept = await keptScores(engine, "plain", grid, pixels);
  assert.deepEqual(Object.keys(kept).toSorted(), ["lof", "singular"]);
  const layer = 11;
  const outputs = evidenceOutputs(["features", "direction"], layer);
  assert.deepEqual(outputs, ["tokens.11"]);
  const results = await engine.run({method: "clip", grid, outputs}, pixels);
  const direction = (await singularDirections(engine))[layer - 1];
  const known = evidenceOf(engine, results, layer, {direction});
  for (const name of ["lof", "singular"] as const) {
    const scores = kept[name].subarray((layer - 1) * 49, layer * 49);
    const found = detectors[name].detect(known);
    assert.ok(relativeError(scores, found.scores) <= 1e-6, name);
    // The kept scores, without the tokens, give the same set.
    assert.deepEqual(
      detectors[name].detect({scores: {[name]: Float64Array.from(found.scores)}}).outliers,
      found.outliers
    );
  }
  assert.deepEqual(
    [...detectors.lof.detect(known).outliers.entries()].flatMap(([i, inside]) => (inside ? [i] : [])),
    golden.expected.lof_block11.indices
  );
});

test("kept scores serve the options that leave them as they are, and no others", () => {
  const scores = {lof: Float64Array.from({length: 20}, (_, i) => i)};
  assert.equal(
    detectors.lof.detect({scores}, {contamination: "0.2"}).outliers.reduce((a, b) => a + b),
    4
  );
  assert.throws(() => detectors.lof.detect({scores}, {neighbours: 5}), /lof needs features, width/);
});
