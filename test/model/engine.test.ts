import assert from "node:assert/strict";
import {after, test} from "node:test";
import {repair} from "../../components/analysis/repair.js";
import {som} from "../../components/analysis/detectors/som.js";
import {methodsFor} from "../../components/model/build.js";
import {methods} from "../../components/model/methods/index.js";
import type {GivenOptions} from "../../components/analysis/options.js";
import {readModel} from "../../components/model/model.js";
import {Graph} from "../../components/model/graph.js";
import {Engine, type Pixels} from "../../components/model/runtime.js";
import * as graphSom from "../../components/model/som.js";
import {cpu} from "../../data/engine/device.js";
import {decode, golden, goldenConfig, goldenModel, goldenWeights, pixels, relativeError} from "../support/golden.js";

const engine = new Engine(goldenModel(), cpu(1));
after(() => engine.close());

const image = decode(golden.image);
const size = image.length;

/** The golden image, a mirrored and a brightened version of it. */
const batch: Pixels = {dims: [3, 3, 28, 28], data: new Float32Array(3 * size)};
batch.data.set(image);
batch.data.set(image.toReversed(), size);
batch.data.set(
  image.map((v) => 0.5 * v + 1),
  2 * size
);

for (const method of methodsFor(engine.model, Object.keys(methods), [7, 7]).filter(
  (name) => !methods[name].sharesWindows
))
  test(`${method}: a batch equals its images one by one`, async () => {
    const request = {method, grid: [7, 7] as const, outputs: ["features"]};
    const together = (await engine.run(request, batch)).features.data;
    const part = together.length / 3;
    for (let i = 0; i < 3; ++i) {
      const one = {dims: [1, 3, 28, 28] as const, data: batch.data.subarray(i * size, (i + 1) * size)};
      const alone = (await engine.run(request, one)).features.data;
      assert.ok(relativeError(together.subarray(i * part, (i + 1) * part), alone) <= 1e-5, `image ${i}`);
    }
  });

/** Rows become columns: of each of `count` grids of `rows` by `columns` cells of `size` values. */
function transposed(values: Float32Array, count: number, rows: number, columns: number, size = 1): Float32Array {
  const result = new Float32Array(values.length);
  for (let k = 0; k < count; ++k)
    for (let i = 0; i < rows; ++i)
      for (let j = 0; j < columns; ++j) {
        const from = ((k * rows + i) * columns + j) * size;
        result.set(values.subarray(from, from + size), ((k * columns + j) * rows + i) * size);
      }
  return result;
}

/** The golden network for pictures that lie on their side: its patches and its grid of positions are transposed. */
function transposedModel() {
  const {width, patch, grid} = golden.config;
  return readModel(
    "transposed",
    goldenWeights((name, data) => {
      if (name === "conv1.weight") return transposed(data, width * 3, patch, patch);
      if (name !== "positional_embedding") return data;
      const positions = transposed(data.subarray(width), 1, grid, grid, width);
      return Float32Array.from([...data.subarray(0, width), ...positions]);
    }),
    goldenConfig
  );
}

// A picture on its side, in a network on its side, has the same features on their side: whoever takes rows for columns
// anywhere (positions, neighbours, windows, flat indices) breaks this, and a square would not show it.
const onItsSide = new Engine(transposedModel(), cpu(1));
after(() => onItsSide.close());

for (const method of methodsFor(engine.model, Object.keys(methods), [7, 7]).filter(
  (name) => !methods[name].sharesWindows
))
  test(`${method}: a rectangle's features are those of the rectangle on its side`, async () => {
    const upright = pixels(golden.image_nonsquare);
    const [, , height, width] = upright.dims;
    const lying: Pixels = {dims: [1, 3, width, height], data: transposed(upright.data, 3, height, width)};
    const a = (await engine.run({method, grid: [7, 9], outputs: ["features"]}, upright)).features;
    const b = (await onItsSide.run({method, grid: [9, 7], outputs: ["features"]}, lying)).features;
    assert.deepEqual(
      [a.dims, b.dims],
      [
        [1, 63, 8],
        [1, 63, 8]
      ]
    );
    assert.ok(relativeError(transposed(b.data as Float32Array, 1, 9, 7, 8), a.data) <= 1e-4);
  });

const variants: GivenOptions[] = [{}, {factor: 1.5}, {factor: 1.2, cap: 5}, {heads: "any"}, {heads: "vote", cap: 3}];
for (const options of variants)
  test(`SOM ${JSON.stringify(options)}: the graph's sets are the reference detector's`, async () => {
    const layers = Array.from({length: 12}, (_, i) => i + 1);
    const outputs = layers.flatMap((l) => [`class.${l}`, `diagonal.${l}`, `outliers.${l}`]);
    const results = await engine.run({method: "sfp", options, grid: [7, 7], outputs}, pixels(golden.image));
    const {cap, ...rest} = {cap: Infinity, ...options} as {cap: number};
    for (const l of layers) {
      const responses = {classRows: results[`class.${l}`].data, diagonals: results[`diagonal.${l}`].data, heads: 2};
      assert.deepEqual([...results[`outliers.${l}`].data], [...som(responses, {cap, ...rest}).outliers], `layer ${l}`);
    }
  });

/** Runs the graph's repair on given features and mask. */
async function repairInGraph(features: Float32Array, mask: Uint8Array, isolated: "keep" | "widen" | "zero") {
  const g = new Graph("");
  const [rows, columns, width] = [3, 4, 2];
  const x = g.input("x", [1, rows * columns, width]);
  const m = g.input("m", [1, rows * columns]);
  const result = graphSom.repairInGraph(g, x, g.less(g.scalar(0.5), m), [rows, columns], isolated);
  const graph = g.finish({
    y: {value: result.features, dims: [1, 12, 2]},
    isolated: {value: result.isolated, type: "bool", dims: [1, 12]}
  });
  const {ort, session: options} = cpu(1);
  const session = await ort.InferenceSession.create(graph, options);
  const outputs = await session.run({
    x: new ort.Tensor("float32", features, [1, 12, 2]),
    m: new ort.Tensor("float32", Float32Array.from(mask), [1, 12])
  });
  await session.release();
  return {values: outputs.y.data as Float32Array, isolated: outputs.isolated.data as Uint8Array};
}

const features = Float32Array.from({length: 24}, (_, i) => Math.sin(i * 1.7) * (1 + i));
const masks: [what: string, outliers: number[]][] = [
  ["none", []],
  ["one in the middle", [5]],
  ["a closed corner of four", [0, 1, 4, 5]],
  ["three whole columns", [0, 1, 2, 4, 5, 6, 8, 9, 10]],
  ["every patch", Array.from({length: 12}, (_, i) => i)]
];
for (const [what, outliers] of masks)
  for (const isolated of ["keep", "widen", "zero"] as const)
    test(`repair of ${what} with isolated=${isolated} is the float64 reference's and finite`, async () => {
      const mask = Uint8Array.from({length: 12}, (_, i) => (outliers.includes(i) ? 1 : 0));
      const actual = await repairInGraph(features, mask, isolated);
      const expected = repair({values: features, width: 2}, [3, 4], mask, {isolated});
      assert.ok(actual.values.every(Number.isFinite));
      assert.ok(relativeError(actual.values, expected.values) <= 1e-6);
      assert.deepEqual([...actual.isolated], [...expected.isolated]);
    });

test("after HAI's round every column sums to 1, or to 0 where a patch is an outlier in every layer", async () => {
  const {"hai.map": map} = await engine.run({method: "sfp", grid: [7, 7], outputs: ["hai.map"]}, pixels(golden.image));
  for (let j = 0; j < 49; ++j) {
    let sum = 0;
    for (let i = 0; i < 49; ++i) sum += map.data[i * 49 + j];
    assert.ok(Math.abs(sum - 1) < 1e-5 || sum === 0, `column ${j}: ${sum}`);
  }
});

test("SOM repairs nothing before the layer it starts from", async () => {
  const outputs = ["tokens.4", "repaired.5", "tokens.5"];
  const plain = await engine.run(
    {method: "clip", grid: [7, 7], outputs: ["tokens.4", "tokens.5"]},
    pixels(golden.image)
  );
  const from5 = await engine.run({method: "sfp", options: {from: 5}, grid: [7, 7], outputs}, pixels(golden.image));
  assert.ok(relativeError(from5["tokens.4"].data, plain["tokens.4"].data) <= 1e-6);
  assert.ok(relativeError(from5["tokens.5"].data, plain["tokens.5"].data) <= 1e-6);
  assert.ok(relativeError(from5["repaired.5"].data, plain["tokens.5"].data) > 1e-2);
});

test("unknown methods, options, values and outputs are refused with what is known", async () => {
  const run = (method: string, options: GivenOptions, output = "features") =>
    engine.run({method, options, grid: [7, 7], outputs: [output]}, pixels(golden.image));
  await assert.rejects(run("clap", {}), /no method clap; known are clip, maskclip/);
  await assert.rejects(run("sfp", {lamda: 1}), /no option lamda; it has sae, som/);
  await assert.rejects(run("sfp", {sae: "all"}), /sae is one of block, literal, clear, none/);
  await assert.rejects(run("sfp", {cap: 0}), /cap is none or a whole number of 1 or more/);
  await assert.rejects(run("sfp", {l0: 12}), /layers 1 to 11/);
  await assert.rejects(run("sfp", {factor: ""}), /factor/);
  await assert.rejects(run("sfp", {}, "attention.13"), /attention\.LAYER/);
  await assert.rejects(run("sc-clip", {pre: 12}), /pre=12/);
});

test("runs asked for at once are queued, and a failing one does not stop the next", async () => {
  const request = {method: "clip", grid: [7, 7] as const, outputs: ["features"]};
  const [a, failed, b] = await Promise.allSettled([
    engine.run(request, pixels(golden.image)),
    engine.run({...request, method: "nothing"}, pixels(golden.image)),
    engine.run(request, pixels(golden.image))
  ]);
  assert.equal(failed.status, "rejected");
  assert.ok(a.status === "fulfilled" && b.status === "fulfilled");
  assert.deepEqual(a.value.features.data, b.value.features.data);
});
