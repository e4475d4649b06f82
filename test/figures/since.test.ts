// What the Method page computes of the methods since SFP: limits that the definitions have.
import assert from "node:assert/strict";
import {test} from "node:test";
import {
  distracted,
  pearlAttention,
  pearlRotation,
  proxyWeights,
  sharedWeights
} from "../../components/figures/method/since.js";
import {seededRandom} from "../../components/analysis/random.js";
import {runToy} from "../../components/figures/method/toy.js";

const random = seededRandom(5);
const rows = (count: number, width: number) => ({
  width,
  values: Float64Array.from({length: count * width}, () => random() - 0.5)
});

function sumsToOne(weights: Float64Array, n: number): void {
  for (let i = 0; i < n; ++i) {
    const sum = weights.subarray(i * n, (i + 1) * n).reduce((a, b) => a + b, 0);
    assert.ok(Math.abs(sum - 1) < 1e-9, `row ${i}: ${sum}`);
  }
}

test("PEARL's steps approach a rotation, and five stay short of it", () => {
  const m = rows(3, 3);
  const off = (iterations: number): number => {
    const {values: r} = pearlRotation(m, iterations);
    let worst = 0;
    for (let i = 0; i < 3; ++i)
      for (let j = 0; j < 3; ++j) {
        const dot = r[i] * r[j] + r[3 + i] * r[3 + j] + r[6 + i] * r[6 + j];
        worst = Math.max(worst, Math.abs(dot - Number(i === j)));
      }
    return worst;
  };
  assert.ok(off(40) < 1e-3, String(off(40)));
  assert.ok(off(5) > off(40));
  sumsToOne(pearlAttention(rows(17, 3), rows(17, 3), {alpha: 0.08, iterations: 5}), 17);
});

test("ProxyCLIP's rows without a similar patch attend to themselves; GLA-CLIP's are never empty", () => {
  const alike = {width: 2, values: Float64Array.from([1, 0, 1, 1e-3, 1, 2e-3])};
  assert.deepEqual([...proxyWeights(alike, {beta: 1.2, gamma: 3})], [1, 0, 0, 0, 1, 0, 0, 0, 1]);
  const shared = sharedWeights(alike, {beta: 1.2, gamma: 3, cut: 0});
  sumsToOne(shared, 3);
  assert.ok(shared.every(Number.isFinite));
  sumsToOne(proxyWeights(rows(16, 3), {beta: 1.2, gamma: 3}), 16);
});

test("in the toy a register takes what makes planted patches long, and RF-CLIP's test finds them", () => {
  const planted = new Set([3, 8]);
  const {plain, registers, last} = runToy({planted, factor: 1, lambda: 0.5, l0: 1, rounds: 1, order: "rc"});
  for (const patch of planted) assert.ok(plain[2].norms[patch] > 1.5 * registers[2].patches[patch]);
  const [first, second, third] = registers.map(({register}) => register);
  assert.ok(second > 1.5 * first && third > 1.5 * second, "the register grows instead");
  const found = distracted({...last.tokens, values: last.tokens.values.subarray(3)}, [2], 1.35);
  assert.deepEqual(
    [...found.keys()].filter((patch) => found[patch]),
    [...planted]
  );
});
