import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {test} from "node:test";
import {readModel} from "../../components/model/model.js";
import {Engine} from "../../components/model/runtime.js";
import {readFloats, readSafetensors, writeSafetensors} from "../../components/model/safetensors.js";
import {shrink} from "../../components/model/shrink.js";
import {cpu} from "../../data/engine/device.js";
import {golden, goldenConfig, goldenModel, goldenWeights, pixels, relativeError} from "../support/golden.js";

async function features(bytes: Uint8Array) {
  const engine = new Engine(readModel("golden", bytes, goldenConfig), cpu(1));
  const {features} = await engine.run({method: "clip", grid: [7, 7], outputs: ["features"]}, pixels(golden.image));
  await engine.close();
  return features.data;
}

test("float16 halves the file and keeps the features to a thousandth", async () => {
  const small = shrink(readSafetensors(goldenWeights()), "float16");
  assert.ok(relativeError(await features(small), await features(goldenWeights())) <= 5e-3);
});

test("int8: every weight is within half a step of its row, and fused projections find their scales", async () => {
  const {checkpoint} = goldenModel();
  const small = readSafetensors(shrink(checkpoint, "int8"));
  const name = "visual.transformer.resblocks.4.attn.in_proj_weight";
  const before = readFloats(checkpoint, checkpoint.tensors.get(name)!);
  const stored = small.tensors.get(name)!;
  assert.equal(stored.type, "I8");
  const codes = new Int8Array(small.bytes.buffer, small.bytes.byteOffset + stored.offset, stored.length);
  const scales = readFloats(small, small.tensors.get(`${name}.scale`)!);
  codes.forEach((code, i) =>
    assert.ok(Math.abs(code * scales[Math.floor(i / 16)] - before[i]) <= scales[Math.floor(i / 16)] * 0.5001)
  );
  assert.ok(relativeError(await features(small.bytes), await features(goldenWeights())) <= 0.15);
});

test("a graph widens 8-bit weights exactly: the same numbers as the widened file", async () => {
  const small = readSafetensors(shrink(readSafetensors(goldenWeights()), "int8"));
  const widened: Record<string, {shape: number[]; data: Float32Array}> = {};
  for (const tensor of small.tensors.values()) {
    if (tensor.name.endsWith(".scale")) continue;
    if (tensor.type !== "I8") widened[tensor.name] = {shape: tensor.shape, data: readFloats(small, tensor)};
    else {
      const codes = new Int8Array(small.bytes.buffer, small.bytes.byteOffset + tensor.offset, tensor.length);
      const scales = readFloats(small, small.tensors.get(`${tensor.name}.scale`)!);
      const width = tensor.shape[1];
      widened[tensor.name] = {
        shape: tensor.shape,
        data: Float32Array.from(codes, (c, i) => c * scales[Math.floor(i / width)])
      };
    }
  }
  assert.ok(relativeError(await features(small.bytes), await features(writeSafetensors(widened))) <= 1e-5);
});

test("a weight that half precision cannot hold is refused by name", () => {
  const bytes = writeSafetensors({huge: {shape: [1, 2], data: Float32Array.of(1, 1e6)}});
  assert.throws(() => shrink(readSafetensors(bytes), "float16"), /huge.*65504/);
});

test("mini in 8 bits finds the outliers that it finds in half precision", async () => {
  const folder = new URL("../../data/models/mini/", import.meta.url);
  const config: unknown = JSON.parse(readFileSync(new URL("config.json", folder), "utf8"));
  const bytes = new Uint8Array(readFileSync(new URL("model.safetensors", folder)));
  const layers = Array.from({length: 12}, (_, i) => i + 1);
  const outputs = ["features", ...layers.map((l) => `outliers.${l}`)];
  const random = {
    dims: [1, 3, 224, 224] as const,
    data: Float32Array.from({length: 3 * 224 * 224}, (_, i) => Math.sin(i / 977) + Math.cos(i / 13) / 3)
  };
  const run = async (weights: Uint8Array) => {
    const engine = new Engine(readModel("mini", weights, config), cpu());
    const results = await engine.run({method: "clip", grid: [14, 14], outputs}, random);
    await engine.close();
    return results;
  };
  const [full, small] = [await run(bytes), await run(shrink(readSafetensors(bytes), "int8"))];
  let both = 0;
  let either = 0;
  for (const l of layers)
    full[`outliers.${l}`].data.forEach((on, i) => {
      const other = small[`outliers.${l}`].data[i];
      both += on & other;
      either += on | other;
    });
  assert.ok(either > 50, `${either} outliers`);
  assert.ok(both / either >= 0.9, `Jaccard ${both / either}`);
});
