import assert from "node:assert/strict";
import type {Numbers, TokenMatrix} from "../../components/analysis/arrays.js";
import {seededRandom} from "../../components/analysis/random.js";

/** Seeded inputs and comparisons shared by the measurements' tests. */
export function samples(seed: number) {
  const random = seededRandom(seed);
  const uniform = (n: number): Float64Array => Float64Array.from({length: n}, random);
  const normal = (n: number): Float64Array =>
    Float64Array.from({length: n}, () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()));
  const mask = (n: number, share = 0.3): Uint8Array => Uint8Array.from({length: n}, () => Number(random() < share));
  const permutation = (n: number): number[] => {
    const keys = uniform(n);
    return Array.from({length: n}, (_, i) => i).toSorted((i, j) => keys[i] - keys[j]);
  };
  const attention = (tokens: number, sharpness = 2): TokenMatrix => {
    const values = normal(tokens * tokens).map((logit) => Math.exp(sharpness * logit));
    for (let i = 0; i < tokens; ++i) {
      const row = values.subarray(i * tokens, (i + 1) * tokens);
      const total = row.reduce((sum, value) => sum + value, 0);
      row.forEach((value, j) => (row[j] = value / total));
    }
    return {tokens, values};
  };
  return {random, uniform, normal, mask, permutation, attention};
}

/** Equal to within `tolerance` of the expected magnitude (of 1, where that is smaller); NaN equals NaN. */
export function assertClose(actual: Numbers, expected: Numbers, tolerance = 1e-12): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < expected.length; ++i) {
    if (Object.is(actual[i], expected[i]) || actual[i] === expected[i]) continue;
    const error = Math.abs(actual[i] - expected[i]) / Math.max(1, Math.abs(expected[i]));
    assert.ok(error <= tolerance, `at ${i}: ${actual[i]} instead of ${expected[i]}`);
  }
}

/** Rows of a row-major matrix. */
export function rowsOf(values: Numbers, width: number): number[][] {
  const all = Array.from(values);
  return Array.from({length: all.length / width}, (_, i) => all.slice(i * width, (i + 1) * width));
}
