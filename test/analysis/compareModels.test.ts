// Measures of layers, relative depth, onsets and the agreement of models, against numbers computed by hand.
import assert from "node:assert/strict";
import {test} from "node:test";
import {
  modelAgreement,
  modelsOn,
  onsetLayer,
  onsetDepths,
  peak,
  type MeasuredPhoto
} from "../../components/analysis/compareModels.js";
import {
  layerAtDepth,
  layerMeasures,
  measures,
  mapMeasures,
  relativeDepth
} from "../../components/analysis/layerMeasures.js";
import {packSet, unpackSet, type ModelMeasures} from "../../components/analysis/modelMeasures.js";
import type {ImageRecord} from "../../components/records/record.js";

test("layers align by relative depth", () => {
  assert.equal(relativeDepth(5, 12), 0.5);
  assert.equal(layerAtDepth(5, 12, 24), 11);
  assert.equal(layerAtDepth(23, 24, 12), 11);
  assert.equal(layerAtDepth(0, 24, 12), 0);
  for (let layer = 0; layer < 12; ++layer) assert.equal(layerAtDepth(layerAtDepth(layer, 12, 24), 24, 12), layer);
});

test("a set is packed four patches a digit and comes back", () => {
  const set = Uint8Array.from([1, 0, 1, 0, 0, 1]);
  assert.equal(packSet(set), "a4");
  assert.deepEqual(unpackSet("a4", 6), set);
  const long = Uint8Array.from({length: 196}, (_, i) => Number(i % 7 === 3));
  assert.deepEqual(unpackSet(packSet(long), 196), long);
});

test("measures of a small map are those computed by hand", () => {
  // A class token, a register and two patches; every patch gives 0.1, 0.2, 0.3, 0.4 or 0.4, 0.3, 0.2, 0.1.
  const values = Float32Array.from([1, 0, 0, 0, 0, 1, 0, 0, 0.1, 0.2, 0.3, 0.4, 0.4, 0.3, 0.2, 0.1]);
  const plain = {outliers: Uint8Array.of(0, 1), norms: Float32Array.of(9, 9, 2, 6)};
  const record = {layers: 1, grid: [1, 2], prefix: {classToken: true, registers: 1}, trunks: {plain}} as unknown;
  const found = layerMeasures(record as ImageRecord, [{tokens: 4, values}]);
  const near = (name: keyof typeof found, value: number) => assert.ok(Math.abs(found[name][0] - value) < 1e-6, name);
  near("outliers", 0.5);
  near("largest", 1.5);
  near("class", 0.25);
  near("registers", 0.25);
  near("toOutliers", 0.25);
  near("concentration", 1);
});

function model(id: string, layers: number, sets: string[]): ModelMeasures {
  const row = (value: number) => sets.map((_, layer) => value * layer);
  return {
    id,
    layers,
    grid: [2, 2],
    prefix: {classToken: true, registers: 0},
    provenance: {model: id, weights: "", device: "cpu", method: "sfp", options: [], versions: {}},
    photos: [
      {id: "dogs", hash: "", measures: mapMeasures(measures, (_, name) => row(name === "largest" ? 8 : 0.1)), sets}
    ]
  };
}

test("models agree by the overlap of their sets at the same depth, and not at all on other grids", () => {
  const one = model("one", 2, ["0", "c"]);
  const two = model("two", 4, ["0", "0", "f", "8"]);
  const other = {...model("other", 2, ["f", "f"]), grid: [1, 4] as const};
  const seen = modelsOn([one, two, other], "dogs");
  assert.deepEqual(modelsOn([one], "rocket"), []);
  assert.deepEqual([...modelAgreement(seen, 1)], [1, 0.5, NaN, 0.5, 1, NaN, NaN, NaN, 1]);
  assert.ok(Number.isNaN(modelAgreement(seen, 0)[1]), "two empty sets say nothing");
});

test("onsets are relative depths of the first layer above the bound", () => {
  assert.equal(onsetLayer([0, null, 0.2], 0), 2);
  assert.equal(onsetLayer([0, 0], 0), null);
  const [{photo}] = modelsOn([model("one", 4, ["0", "0", "0", "0"])], "dogs") as [MeasuredPhoto];
  assert.deepEqual(onsetDepths(photo), {outliers: 0.5, long: 0.75});
  assert.equal(peak([null, 3, 2]), 3);
  assert.equal(peak([null]), null);
});
