import assert from "node:assert/strict";
import {test} from "node:test";
import {seededRandom} from "../../components/analysis/random.js";
import onnxProto from "onnx-proto";
import {buildGraph} from "../../components/model/build.js";
import {Graph} from "../../components/model/graph.js";
import {fromHalf, toHalf} from "../../components/model/half.js";
import {readModel, type Precision} from "../../components/model/model.js";
import {Engine} from "../../components/model/runtime.js";
import {readSafetensors, writeSafetensors, type Checkpoint} from "../../components/model/safetensors.js";
import {Sessions} from "../../components/model/sessions.js";
import {shrink} from "../../components/model/shrink.js";
import {finder} from "../../components/model/weights.js";
import {openDevice} from "../../data/engine/device.js";
import {golden, goldenConfig, goldenModel, pixels, relativeError} from "../support/golden.js";

const device = openDevice("auto");
/** On a CPU, ONNX Runtime computes such products in float32 and leaves the rounding out. */
const skip = device.name.startsWith("cpu") ? "no GPU works here, so nothing is rounded" : false;

const random = seededRandom(3);
const [rows, width, out] = [5, 48, 7];
const numbers = (count: number, size = 1) => Float32Array.from({length: count}, () => size * (2 * random() - 1));
const half = (values: Float32Array) => values.map((value) => fromHalf(toHalf(value)));

const weights = {weight: numbers(out * width), bias: numbers(out)};
const stored = {
  F32: readSafetensors(
    writeSafetensors({
      "a.weight": {shape: [out, width], data: weights.weight},
      "a.bias": {shape: [out], data: weights.bias}
    })
  ),
  F16: readSafetensors(
    writeSafetensors({
      "a.weight": {type: "F16", shape: [out, width], data: Uint16Array.from(weights.weight, toHalf)},
      "a.bias": {type: "F16", shape: [out], data: Uint16Array.from(weights.bias, toHalf)}
    })
  )
};

async function linearHalf(checkpoint: Checkpoint, x: Float32Array): Promise<Float32Array> {
  const find = finder(checkpoint);
  const g = new Graph("model.safetensors");
  const value = g.linearHalf(g.input("x", [rows, width]), {
    weight: find("a.weight"),
    bias: find("a.bias"),
    stored: "out×in"
  });
  const graph = g.finish({y: {value, dims: [rows, out]}});
  const sessions = new Sessions(checkpoint, device, 1);
  const {y} = await sessions.run("half", () => graph, {x: {data: x, dims: [rows, width]}});
  await sessions.close();
  return y.data as Float32Array;
}

/** W x + b with every number rounded first, in float64. */
function reference(x: Float32Array): number[] {
  const [rounded, w, b] = [half(x), half(weights.weight), half(weights.bias)];
  return Array.from({length: rows * out}, (_, at) => {
    const [i, o] = [Math.floor(at / out), at % out];
    let sum = b[o];
    for (let k = 0; k < width; ++k) sum += rounded[i * width + k] * w[o * width + k];
    return sum;
  });
}

for (const [type, checkpoint] of Object.entries(stored)) {
  const x = numbers(rows * width, 3);
  test(`a product of ${type} weights in half precision is the rounded numbers' product`, async () => {
    const found = await linearHalf(checkpoint, x);
    // Of sums as large as 20, whose halves are 1/64 apart.
    for (const [i, sum] of reference(x).entries())
      assert.ok(Math.abs(found[i] - sum) <= 2e-2, `${found[i]} against ${sum}`);
  });

  test(`what comes out of ${type} weights is rounded too`, {skip}, async () => {
    const found = await linearHalf(checkpoint, x);
    assert.deepEqual(half(found), found);
    // Sums may be added up in half precision, so not all are the nearest half.
    assert.ok(reference(x).some((sum, i) => fromHalf(toHalf(sum)) === found[i]));
  });
}

test("what half precision cannot hold becomes infinite", {skip}, async () => {
  const x = new Float32Array(rows * width).fill(60000);
  assert.ok((await linearHalf(stored.F32, x)).some((value) => !Number.isFinite(value)));
});

const request = {method: "sfp", grid: [7, 7] as const, outputs: ["features", "outliers.6", "attention.6"]};

async function run(engine: Engine) {
  const results = await engine.run(request, pixels(golden.image));
  await engine.close();
  return results;
}

test("a model whose blocks multiply in half precision is near the one in float32", async () => {
  const model = goldenModel();
  const full = await run(new Engine(model, device));
  // Weights that are halves already are used as they lie.
  const halves = readModel("golden", shrink(model.checkpoint, "float16"), goldenConfig);
  for (const each of [model, halves]) {
    const low = await run(new Engine({...each, precision: "float16"}, device));
    for (const name of ["features", "attention.6"]) {
      const error = relativeError(low[name].data, full[name].data);
      assert.ok(error < 2e-2, `${name}: ${error}`);
      if (!skip) assert.ok(error > 1e-5, `${name}: ${error}`);
    }
  }
});

test("a model in float32 has no halves in its graph, one in float16 has them in its blocks", () => {
  const model = goldenModel();
  const halves = (precision?: Precision) => {
    const graph = onnxProto.onnx.ModelProto.decode(buildGraph({...model, precision}, request)).graph!;
    return graph.node!.filter(({opType, attribute}) => opType === "Cast" && Number(attribute![0].i) === 10).length;
  };
  assert.equal(halves(), 0);
  assert.equal(halves("float32"), 0);
  // A block has six matrices, six biases and four inputs: LN1's rows, the mixed values, LN2's, the activations.
  assert.equal(halves("float16"), 12 * 16);
});
