// Tests of the reader's own: read to a tree, refused at a column, evaluated over a layer.
import assert from "node:assert/strict";
import {test} from "node:test";
import {parseExpression} from "../../components/analysis/detectors/expression.js";
import {detectorNamed} from "../../components/analysis/detectors/index.js";
import type {Known} from "../../components/analysis/detectors/detector.js";

const detect = (name: string, known: Known) => detectorNamed(name).detect(known);

const layer = {
  heads: 2,
  classRows: [4, 3, 2, 1, 4, 5, 2, 1],
  diagonals: [1, 9, 1, 1, 1, 9, 1, 1],
  grid: [2, 2] as const
};
const over = (text: string, norm: number[]) => [...parseExpression(text).evaluate({norm}, [2, 2])];

test("an expression is a detector: where it holds, a patch is in the set", () => {
  assert.deepEqual([...detect("expr: cls > 1.5 * self && rank(cls) <= 2", layer).outliers], [1, 0, 0, 0]);
  assert.deepEqual([...detect("expr: margin", layer).scores], [3, -5, 1, 0]);
  assert.deepEqual([...detect("expr: cls > self", layer).outliers], [...detect("som", layer).outliers]);
});

test("functions are those of the layer", () => {
  assert.deepEqual(over("rank(norm)", [5, 9, 5, 1]), [2, 1, 2, 4]);
  assert.deepEqual(over("rank(log(norm))", [-1, 2, 3, 1]), [NaN, 2, 1, 3]);
  assert.deepEqual(over("median(norm)", [1, 2, 3, 100]), [2.5, 2.5, 2.5, 2.5]);
  assert.deepEqual(over("neighbours(norm)", [1, 2, 3, 4]), [3, 8 / 3, 7 / 3, 2]);
  assert.deepEqual(over("!(norm >= 2) || norm == 4", [1, 2, 3, 4]), [1, 0, 0, 1]);
  assert.ok(Math.abs(over("mad(norm)", [1, 2, 3, 100])[3] - 97.5 / 1.4826) < 1e-12);
});

test("received and entropy are those of the mean map", () => {
  const map = [
    0.2, 0.2, 0.2, 0.2, 0.2, 1, 0, 0, 0, 0, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2
  ];
  const near = (found: Float64Array, wanted: number[]) =>
    wanted.forEach((value, i) => assert.ok(Math.abs(found[i] - value) < 1e-12, `${found}`));
  near(detect("expr: received", {map, grid: [2, 2]}).scores, [0.16, 0.16, 0.16, 0.16]);
  near(detect("expr: entropy", {map, grid: [2, 2]}).scores, [0, 1, 1, 1]);
});

test("what cannot be read is refused at its column", () => {
  const refused: [string, RegExp][] = [
    ["cls >", /^column 6: /],
    ["cls > foo", /^column 7: foo is not known; known are cls, self/],
    ["cls > 'a'", /^column 7: only numbers/],
    ["cls > s", /^column 7: s is not known/],
    ["cls > rank", /^column 7: rank is not known/],
    ["1 + bar(cls)", /^column 5: bar is no function/],
    ["rank(cls, self)", /^column 1: rank takes one value and has 2/],
    ["cls.constructor", /^column 1: /],
    ["", /empty/],
    ["cls self", /one expression/],
    ["1".repeat(500), /longer than 400/]
  ];
  for (const [text, said] of refused)
    assert.throws(() => parseExpression(text), {name: "ExpressionError", message: said});
  assert.throws(() => detect("expr: norm > 1", layer), /needs norms/);
});
