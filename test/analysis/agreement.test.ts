import assert from "node:assert/strict";
import {suite, test} from "node:test";
import {agreementMatrix, jaccard, overlap} from "../../components/analysis/agreement.js";
import {bootstrap, meanInterval} from "../../components/analysis/intervals.js";
import {midRanks, spearman} from "../../components/analysis/ranks.js";
import {assertClose, samples} from "../support/random.js";

suite("sets", () => {
  const {mask} = samples(40);
  const [a, b, c] = [mask(50), mask(50), new Uint8Array(50)];

  test("Jaccard against Set", () => {
    const [x, y] = [a, b].map((set) => new Set([...set.keys()].filter((i) => set[i])));
    const both = [...x].filter((i) => y.has(i)).length;
    const counts = overlap(a, b);
    assert.equal(jaccard(counts), both / new Set([...x, ...y]).size);
    assert.equal(counts.both + counts.onlyA + counts.onlyB + counts.neither, 50);
  });

  test("matrix: symmetric, 1 on the diagonal, NaN for empty with empty", () => {
    assertClose(agreementMatrix([a, b, c]), [1, jaccard(overlap(a, b)), 0, jaccard(overlap(a, b)), 1, 0, 0, 0, NaN]);
    assert.ok(Number.isNaN(jaccard(overlap([], []))));
  });
});

suite("ranks", () => {
  test("mid-ranks", () => {
    assert.deepEqual([...midRanks([3, 1, 3, NaN, 2, 3])], [4, 1, 4, NaN, 2, 4]);
    assert.deepEqual([...midRanks([Infinity, -Infinity])], [2, 1]);
  });

  test("Spearman without ties is 1 − 6 Σ d² / n(n² − 1)", () => {
    const {uniform} = samples(41);
    const [a, b] = [uniform(30), uniform(30)];
    const ranks = [a, b].map(midRanks);
    const square = ranks[0].reduce((sum, rank, i) => sum + (rank - ranks[1][i]) ** 2, 0);
    assertClose([spearman(a, b)], [1 - (6 * square) / (30 * 899)]);
  });

  test("values worked by hand, with ties", () => {
    // ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4; five concordant pairs, one tie
    assertClose([spearman([1, 2, 2, 3], [1, 2, 3, 4])], [4.5 / Math.sqrt(4.5 * 5)]);
  });

  test("monotone maps change nothing; reversing changes the sign; missing pairs are left out", () => {
    const {normal} = samples(42);
    const [a, b] = [normal(25), normal(25)];
    for (const correlation of [spearman]) {
      assertClose([correlation(a, a.map(Math.exp))], [1]);
      assertClose(
        [
          correlation(
            a,
            b.map((value) => -value)
          )
        ],
        [-correlation(a, b)]
      );
      assertClose([correlation([...a, NaN, 1], [...b, 1, NaN])], [correlation(a, b)]);
      assert.ok(Number.isNaN(correlation([1, 1], [1, 2])));
      assert.ok(Number.isNaN(correlation([], [])));
      assert.ok(Number.isNaN(correlation([1], [1])));
    }
  });
});

suite("intervals", () => {
  test("bootstrap of a mean is near the normal interval, and repeats", () => {
    const values = samples(43).normal(400);
    const interval = meanInterval(values);
    const mean = values.reduce((sum, value) => sum + value / 400, 0);
    const error = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2 / 400, 0) / 400);
    assertClose([interval.estimate], [mean]);
    assertClose([interval.low, interval.high], [mean - 1.96 * error, mean + 1.96 * error], 0.01);
    assert.deepEqual(meanInterval(values), interval);
    assert.notDeepEqual(meanInterval(values, {seed: 2}), interval);
  });

  test("bootstrap of nothing, of one, with NaN statistics", () => {
    assert.deepEqual(meanInterval([NaN]), {estimate: NaN, low: NaN, high: NaN});
    assert.deepEqual(meanInterval([3]), {estimate: 3, low: 3, high: 3});
    const present = bootstrap(4, (items) => (items.includes(0) ? 1 : NaN));
    assert.deepEqual(present, {estimate: 1, low: 1, high: 1});
  });
});
