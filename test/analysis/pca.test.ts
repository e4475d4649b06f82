import assert from "node:assert/strict";
import {suite, test} from "node:test";
import {symmetricEigen} from "../../components/analysis/eigen.js";
import {principalAxes, projected} from "../../components/analysis/pca.js";
import {pcaColours} from "../support/pca-colours.js";
import {assertClose, rowsOf, samples} from "../support/random.js";

const {normal, permutation, uniform} = samples(60);
const width = 24;
/** Tokens with channels of different spread, so that the axes are well separated. */
const spread = (tokens: number): Float64Array =>
  normal(tokens * width).map((value, cell) => 3 + value * 0.75 ** (cell % width));
const maps = [spread(40), spread(25)].map((values) => ({values, width}));
const rows = maps.flatMap(({values}) => rowsOf(values, width));

function covariance(tokens: number[][]): number[] {
  const centre = tokens[0].map((_, d) => tokens.reduce((sum, token) => sum + token[d] / tokens.length, 0));
  return centre.flatMap((a, d) =>
    centre.map((b, e) => tokens.reduce((sum, token) => sum + ((token[d] - a) * (token[e] - b)) / tokens.length, 0))
  );
}

suite("eigenvectors", () => {
  test("A v = λ v, orthonormal, descending, trace kept", () => {
    const n = 9;
    const half = rowsOf(normal(n * n), n);
    const matrix = half.map((row, i) => row.map((value, j) => value + half[j][i]));
    const {values, vectors} = symmetricEigen(matrix.flat(), n);
    const axes = rowsOf(vectors, n);
    const dot = (a: number[], b: number[]): number => a.reduce((sum, value, d) => sum + value * b[d], 0);
    axes.forEach((axis, k) => {
      assertClose(
        matrix.map((row) => dot(row, axis)),
        axis.map((value) => values[k] * value)
      );
      assertClose(
        axes.map((other) => dot(axis, other)),
        axes.map((_, j) => Number(j === k))
      );
    });
    assert.deepEqual(values, values.toSorted().toReversed());
    assertClose([values.reduce((sum, value) => sum + value, 0)], [matrix.reduce((sum, row, i) => sum + row[i], 0)]);
  });

  test("diagonal, zero, empty", () => {
    assert.deepEqual([...symmetricEigen([1, 0, 0, 3], 2).values], [3, 1]);
    assert.deepEqual([...symmetricEigen([0, 0, 0, 0], 2).vectors], [1, 0, 0, 1]);
    assert.equal(symmetricEigen([], 0).values.length, 0);
  });
});

suite("principal axes", () => {
  test("against all eigenvectors of the common covariance", () => {
    const {values, vectors} = symmetricEigen(covariance(rows), width);
    const {axes, variances, total} = principalAxes(maps);
    assertClose(variances, values.subarray(0, 3), 1e-12);
    assertClose([total], [values.reduce((sum, value) => sum + value, 0)]);
    rowsOf(axes, width).forEach((axis, k) => {
      const largest = axis.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
      assert.ok(largest > 0);
      const exact = Array.from(vectors.subarray(k * width, (k + 1) * width));
      const sign = Math.sign(exact[axis.indexOf(largest)]);
      assertClose(
        axis,
        exact.map((value) => sign * value),
        1e-8
      );
    });
  });

  test("the order of tokens does not matter, nor does a shift of all", () => {
    const order = permutation(rows.length);
    const {axes} = principalAxes(maps);
    const moved = {values: order.flatMap((i) => rows[i].map((value) => value + 5)), width};
    assertClose(principalAxes([moved]).axes, axes, 1e-8);
  });

  test("as many axes as the tokens span, the rest zero", () => {
    const line = {values: Array.from({length: 20}, (_, i) => [i, 2 * i, 7]).flat(), width: 3};
    const {axes, variances} = principalAxes([line]);
    assertClose(axes, [1 / Math.sqrt(5), 2 / Math.sqrt(5), 0, 0, 0, 0, 0, 0, 0]);
    assertClose(variances, [33.25 * 5, 0, 0]);
  });

  test("equal variances: any orthonormal pair of the plane", () => {
    const square = {values: [5, 0, 0, -5, 0, 0, 0, 5, 0, 0, -5, 0, 0, 0, 1, 0, 0, -1], width: 3};
    const {axes, variances} = principalAxes([square]);
    assertClose(variances, [25 / 3, 25 / 3, 1 / 3]);
    const [first, second, third] = rowsOf(axes, 3);
    assertClose([first[2], second[2], first[0] * second[0] + first[1] * second[1]], [0, 0, 0]);
    assertClose(third, [0, 0, 1]);
  });

  test("noise without any preferred direction settles too", () => {
    const noise = {values: normal(300 * 64), width: 64};
    const {values} = symmetricEigen(covariance(rowsOf(noise.values, 64)), 64);
    assertClose(principalAxes([noise]).variances, values.subarray(0, 3));
  });

  test("different widths cannot share a basis", () => {
    assert.throws(() => principalAxes([maps[0], {values: [], width: 3}]), /one width/);
  });
});

suite("colours", () => {
  test("quantiles over all maps go to 0 and 1", () => {
    const {colours, axes} = pcaColours(maps, {low: 0, high: 1});
    const coordinates = maps.map((map) => projected(map, axes));
    for (const channel of [0, 1, 2]) {
      const all = coordinates.flatMap((map) => [...map].filter((_, cell) => cell % 3 === channel));
      const painted = colours.flatMap((map) => [...map].filter((_, cell) => cell % 3 === channel));
      const [least, most] = [Math.min(...all), Math.max(...all)];
      assertClose(
        painted,
        all.map((value) => (value - least) / (most - least))
      );
    }
    assert.deepEqual(
      colours.map((map) => map.length),
      [120, 75]
    );
    assert.ok(pcaColours(maps, {low: 0.2, high: 0.8}).colours[0].every((value) => value >= 0 && value <= 1));
  });

  test("the same feature has the same colour in every map", () => {
    const {colours} = pcaColours([...maps, {values: maps[0].values.slice(0, width), width}]);
    assertClose(colours[2], colours[0].subarray(0, 3), 0);
  });

  test("no variance is grey, NaN stays NaN and moves nothing, nothing gives nothing", () => {
    const flat = {values: new Float64Array(5 * width).fill(0.1), width};
    assertClose(pcaColours([flat]).colours[0], new Float64Array(15).fill(0.5), 0);
    const broken = {values: Float64Array.of(...maps[0].values, NaN, ...uniform(width - 1)), width};
    const {colours} = pcaColours([broken, maps[1]]);
    assertClose(colours[0].subarray(0, 120), pcaColours(maps).colours[0], 1e-9);
    assertClose(colours[0].subarray(120), [NaN, NaN, NaN]);
    assert.deepEqual(pcaColours([]).colours, []);
    assert.equal(pcaColours([{values: [], width}]).colours[0].length, 0);
  });
});
