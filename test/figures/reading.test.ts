import {median} from "../../components/analysis/arrays.js";
import assert from "node:assert/strict";
import {test} from "node:test";
import {attentionRow, greatestMap, readLayer, testOutliers} from "../../components/charts/reading.js";
import {step} from "../../components/charts/patchMap.js";
import {fixture, planted} from "../support/fixture.js";

const {record, attention, headAttention} = fixture();
const choice = {trunk: "plain", layer: 8, head: "mean", factor: 1, cap: 0} as const;

test("a layer's reading agrees with its attention map, in times uniform", async () => {
  const map = await attention("plain", 8);
  const {classRow, diagonal, margin} = readLayer(record, choice);
  const row = attentionRow(map, 0);
  for (let i = 0; i < classRow.length; ++i) {
    assert.ok(Math.abs(classRow[i] - row[i]) < 1e-4);
    assert.ok(Math.abs(diagonal[i] - attentionRow(map, i + 1)[i]) < 1e-4);
    assert.ok(Math.abs(margin[i] - (classRow[i] - diagonal[i])) < 1e-6);
  }
  const all = map.values.subarray(0, map.tokens).reduce((sum, value) => sum + value * map.tokens, 0);
  assert.ok(Math.abs(all - map.tokens) < 0.01, "a uniform row is all ones");
});

test("one head and the greatest over heads agree with the heads' maps", async () => {
  const heads = await headAttention("plain", 8);
  const second = readLayer(record, {...choice, head: 2}).classRow;
  const most = readLayer(record, {...choice, head: "max"}).classRow;
  const joined = attentionRow(greatestMap(heads), 0);
  for (const i of [0, 17, 100]) {
    assert.ok(Math.abs(second[i] - attentionRow(heads[1], 0)[i]) < 1e-4);
    assert.ok(Math.abs(most[i] - joined[i]) < 1e-4);
  }
});

test("the outlier set holds what was planted; a factor widens it and a cap keeps the greatest margins", () => {
  const {outliers} = readLayer(record, choice);
  for (const [patch, layer] of planted) assert.equal(outliers[patch], Number(layer <= 8), `patch ${patch}`);
  const wider = readLayer(record, {...choice, factor: 3}).count;
  assert.ok(wider >= readLayer(record, choice).count);
  const capped = readLayer(record, {...choice, cap: 2});
  assert.equal(capped.count, 2);
});

test("the test is strict, and ties with the cap keep the first", () => {
  assert.deepEqual([...testOutliers([1, 2, 3], [1, 1, 1], 1, 0)], [0, 1, 1]);
  assert.deepEqual([...testOutliers([2, 2, 2], [1, 1, 1], 1, 2)], [1, 1, 0]);
});

test("the median of an even number of values is between the middle two", () => {
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.equal(median([3, 1, 2]), 2);
});

test("arrow keys stay on the grid", () => {
  assert.equal(step("ArrowLeft", 0, [3, 4]), 0);
  assert.equal(step("ArrowRight", 3, [3, 4]), 3);
  assert.equal(step("ArrowDown", 2, [3, 4]), 6);
  assert.equal(step("End", 5, [3, 4]), 7);
  assert.equal(step("ArrowUp", null, [3, 4]), 6);
  assert.equal(step("x", 0, [3, 4]), undefined);
});
