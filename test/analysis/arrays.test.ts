import assert from "node:assert/strict";
import {suite, test} from "node:test";
import {descending, max, mean, median, quantile, sorted, sum, tokenCount} from "../../components/analysis/arrays.js";
import {borderDistances, neighbours, patchDistance} from "../../components/analysis/grid.js";
import {seededRandom} from "../../components/analysis/random.js";
import {assertClose} from "../support/random.js";

suite("aggregates", () => {
  test("skip NaN", () => {
    const values = [3, NaN, 1, 2];
    assert.deepEqual([...sorted(values)], [1, 2, 3]);
    assert.deepEqual([sum(values), mean(values), median(values), max(values)], [6, 2, 2, 3]);
  });

  test("of nothing", () => {
    for (const nothing of [[], [NaN]]) {
      assert.equal(sum(nothing), 0);
      for (const aggregate of [mean, median, max]) assert.ok(Number.isNaN(aggregate(nothing)));
    }
  });

  test("quantiles are linear between neighbours", () => {
    assertClose(
      [0, 0.25, 0.5, 0.9, 1].map((p) => quantile([40, 10, 30, 20], p)),
      [10, 17.5, 25, 37, 40]
    );
    assert.ok(Number.isNaN(quantile([1, 2], NaN)));
    assert.ok(Number.isNaN(quantile([1, 2], 1.1)));
    assert.equal(quantile([1, Infinity, Infinity], 0.5), Infinity);
    assert.equal(quantile([1, Infinity, Infinity], 0.75), NaN); // ∞ − ∞: no number lies between
  });

  test("descending: ties by position, NaN last", () => {
    assert.deepEqual([...descending([1, NaN, 2, -Infinity, 2])], [2, 4, 0, 3, 1]);
  });

  test("an incomplete last token does not count", () => {
    assert.equal(tokenCount({values: [1, 2, 3, 4, 5], width: 2}), 2);
    assert.equal(tokenCount({values: [], width: 0}), 0);
  });
});

suite("grid", () => {
  test("neighbours in a corner, at a side, inside; wider rings", () => {
    assert.deepEqual(neighbours([3, 4], 0), [1, 4, 5]);
    assert.deepEqual(neighbours([3, 4], 7), [2, 3, 6, 10, 11]);
    assert.deepEqual(neighbours([3, 4], 5), [0, 1, 2, 4, 6, 8, 9, 10]);
    assert.deepEqual(neighbours([1, 5], 0, 2), [1, 2]);
    assert.deepEqual(neighbours([1, 1], 0), []);
  });

  test("distances", () => {
    assert.equal(patchDistance([5, 4], 1, 16), Math.hypot(4, 1));
    assert.deepEqual([...borderDistances([3, 4])], [0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]);
    assert.equal(borderDistances([0, 4]).length, 0);
  });
});

test("seeded numbers repeat, differ by seed, and are uniform", () => {
  const draw = (seed: number): number[] => Array.from({length: 20000}, seededRandom(seed));
  assert.deepEqual(draw(1), draw(1));
  assert.notDeepEqual(draw(1).slice(0, 5), draw(2).slice(0, 5));
  assert.ok(Math.abs(mean(draw(3)) - 0.5) < 0.01);
  assert.ok(draw(4).every((value) => value >= 0 && value < 1));
});
