import assert from "node:assert/strict";
import {suite, test} from "node:test";
import {
  columnsToOne,
  columnSums,
  integrated,
  maskedMap,
  normalised,
  rowsToOne,
  rowSums,
  summedMaps
} from "../../components/analysis/integration.js";
import {unitTokens} from "../../components/analysis/similarity.js";
import {sinkhornSteps} from "../../components/analysis/sinkhorn.js";
import {golden, tensor} from "../support/analysis-golden.js";
import {assertClose, rowsOf, samples} from "../support/random.js";

const {attention, mask, normal, permutation, uniform} = samples(50);
const size = 12;
const maps = [attention(size + 1), attention(size + 1), attention(size + 1)];
const sets = [mask(size), mask(size), mask(size)];
const total = (values: number[]): number => values.reduce((sum, value) => sum + value, 0);

suite("integration (HAI)", () => {
  test("golden: A_HAI from the summed maps", () => {
    assertClose(normalised(tensor(golden.sfp_paper_A_sum)), tensor(golden.sfp_paper_A_hai), 1e-6);
  });

  test("masked maps and their sum, from any layer", () => {
    const masked = maps.map(({values}, l) =>
      rowsOf(values, size + 1)
        .slice(1)
        .flatMap((row) => row.slice(1).map((value, j) => (sets[l][j] ? 0 : value)))
    );
    maps.forEach((map, l) => assertClose(maskedMap(map, sets[l]), masked[l], 0));
    for (const from of [0, 1, 2]) {
      const expected = masked[0].map((_, cell) => total(masked.slice(from).map((map) => map[cell])));
      assertClose(summedMaps(maps, sets, from), expected);
    }
    assert.equal(summedMaps(maps, sets, 3).length, 0);
    assert.equal(summedMaps([], []).length, 0);
    assert.equal(maskedMap({tokens: 0, values: []}, []).length, 0);
  });

  test("orders and rounds", () => {
    const matrix = uniform(size * size);
    assertClose(normalised(matrix), columnsToOne(rowsToOne(matrix)));
    assertClose(normalised(matrix, {order: "cr"}), rowsToOne(columnsToOne(matrix)));
    assertClose(normalised(matrix, {rounds: 2}), normalised(normalised(matrix)));
    assertClose(normalised(matrix, {rounds: 0}), matrix, 0);
    assertClose(columnSums(normalised(matrix)), new Float64Array(size).fill(1));
    assertClose(rowSums(normalised(matrix, {rounds: 200})), new Float64Array(size).fill(1));
    assert.throws(() => normalised(matrix, {order: "x" as "rc"}), /invalid order: x/);
  });

  test("an empty row or column becomes zero, not NaN", () => {
    assert.deepEqual([...normalised([0, 2, 0, 2])], [0, 0.5, 0, 0.5]);
    assert.deepEqual([...rowsToOne([1e-13, 0, 3, 1])], [0, 0, 0.75, 0.25]);
    assert.deepEqual([...columnsToOne([NaN, 1, 1, 1])], [NaN, 0.5, NaN, 0.5]);
    assert.equal(normalised([]).length, 0);
  });

  test("a last row normalisation leaves unit features unchanged", () => {
    const width = 5;
    const features = normal(size * width);
    const once = normalised(summedMaps(maps, sets));
    const unit = (matrix: Float64Array): Float64Array => unitTokens({values: integrated(matrix, features), width});
    assertClose(unit(rowsToOne(once)), unit(once), 1e-12);
  });

  test("A · F against the definition", () => {
    const [matrix, features] = [uniform(size * size), normal(size * 3)];
    const columns = rowsOf(features, 3);
    assertClose(
      integrated(matrix, features),
      rowsOf(matrix, size).flatMap((row) => [0, 1, 2].map((d) => total(row.map((weight, j) => weight * columns[j][d]))))
    );
    assert.equal(integrated([], []).length, 0);
  });

  test("a permutation of the patches permutes rows and columns", () => {
    const order = permutation(size);
    const rows = rowsOf(uniform(size * size), size);
    const moved = (all: number[][]): number[] => order.flatMap((i) => order.map((j) => all[i][j]));
    assertClose(normalised(moved(rows), {rounds: 3}), moved(rowsOf(normalised(rows.flat(), {rounds: 3}), size)));
  });
});

suite("Sinkhorn diagnostics", () => {
  const matrix = summedMaps(maps, sets);

  test("a step for each pass, ending where the normalisation ends", () => {
    const steps = sinkhornSteps(matrix, {rounds: 2});
    assert.deepEqual(
      steps.map(({round, pass}) => [round, pass]),
      [
        [0, "none"],
        [1, "rows"],
        [1, "columns"],
        [2, "rows"],
        [2, "columns"]
      ]
    );
    const last = normalised(matrix, {rounds: 2});
    assertClose(steps[4].rowSums, rowSums(last));
    assertClose(steps[4].columnSums, columnSums(last));
    assert.ok(steps[4].rowError < steps[2].rowError);
    assert.ok(steps[1].rowError < 1e-12);
    assert.ok(steps[2].columnError < 1e-12);
  });

  test("sources and mass on a set, against the definition", () => {
    const outliers = sets[0];
    const [, , last] = sinkhornSteps(matrix, {outliers});
    const weights = rowsOf(normalised(matrix), size).map((row) => row.map((value) => value / total(row)));
    assertClose(
      last.sources,
      weights.map((row) => Math.exp(-total(row.filter(Boolean).map((share) => share * Math.log(share)))))
    );
    assertClose([last.returned], [total(weights.map((row) => total(row.filter((_, j) => outliers[j])))) / size]);
  });

  test("uniform: as many sources as patches; identity: one; an empty row: none", () => {
    const [even] = sinkhornSteps(new Float64Array(16).fill(0.25));
    assertClose(even.sources, [4, 4, 4, 4]);
    assert.equal(even.rowError, 0);
    assert.ok(Number.isNaN(even.returned));
    const [some] = sinkhornSteps([1, 0, 0, 0], {outliers: [1, 0]});
    assertClose(some.sources, [1, NaN]);
    assert.equal(some.returned, 1);
    assert.equal(sinkhornSteps([])[0].sources.length, 0);
  });
});
