import assert from "node:assert/strict";
import {suite, test} from "node:test";
import {mean, type TokenMatrix} from "../../components/analysis/arrays.js";
import {attentionEntropy, rowEntropy} from "../../components/analysis/entropy.js";
import {gini, topShare} from "../../components/analysis/inequality.js";
import {
  attentionDistance,
  massOnClass,
  massOnDiagonal,
  massOnPatches,
  massOnRegisters,
  massWithin
} from "../../components/analysis/mass.js";
import type {Grid} from "../../components/records/record.js";
import {concentration, sinkScores} from "../../components/analysis/sinks.js";
import {headSummary} from "../../components/analysis/summary.js";
import {assertClose, rowsOf, samples} from "../support/random.js";

const grid: Grid = [4, 6];
const tokens = 25;
const {attention, mask, permutation, uniform} = samples(10);
const map = attention(tokens);
const rows = rowsOf(map.values, tokens);
const set = mask(24);
const total = (values: number[]): number => values.reduce((sum, value) => sum + value, 0);
const uniformMap = (n: number): TokenMatrix => ({tokens: n, values: new Float64Array(n * n).fill(1 / n)});
const identity = (n: number): TokenMatrix => ({
  tokens: n,
  values: Float64Array.from({length: n * n}, (_, cell) => Number(cell % (n + 1) === 0))
});
const none: TokenMatrix = {tokens: 0, values: []};

/** Tokens in a new order, in rows and columns. */
const reordered = ({tokens: n, values}: TokenMatrix, order: number[]): TokenMatrix => ({
  tokens: n,
  values: order.flatMap((i) => order.map((j) => values[i * n + j]))
});

suite("sinks", () => {
  test("sum of columns; uniform is 1; all of it is the number of tokens", () => {
    const scores = sinkScores(map);
    assertClose(
      scores,
      rows.map((_, j) => total(rows.map((row) => row[j])))
    );
    assertClose([total([...scores])], [tokens]);
    assertClose(sinkScores(uniformMap(9)), new Float64Array(9).fill(1));
    assertClose([concentration(sinkScores(uniformMap(9)))], [1]);
  });

  test("concentration", () => {
    assert.equal(concentration([1, 2, 3, 8]), 3.2);
    assert.ok(Number.isNaN(concentration([])));
    assert.equal(concentration([0, 0, 5]), Infinity);
  });
});

suite("entropy", () => {
  test("against the definition", () => {
    const expected = rows.map((row) => -total(row.map((share) => share * Math.log(share))));
    assertClose(rowEntropy(map), expected);
    assertClose(
      attentionEntropy(map),
      expected.map((entropy) => entropy / Math.log(tokens))
    );
  });

  test("uniform is 1, one token 0, NaN stays in its row, a lone token has none", () => {
    assertClose(attentionEntropy(uniformMap(7)), new Float64Array(7).fill(1));
    assertClose(attentionEntropy(identity(7)), new Float64Array(7));
    assertClose(attentionEntropy({tokens: 2, values: [NaN, 1, 0.5, 0.5]}), [NaN, 1]);
    assertClose(attentionEntropy(identity(1)), [NaN]);
    assert.equal(attentionEntropy(none).length, 0);
  });
});

suite("inequality", () => {
  test("Gini against the mean absolute difference", () => {
    const values = [...uniform(40)];
    const differences = total(values.flatMap((a) => values.map((b) => Math.abs(a - b))));
    assertClose([gini(values)], [differences / (2 * 40 * total(values))]);
  });

  test("Gini of equal, concentrated, scaled, missing", () => {
    assertClose([gini([2, 2, 2]), gini([0, 0, 0, 7]), gini([1, 2, NaN])], [0, 0.75, gini([10, 20])]);
    assert.ok(Number.isNaN(gini([])));
    assert.ok(Number.isNaN(gini([0, 0])));
  });

  test("share of the top", () => {
    assert.equal(topShare([1, 2, 3, 4], 0.5), 0.7);
    assert.equal(topShare([1, 2, 3, 4], 0.01), 0.4);
    assert.equal(topShare([1, NaN, 3], 0.5), 0.75);
    assert.ok(Number.isNaN(topShare([])));
  });
});

suite("mass", () => {
  const place = (token: number): [number, number] => [Math.floor((token - 1) / 6), (token - 1) % 6];
  const distance = (i: number, j: number): number => {
    const [[r, c], [s, d]] = [place(i), place(j)];
    return Math.sqrt((r - s) ** 2 + (c - d) ** 2);
  };
  const patches = rows.slice(1).map((_, i) => i + 1);

  test("on diagonal, class token, a set", () => {
    assertClose(
      massOnDiagonal(map),
      rows.map((row, i) => row[i])
    );
    assertClose(
      massOnClass(map),
      rows.map((row) => row[0])
    );
    assertClose(
      massOnPatches(map, set),
      rows.map((row) => total(row.slice(1).filter((_, j) => set[j])))
    );
    assertClose(massOnPatches(map, []), new Float64Array(tokens));
    assertClose(
      massOnPatches(map, new Uint8Array(24).fill(1)),
      rows.map((row) => 1 - row[0])
    );
  });

  test("within a radius", () => {
    for (const radius of [0, 1, 1.5, 2, 10]) {
      const expected = patches.map((i) =>
        total(patches.filter((j) => distance(i, j) <= radius).map((j) => rows[i][j]))
      );
      assertClose(massWithin(map, grid, radius), [NaN, ...expected]);
    }
  });

  test("mean distance", () => {
    const expected = patches.map((i) => total(patches.map((j) => rows[i][j] * distance(i, j))));
    assertClose(attentionDistance(map, grid), [NaN, ...expected]);
    assertClose(attentionDistance(map, grid, {patchesOnly: true}), [
      NaN,
      ...expected.map((value, i) => value / (1 - rows[i + 1][0]))
    ]);
    assertClose(attentionDistance(identity(tokens), grid).subarray(1), new Float64Array(24));
  });

  test("empty and NaN", () => {
    for (const measure of [massOnDiagonal, massOnClass]) assert.equal(measure(none).length, 0);
    assert.equal(massWithin(none, [0, 0], 1).length, 0);
    assertClose(massOnPatches({tokens: 2, values: [0, NaN, 0.5, 0.5]}, [1]), [NaN, 0.5]);
  });
});

test("a permutation of the tokens permutes what knows no places", () => {
  const order = [0, ...permutation(24).map((i) => i + 1)];
  const moved = reordered(map, order);
  for (const measure of [sinkScores, attentionEntropy, massOnDiagonal, massOnClass]) {
    const before = measure(map);
    assertClose(
      measure(moved),
      order.map((i) => before[i])
    );
  }
});

test("with registers the first patch is token P, and without a class token it is token 0", () => {
  // Class token, two registers, a 1 × 2 grid.
  const values = [
    [0.1, 0.2, 0.3, 0.4, 0],
    [0, 1, 0, 0, 0],
    [0, 0, 1, 0, 0],
    [0.1, 0.2, 0.3, 0.15, 0.25],
    [0.2, 0.1, 0.1, 0.6, 0]
  ].flat();
  const registers = {tokens: 5, prefix: 3, values};
  assertClose(massOnRegisters(registers), [0.5, 1, 1, 0.5, 0.2]);
  assertClose(massOnPatches(registers, [1, 0]).subarray(3), [0.15, 0.6]);
  assertClose(massWithin(registers, [1, 2], 1).subarray(3), [0.4, 0.6]);
  assert.ok(massWithin(registers, [1, 2], 1).subarray(0, 3).every(Number.isNaN));
  assertClose(attentionDistance(registers, [1, 2]).subarray(3), [0.25, 0.6]);
  const bare = {tokens: 2, prefix: 0, values: [0.5, 0.5, 0.25, 0.75]};
  assertClose(massOnClass(bare), [0, 0]);
  assertClose(massOnRegisters(bare), [0, 0]);
  assertClose(massOnPatches(bare, [1, 0]), [0.5, 0.25]);
  assert.equal(headSummary(registers, [1, 2]).registers, 0.35);
});

test("a head in numbers", () => {
  const summary = headSummary(map, grid, {outliers: set, radius: 1.5});
  const ofPatches = (values: Float64Array): number => mean(values.subarray(1));
  const received = sinkScores(map);
  const expected = {
    entropy: ofPatches(attentionEntropy(map)),
    concentration: concentration(received.subarray(1)),
    sink: received.indexOf(Math.max(...received.subarray(1))) - 1,
    gini: gini(received),
    top: Math.max(...received) / tokens,
    diagonal: ofPatches(massOnDiagonal(map)),
    class: ofPatches(massOnClass(map)),
    registers: 0,
    outliers: ofPatches(massOnPatches(map, set)),
    near: ofPatches(massWithin(map, grid, 1.5)),
    distance: ofPatches(attentionDistance(map, grid))
  };
  assert.deepEqual(Object.keys(summary), Object.keys(expected));
  assertClose(Object.values(summary), Object.values(expected));
});
