/** Every family on WebAssembly, as browsers without a GPU run it: within 1e-4, and outlier sets equal. */
import assert from "node:assert/strict";
import {test} from "node:test";
import * as ort from "onnxruntime-web";
import {Engine, type Device} from "../../components/model/runtime.js";
import {TextTower} from "../../components/model/text/tower.js";
import {assertClose, compareFamily} from "../support/compareFamily.js";
import {expectedArrays, familyCases, familyModel} from "../support/families.js";

const tolerance = 1e-4;
ort.env.wasm.numThreads = 1;

const wasm: Device = {
  name: "wasm, 1 thread",
  ort,
  session: {executionProviders: ["wasm"], logSeverityLevel: 3},
  windows: 1
};

for (const one of familyCases)
  test(`${one.case} on WebAssembly`, async () => {
    const arrays = expectedArrays(one);
    const [source] = one.models;
    const model = familyModel(source);
    const engine = new Engine(model, wasm);
    await compareFamily(engine, one, arrays, "images", tolerance);
    await compareFamily(engine, one, arrays, "rectangle", tolerance);
    await engine.close();
    if (!arrays.text) return;
    assert.ok(model.textTower);
    const {vocabulary, context} = model.textTower.geometry;
    const tower = new TextTower(model.textTower, {size: vocabulary, sequence: () => new Int32Array(context)}, wasm);
    const ids = arrays.text.data as Int32Array;
    const sequences = Array.from({length: ids.length / context}, (_, i) =>
      ids.subarray(i * context, (i + 1) * context)
    );
    assertClose((await tower.encodeIds(sequences)).values, arrays.text_features, "text_features", tolerance);
    await tower.close();
  });
