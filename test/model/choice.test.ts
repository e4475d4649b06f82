// Which tokens SOM repairs, and in which layers: chosen by rank, from one layer to another.
import assert from "node:assert/strict";
import {after, test} from "node:test";
import {Engine, type Output, type Pixels} from "../../components/model/runtime.js";
import {cpu} from "../../data/engine/device.js";
import {decode, golden, goldenModel} from "../support/golden.js";

const engine = new Engine(goldenModel(), cpu(1));
after(() => engine.close());

const grid = [7, 7] as const;
const patches = 49;
const pixels: Pixels = {dims: [1, 3, 28, 28], data: decode(golden.image)};
const run = (options: Record<string, string | number>, outputs: string[]) =>
  engine.run({method: "sfp", options, grid, outputs}, pixels);

const numbers = ({data}: Output): number[] => Array.from(data);

/** Mean over heads of H × N. */
function overHeads(output: Output): number[] {
  const [, heads] = output.dims;
  const all = numbers(output);
  return Array.from({length: patches}, (_, i) => {
    let sum = 0;
    for (let head = 0; head < heads; ++head) sum += all[head * patches + i];
    return sum / heads;
  });
}

/** The places of the largest values, ascending. */
const largest = (values: readonly number[], count: number): number[] =>
  values
    .map((_, i) => i)
    .toSorted((a, b) => values[b] - values[a] || a - b)
    .slice(0, count)
    .toSorted((a, b) => a - b);

for (const choose of ["norm", "class", "margin"] as const)
  test(`choose=${choose} takes the first of a layer by rank, whatever Eq. 4 says`, async () => {
    const layer = 6;
    const names = ["outliers", "norms", "class", "diagonal"].map((name) => `${name}.${layer}`);
    for (const cap of [1, 5, 20]) {
      // Repaired from a later layer on, so that all is measured before any repair.
      const found = await run({choose, cap, from: 9}, names);
      const row = overHeads(found[names[2]]);
      const own = overHeads(found[names[3]]);
      const scores = {
        norm: numbers(found[names[1]]).slice(1),
        class: row,
        margin: row.map((value, i) => value - own[i])
      };
      const set = numbers(found[names[0]]).flatMap((inside, i) => (inside ? [i] : []));
      assert.deepEqual(set, largest(scores[choose], cap));
    }
  });

test("cap= of Eq. 4 keeps only what the test finds", async () => {
  const {"outliers.6": all} = await run({from: 9}, ["outliers.6"]);
  const {"outliers.6": some} = await run({from: 9, cap: 3}, ["outliers.6"]);
  assert.equal(numbers(some).filter(Boolean).length, Math.min(3, numbers(all).filter(Boolean).length));
  assert.ok(numbers(some).every((inside, i) => !inside || all.data[i]));
});

test("only layers from= to to= are repaired", async () => {
  const layers = [3, 4, 5, 6];
  const options = {choose: "norm", cap: 4, from: 4, to: 5};
  const outputs = (names: string) => layers.map((layer) => `${names}.${layer}`);
  const found = await run(options, [...outputs("tokens"), "repaired.4", "repaired.5"]);
  const plain = await run({som: "off"}, outputs("tokens"));
  assert.deepEqual(numbers(found["tokens.4"]), numbers(plain["tokens.4"]));
  assert.notDeepEqual(numbers(found["repaired.4"]), numbers(found["tokens.4"]));
  assert.notDeepEqual(numbers(found["repaired.5"]), numbers(found["tokens.5"]));
  await assert.rejects(run(options, ["repaired.6"]), /no output repaired\.6/);
});

test("what cannot be meant is refused by name", async () => {
  await assert.rejects(run({choose: "norm"}, ["features"]), /choose=norm needs cap=N/);
  await assert.rejects(run({choose: "class", cap: 4, heads: "any"}, ["features"]), /heads=any needs choose=test/);
  await assert.rejects(run({from: 5, to: 4}, ["features"]), /to=4 lies before from=5/);
});
