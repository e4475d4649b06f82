import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {suite, test} from "node:test";
import {median, quantile} from "../../components/analysis/arrays.js";
import {above, greatest, indicesOf} from "../../components/analysis/detectors/detection.js";
import {detectorIds, detectorNamed} from "../../components/analysis/detectors/index.js";
import {l2} from "../../components/analysis/detectors/l2.js";
import {lof} from "../../components/analysis/detectors/lof.js";
import {mad} from "../../components/analysis/detectors/mad.js";
import {singular, singularDirection} from "../../components/analysis/detectors/singular.js";
import {som, type Heads} from "../../components/analysis/detectors/som.js";
import {symmetricEigen} from "../../components/analysis/eigen.js";
import {cosinesTo} from "../../components/analysis/similarity.js";
import {golden, tensor} from "../support/analysis-golden.js";
import {assertClose, rowsOf, samples} from "../support/random.js";
import {attentionBranch} from "../support/singular.js";

/** Class row and diagonal of a head-mean map, patches only. */
function classAndSelf(map: Float32Array, tokens: number) {
  const patches = Array.from({length: tokens - 1}, (_, i) => i + 1);
  return {
    heads: 1,
    classRows: patches.map((i) => map[i]),
    diagonals: patches.map((i) => map[i * tokens + i])
  };
}

suite("sets", () => {
  test("greatest: ties by index, NaN never, candidates only", () => {
    assert.deepEqual(indicesOf(greatest([1, 3, 3, 2, 3], 2)), [1, 2]);
    assert.deepEqual(indicesOf(greatest([NaN, 1, NaN, 0], 3)), [1, 3]);
    assert.deepEqual(indicesOf(greatest([4, 3, 2, 1], 2, [0, 1, 0, 1])), [1, 3]);
    assert.deepEqual(indicesOf(greatest([-Infinity, NaN], 2)), [0]);
    assert.deepEqual(indicesOf(greatest([1, 2], 0)), []);
    assert.equal(greatest([], 3).length, 0);
  });

  test("above is strict, and false for NaN", () => {
    assert.deepEqual([...above([1, 2, NaN, 3], 2)], [0, 0, 0, 1]);
    assert.deepEqual([...above([1, 2], NaN)], [0, 0]);
  });
});

suite("SOM", () => {
  test("golden: the paper's set in layer 1, the released code's ten in layer 11", () => {
    const [first] = golden.layer_headmean_attention.map(tensor);
    assert.deepEqual(indicesOf(som(classAndSelf(first, 50)).outliers), golden.sfp_paper_outlier_sets_per_layer[0]);
    const last = tensor(golden.layer_headmean_attention[10]);
    const released = som(classAndSelf(last, 50), {factor: 1.5, cap: 10});
    assert.deepEqual(
      indicesOf(released.outliers),
      golden.sfp_released_outliers_desc_cls.toSorted((i, j) => i - j)
    );
  });

  test("mean, any and vote against their definitions", () => {
    const {uniform} = samples(1);
    const [heads, patches, factor] = [5, 40, 1.1];
    const layer = {heads, classRows: uniform(heads * patches), diagonals: uniform(heads * patches)};
    const [rows, selves] = [rowsOf(layer.classRows, patches), rowsOf(layer.diagonals, patches)];
    const mean = (all: number[][], i: number): number => all.reduce((sum, row) => sum + row[i] / heads, 0);
    for (let i = 0; i < patches; ++i) {
      const votes = rows.filter((row, h) => selves[h][i] < factor * row[i]).length;
      const expected: Record<Heads, boolean> = {
        mean: mean(selves, i) < factor * mean(rows, i),
        any: votes > 0,
        vote: votes > heads / 2
      };
      for (const mode of ["mean", "any", "vote"] as const) {
        const {scores, outliers} = som(layer, {factor, heads: mode});
        assert.equal(Boolean(outliers[i]), expected[mode]);
        assert.equal(Boolean(outliers[i]), scores[i] > 0);
      }
    }
  });

  test("vote needs a strict majority of an even number of heads", () => {
    const layer = {heads: 2, classRows: [1, 1, 0, 1], diagonals: [0.5, 0.5, 0.5, 0.5]};
    assert.deepEqual([...som(layer, {heads: "vote"}).outliers], [0, 1]);
    assert.deepEqual([...som(layer, {heads: "any"}).outliers], [1, 1]);
  });

  test("strict: equality is no outlier; ties under the cap go to the lower index", () => {
    const layer = {heads: 1, classRows: [0.5, 0.5, 0.5, 0.5], diagonals: [0.5, 0.25, 0.25, 0.25]};
    assert.deepEqual([...som(layer).outliers], [0, 1, 1, 1]);
    assert.deepEqual([...som(layer, {cap: 2}).outliers], [0, 1, 1, 0]);
    assert.deepEqual([...som(layer, {cap: 0}).outliers], [0, 0, 0, 0]);
    assert.deepEqual([...som(layer, {factor: 0}).outliers], [0, 0, 0, 0]);
  });

  test("a permutation of the patches permutes scores and set", () => {
    const {uniform, permutation} = samples(2);
    const order = permutation(30);
    const layer = {heads: 1, classRows: uniform(30), diagonals: uniform(30)};
    const moved = {
      heads: 1,
      classRows: order.map((i) => layer.classRows[i]),
      diagonals: order.map((i) => layer.diagonals[i])
    };
    const [before, after] = [som(layer, {cap: 7}), som(moved, {cap: 7})];
    assertClose(
      after.scores,
      order.map((i) => before.scores[i]),
      0
    );
    assert.deepEqual(
      [...after.outliers],
      order.map((i) => before.outliers[i])
    );
  });

  test("empty, NaN, all outliers", () => {
    assert.equal(som({heads: 0, classRows: [], diagonals: []}).scores.length, 0);
    const {scores, outliers} = som({heads: 1, classRows: [NaN, 1, 1], diagonals: [0, NaN, 0]});
    assert.deepEqual([...scores], [NaN, NaN, 1]);
    assert.deepEqual([...outliers], [0, 0, 1]);
    const all = {heads: 3, classRows: new Uint8Array(12).fill(1), diagonals: new Uint8Array(12)};
    for (const heads of ["mean", "any", "vote"] as const) {
      assert.deepEqual([...som(all, {heads}).outliers], [1, 1, 1, 1]);
    }
  });
});

suite("norms", () => {
  test("L2 takes the largest", () => {
    const {scores, outliers} = l2([3, 1, NaN, 9, 3], {count: 2});
    assert.deepEqual([...scores], [3, 1, NaN, 9, 3]);
    assert.deepEqual([...outliers], [1, 0, 0, 1, 0]);
    assert.deepEqual([...l2([1, 2]).outliers], [1, 1]);
  });

  test("MAD against its definition, one-sided", () => {
    const norms = samples(3).uniform(51);
    norms[7] = 20;
    norms[8] = -20;
    const centre = median(norms);
    const deviation = median(norms.map((norm) => Math.abs(norm - centre)));
    const {scores, outliers} = mad(norms);
    assertClose(
      scores,
      norms.map((norm) => (norm - centre) / (1.4826 * deviation))
    );
    assert.deepEqual(indicesOf(outliers), [7]);
  });

  test("MAD of equal norms, empty, NaN", () => {
    assert.deepEqual([...mad([2, 2, 2, 2, 5]).scores], [0, 0, 0, 0, Infinity]);
    assert.deepEqual(indicesOf(mad([2, 2, 2, 2, 5]).outliers), [4]);
    assert.equal(mad([]).scores.length, 0);
    const {scores, outliers} = mad([NaN, 1, 2, 3, 100]);
    assert.ok(Number.isNaN(scores[0]));
    assert.deepEqual([...outliers], [0, 0, 0, 0, 1]);
  });
});

suite("LOF", () => {
  test("golden: SC-CLIP's, on block 11", () => {
    const values = tensor(golden.layer_outputs[10]).subarray(16);
    const {scores, outliers} = lof({values, width: 16});
    assertClose(scores, tensor(golden.lof_block11.scores), 1e-5);
    assert.deepEqual(indicesOf(outliers), golden.lof_block11.indices);
  });

  for (const textbook of [false, true]) {
    test(textbook ? "textbook, against the definition" : "SC-CLIP's, against the definition", () => {
      const [n, k, width] = [60, 12, 4];
      const values = samples(4).normal(n * width);
      const rows = rowsOf(values, width);
      const distance = (i: number, j: number): number => {
        const square = rows[i].reduce((sum, value, d) => sum + (value - rows[j][d]) ** 2, 0);
        return textbook ? Math.sqrt(square) : square;
      };
      const near = rows.map((_, i) =>
        rows
          .map((__, j) => j)
          .filter((j) => j !== i)
          .toSorted((a, b) => distance(i, a) - distance(i, b))
          .slice(0, k)
      );
      const kDistance = rows.map((_, i) => distance(i, near[i][k - 1]));
      const average = (all: number[]): number => all.reduce((sum, value) => sum + value, 0) / all.length;
      const density = rows.map(
        (_, i) => k / average(near[i].map((j) => Math.max(distance(i, j), kDistance[textbook ? j : i])))
      );
      const expected = rows.map((_, i) => average(near[i].map((j) => density[j])) / density[i]);
      const {scores, outliers} = lof({values, width}, {neighbours: k, contamination: 0.1, textbook});
      assertClose(scores, expected);
      const cut = quantile(expected, 0.9);
      assert.deepEqual(
        [...outliers],
        expected.map((score) => Number(score > cut))
      );
    });
  }

  test("textbook, against scikit-learn", () => {
    const file = readFileSync(new URL("lof-scikit-learn.json", import.meta.url), "utf8");
    const expected = JSON.parse(file) as {tokens: number; neighbours: number; scores: number[]};
    const values = Array.from({length: expected.tokens}, (_, i) =>
      [2, 3, 5, 7].map((prime) => Math.sin((i + 1) * prime) * (i % 11 === 0 ? 3 : 1))
    ).flat();
    const {scores} = lof({values, width: 4}, {neighbours: expected.neighbours, textbook: true});
    // Its densities have 1e-10 added to what they divide by.
    assertClose(scores, expected.scores, 1e-9);
  });

  test("a permutation of the tokens permutes the scores", () => {
    const {normal, permutation} = samples(5);
    const order = permutation(40);
    const rows = rowsOf(normal(40 * 3), 3);
    const before = lof({values: rows.flat(), width: 3}, {neighbours: 9});
    const after = lof({values: order.flatMap((i) => rows[i]), width: 3}, {neighbours: 9});
    assertClose(
      after.scores,
      order.map((i) => before.scores[i])
    );
  });

  test("copies score 1, a token beside them is infinitely sparser but finite in float64", () => {
    const {scores} = lof({values: [1, 1, 1, 1, 2], width: 1}, {neighbours: 2});
    assert.deepEqual([...scores.subarray(0, 4)], [1, 1, 1, 1]);
    assert.ok(scores[4] > 1e100);
  });

  test("empty, one token, NaN tokens", () => {
    assert.equal(lof({values: [], width: 3}).scores.length, 0);
    assert.deepEqual([...lof({values: [1, 2, 3], width: 3}).scores], [NaN]);
    const {scores, outliers} = lof({values: [0, 1, NaN, 2, 3, Infinity, 9], width: 1}, {neighbours: 2});
    assert.deepEqual([...scores].map(Number.isNaN), [false, false, true, false, false, true, false]);
    assert.deepEqual(indicesOf(outliers), [6]);
  });
});

suite("singular direction", () => {
  const multiply = (a: number[][], b: number[][]): number[][] =>
    a.map((row) => b[0].map((_, j) => row.reduce((sum, value, k) => sum + value * b[k][j], 0)));
  const transpose = (a: number[][]): number[][] => a[0].map((_, j) => a.map((row) => row[j]));

  test("of a product, against the eigenvectors of M Mᵀ", () => {
    const {normal} = samples(6);
    const maps = [normal(64), normal(64), normal(64)];
    const product = maps.map((map) => rowsOf(map, 8)).reduce((done, map) => multiply(map, done));
    const {vectors} = symmetricEigen(multiply(product, transpose(product)).flat(), 8);
    const direction = singularDirection(maps, 8);
    const cosine = direction.reduce((sum, value, d) => sum + value * vectors[d], 0);
    assert.ok(Math.abs(Math.abs(cosine) - 1) < 1e-10);
    assert.ok(Math.max(...direction) >= -Math.min(...direction));
  });

  test("attention branch: I + Wo V diag(gain) (I − 11ᵀ/D)", () => {
    const {normal} = samples(7);
    const [gain, value, output] = [normal(5), normal(25), normal(25)];
    const centre = rowsOf(
      Array.from({length: 25}, (_, cell) => Number(cell % 6 === 0) - 0.2),
      5
    );
    const scaled = centre.map((row, i) => row.map((entry) => gain[i] * entry));
    const expected = multiply(rowsOf(output, 5), multiply(rowsOf(value, 5), scaled));
    expected.forEach((row, i) => (row[i] += 1));
    assertClose(attentionBranch({gain, value, output}), expected.flat());
  });

  test("the set lies four deviations above the mean", () => {
    const {normal} = samples(8);
    const direction = normal(16);
    const values = normal(100 * 16);
    values.set(
      direction.map((value) => -3 * value),
      16 * 42
    );
    const {scores, outliers} = singular({values, width: 16}, direction);
    assertClose(scores, cosinesTo({values, width: 16}, direction).map(Math.abs));
    assert.deepEqual(indicesOf(outliers), [42]);
    assert.equal(singular({values: [], width: 16}, direction).scores.length, 0);
  });
});

suite("the list", () => {
  test("every detector runs from the same evidence", () => {
    const {uniform, normal} = samples(9);
    const evidence = {
      heads: 2,
      classRows: uniform(80),
      diagonals: uniform(80),
      norms: uniform(40),
      features: normal(400),
      width: 10,
      direction: normal(10)
    };
    for (const id of detectorIds) {
      const {scores, outliers} = detectorNamed(id).detect(evidence);
      assert.equal(scores.length, 40);
      assert.equal(outliers.length, 40);
    }
  });

  test("says what is missing", () => {
    assert.throws(() => detectorNamed("lof").detect({norms: [1]}), /detector lof needs features, width/);
    assert.throws(() => detectorNamed("dbscan"), /invalid detector: dbscan/);
  });
});
