import assert from "node:assert/strict";
import {test} from "node:test";
import {readDiagonal} from "../../components/figures/diagonal/reading.js";
import type {ImageRecord, TrunkRecord} from "../../components/records/record.js";

/** One layer, three heads, four patches. */
function record(): ImageRecord {
  const trunk: TrunkRecord = {
    classRows: Float32Array.of(0.1, 0.3, 0.1, 0.3, 0.1, 0.3, 0.1, 0.1, 0.1, 0.0, 0.4, 0.1),
    diagonals: new Float32Array(12).fill(0.2),
    classSelf: new Float32Array(3),
    norms: new Float32Array(5),
    repairedNorms: new Float32Array(5),
    outliers: Uint8Array.of(0, 0, 0, 0),
    isolated: new Uint8Array(4)
  };
  const provenance = {model: "none", weights: "0", device: "none", method: "none", options: [], versions: {}};
  return {
    image: "x",
    grid: [2, 2],
    prefix: {classToken: true, registers: 0},
    layers: 1,
    heads: 3,
    trunks: {plain: trunk, purified: trunk},
    provenance
  };
}

const choice = {trunk: "plain", layer: 0, factor: 1, cap: "none", heads: "mean"} as const;

test("the stored set holds for the default test only", () => {
  assert.deepEqual([...readDiagonal(record(), choice).members], [0, 0, 0, 0]);
  assert.deepEqual([...readDiagonal(record(), {...choice, factor: 1.01}).members], [0, 1, 1, 0]);
});

test("heads vote one by one, and the line parts the set from the rest in every mode", () => {
  assert.deepEqual([...readDiagonal(record(), {...choice, heads: "any"}).members], [0, 1, 1, 1]);
  assert.deepEqual([...readDiagonal(record(), {...choice, heads: "vote"}).members], [0, 1, 0, 0]);
  for (const heads of ["mean", "any", "vote"] as const) {
    for (const factor of [0.5, 1.2, 2.5]) {
      const {x, y, members} = readDiagonal(record(), {...choice, heads, factor});
      members.forEach((inside, i) => assert.equal(Boolean(inside), y[i] < factor * x[i], `${heads} ${factor} ${i}`));
    }
  }
});

test("attention is in times uniform", () => {
  const {x, y} = readDiagonal(record(), {...choice, factor: 1.5});
  assert.ok(Math.abs(y[0] - 0.2 * 5) < 1e-6);
  assert.ok(Math.abs(x[1] - ((0.3 + 0.3 + 0) / 3) * 5) < 1e-6);
});

test("a cap keeps what the class token attends to most", () => {
  const {members} = readDiagonal(record(), {...choice, heads: "any", cap: 1});
  assert.equal(
    members.reduce((a, b) => a + b),
    1
  );
});
