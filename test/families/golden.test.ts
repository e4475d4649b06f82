/** Every family under every naming, against its official code in float64: within 2e-5 of each array's largest value. */
import assert from "node:assert/strict";
import {describe, test} from "node:test";
import {readModel} from "../../components/model/model.js";
import {Engine} from "../../components/model/runtime.js";
import {readSafetensors} from "../../components/model/safetensors.js";
import {TextTower} from "../../components/model/text/tower.js";
import {cpu} from "../../data/engine/device.js";
import {
  expectedArrays,
  familyBytes,
  familyCases,
  familyConfig,
  familyModel,
  familyPixels
} from "../support/families.js";
import {assertClose, compareFamily, familyOutputs} from "../support/compareFamily.js";
import type {NpyArray} from "../support/npz.js";

const tolerance = 2e-5;

const close = (actual: ArrayLike<number>, expected: NpyArray, what: string) =>
  assertClose(actual, expected, what, tolerance);

for (const one of familyCases)
  describe(one.case, () => {
    const arrays = expectedArrays(one);
    for (const source of one.models)
      test(`${one.case} in ${source.naming} names`, async () => {
        const model = familyModel(source);
        const {geometry} = one;
        const read = model.geometry;
        for (const key of ["width", "heads", "layers", "mlp", "patch", "epsilon", "activation"] as const)
          assert.equal(read[key], geometry[key], key);
        assert.deepEqual(read.prefix, {classToken: geometry.classToken ?? true, registers: geometry.registers});
        assert.equal(read.trainedGrid, geometry.grid[0]);
        if (geometry.features) assert.equal(read.features, geometry.features);
        assert.deepEqual(model.guesses, []);
        const engine = new Engine(model, cpu(1));
        await compareFamily(engine, one, arrays, "images", tolerance);
        await compareFamily(engine, one, arrays, "rectangle", tolerance);
        await engine.close();
      });
    const withText = one.models.filter(({weights}) => arrays.text && !/siglip\/timm/.test(weights));
    for (const source of withText)
      test(`${one.case}: texts in ${source.naming} names`, async () => {
        const model = familyModel(source);
        assert.ok(model.textTower);
        const {vocabulary, context} = model.textTower.geometry;
        const tokens = {size: vocabulary, sequence: () => new Int32Array(context)};
        const tower = new TextTower(model.textTower, tokens, cpu(1));
        const ids = arrays.text.data as Int32Array;
        const sequences = Array.from({length: ids.length / context}, (_, i) =>
          ids.subarray(i * context, (i + 1) * context)
        );
        close((await tower.encodeIds(sequences)).values, arrays.text_features, "text_features");
        await tower.close();
      });
  });

describe("other libraries' ways with positions", () => {
  const ports = familyCases.flatMap((one) => {
    const arrays = expectedArrays(one);
    return (["huggingface", "timm"] as const).flatMap((by) =>
      (["final", "projected", "pooled"] as const)
        .filter((name) => arrays[`rectangle_${name}_${by}`])
        .map((name) => ({one, arrays, by, name}))
    );
  });
  assert.ok(ports.length >= 7);
  for (const {one, arrays, by, name} of ports)
    test(`${one.case}: ${name} as ${by} gives it`, async () => {
      const model = familyModel(one.models[0], {positions: by});
      const engine = new Engine(model, cpu(1));
      const pixels = familyPixels(arrays.rectangle);
      const output = familyOutputs[name];
      const results = await engine.run({method: "clip", grid: one.geometry.rectangle, outputs: [output]}, pixels);
      close(results[output].data, arrays[`rectangle_${name}_${by}`], `rectangle_${name}_${by}`);
      await engine.close();
    });
});

test("DINOv3's periods are the file's where it has them", async () => {
  const one = familyCases.find(({case: name}) => name === "dinov3")!;
  const arrays = expectedArrays(one);
  const source = one.models.find(({naming}) => naming === "original")!;
  const bytes = familyBytes(source.weights);
  const {tensors} = readSafetensors(bytes);
  const {offset, length} = tensors.get("rope_embed.periods")!;
  const {data} = arrays.rounded_periods;
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, length), offset);
  const model = readModel("tiny", bytes, familyConfig(source.config));
  const engine = new Engine(model, cpu(1));
  const all = familyPixels(arrays.images);
  const first = {dims: [1, 3, all.dims[2], all.dims[3]] as const, data: all.data.subarray(0, all.data.length / 2)};
  const results = await engine.run({method: "clip", grid: one.geometry.grid, outputs: ["final"]}, first);
  close(results.final.data, arrays.rounded_final, "rounded_final");
  await engine.close();
});
