import assert from "node:assert/strict";
import {suite, test} from "node:test";
import {tokenNorms} from "../../components/analysis/norms.js";
import type {Grid} from "../../components/records/record.js";
import {repair} from "../../components/analysis/repair.js";
import {cosinesTo, cosinesToToken, unitTokens} from "../../components/analysis/similarity.js";
import {assertClose, rowsOf, samples} from "../support/random.js";

const grid: Grid = [4, 5];
const width = 7;
const {normal, mask, permutation} = samples(20);
const values = normal(20 * width);
const features = {values, width};
const rows = rowsOf(values, width);
const dot = (a: number[], b: number[]): number => a.reduce((sum, value, d) => sum + value * b[d], 0);
const cosine = (a: number[], b: number[]): number => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
const mean = (all: number[]): number => all.reduce((sum, value) => sum + value, 0) / all.length;

test("norms", () => {
  assertClose(
    tokenNorms(features),
    rows.map((row) => Math.sqrt(dot(row, row)))
  );
  assert.deepEqual([...tokenNorms({values: [3, 4, NaN, 1], width: 2})], [5, NaN]);
  assert.equal(tokenNorms({values: [], width: 3}).length, 0);
});

suite("similarity", () => {
  test("unit tokens", () => {
    assertClose(tokenNorms({values: unitTokens(features), width}), new Float64Array(20).fill(1));
    assert.deepEqual([...unitTokens({values: [0, 0, 0, 2], width: 2})], [NaN, NaN, 0, 1]);
  });

  test("cosine to a vector and to a token", () => {
    const word = [...normal(width)];
    assertClose(
      cosinesTo(features, word),
      rows.map((row) => cosine(row, word))
    );
    assertClose(
      cosinesToToken(features, 6),
      rows.map((row) => cosine(row, rows[6]))
    );
    assert.deepEqual([...cosinesTo({values: [0, 0, 1, 0], width: 2}, [1, 0])], [NaN, 1]);
  });
});

suite("repair", () => {
  const [, columns] = grid;
  const within = (i: number, ring: number): number[] =>
    rows
      .map((_, j) => j)
      .filter((j) => {
        const down = Math.abs(Math.floor(i / columns) - Math.floor(j / columns));
        const across = Math.abs((i % columns) - (j % columns));
        return i !== j && Math.max(down, across) <= ring;
      });
  const average = (members: number[]): number[] => rows[0].map((_, d) => mean(members.map((j) => rows[j][d])));

  test("the mean of valid neighbours, from the old values; others untouched", () => {
    const outliers = mask(20, 0.4);
    const expected = rows.map((row, i) => {
      const valid = within(i, 1).filter((j) => !outliers[j]);
      return outliers[i] && valid.length ? average(valid) : row;
    });
    assertClose(repair(features, grid, outliers).values, expected.flat());
    assertClose(repair(features, grid, new Uint8Array(20)).values, values, 0);
  });

  test("a closed corner is kept, or filled from two steps away", () => {
    const outliers = new Uint8Array(20);
    for (const i of [0, 1, 5, 6]) outliers[i] = 1;
    const kept = repair(features, grid, outliers);
    assert.deepEqual([...kept.isolated.subarray(0, 7)], [1, 0, 0, 0, 0, 0, 0]);
    assertClose(kept.values.subarray(0, width), rows[0], 0);
    const widened = repair(features, grid, outliers, {isolated: "widen"});
    assert.deepEqual(widened.isolated, kept.isolated);
    assertClose(widened.values.subarray(0, width), average([2, 7, 10, 11, 12]));
    const zeroed = repair(features, grid, outliers, {isolated: "zero"});
    assertClose(zeroed.values.subarray(0, width), new Float64Array(width), 0);
    assertClose(zeroed.values.subarray(width), kept.values.subarray(width), 0);
    assertClose(widened.values.subarray(width), kept.values.subarray(width), 0);
  });

  test("all outliers: nothing to repair from", () => {
    for (const isolated of ["keep", "widen"] as const) {
      const all = repair(features, grid, new Uint8Array(20).fill(1), {isolated});
      assertClose(all.values, values, 0);
      assert.ok(all.isolated.every((flag) => flag === 1));
    }
    assert.equal(repair({values: [], width}, [0, 0], []).values.length, 0);
  });

  test("channels may be permuted before or after", () => {
    const order = permutation(width);
    const outliers = mask(20, 0.3);
    const shuffled = (all: number[][]): number[] => all.flatMap((row) => order.map((d) => row[d]));
    const before = repair({values: shuffled(rows), width}, grid, outliers).values;
    assertClose(before, shuffled(rowsOf(repair(features, grid, outliers).values, width)));
  });
});
