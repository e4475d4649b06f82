// Options as methods declare them: what is read, refused and written, and what SFP masks in Eq. 8.
import assert from "node:assert/strict";
import {after, test} from "node:test";
import {
  changedOptions,
  count,
  countOr,
  layer,
  neurons,
  numbers,
  readOptions
} from "../../components/analysis/options.js";
import {methods} from "../../components/model/methods/index.js";
import {sfp} from "../../components/model/methods/sfp.js";
import {Engine} from "../../components/model/runtime.js";
import {formatSelection, parseSelection} from "../../components/site/selection.js";
import {cpu} from "../../data/engine/device.js";
import {golden, goldenModel, pixels} from "../support/golden.js";

const specs = {
  cap: countOr("none", {least: 1, default: "none", about: ""}),
  rounds: count({least: 0, most: 5, default: 1, about: ""}),
  at: layer({default: 2, about: ""}),
  scale: numbers({least: 0, default: [1], about: ""}),
  neurons: neurons({default: [], about: ""})
};

test("values are read by their kind, from words or as they are", () => {
  const read = readOptions("m", specs, {cap: "3", at: 4, scale: "0.5,2", neurons: "3:25,3:0"}, 12);
  assert.deepEqual(read, {
    cap: 3,
    rounds: 1,
    at: 4,
    scale: [0.5, 2],
    neurons: [
      {layer: 3, index: 25},
      {layer: 3, index: 0}
    ]
  });
  assert.deepEqual(readOptions("m", specs, read), read);
  assert.deepEqual(changedOptions(specs, read), ["cap=3", "at=4", "scale=0.5,2", "neurons=3:25,3:0"]);
  assert.deepEqual(changedOptions(specs, readOptions("m", specs)), []);
});

for (const [given, message] of [
  [{cap: "0"}, /m: cap=0 does not fit; cap is none or a whole number of 1 or more/],
  [{rounds: "1.5"}, /rounds is a whole number from 0 to 5/],
  [{rounds: ""}, /rounds= does not fit/],
  [{at: "12"}, /m: at=12 does not fit; this model has layers 1 to 11 before its last/],
  [{at: "0"}, /at is the number of a layer/],
  [{scale: "1,x"}, /scale=1,x does not fit; scale is a list of numbers/],
  [{neurons: "3-25"}, /neurons is a list of layer:index pairs, such as 3:25,3:0/],
  [{neurons: "13:1"}, /neurons=13:1 does not fit; this model has layers 1 to 12/],
  [{other: "1"}, /m has no option other; it has cap, rounds, at, scale, neurons/]
] as const)
  test(`${JSON.stringify(given)} is refused by name`, () => {
    assert.throws(() => readOptions("m", specs, given, 12), message);
  });

test("an address may name every method", () => {
  const all = Object.keys(methods).join(",");
  assert.equal(
    parseSelection(formatSelection({...parseSelection(""), live: {...parseSelection("").live, methods: all}})).live
      .methods,
    all
  );
});

const engine = new Engine(goldenModel(), cpu(1));
after(() => engine.close());

/** Patches whose columns are zero in every row of a masked map. */
async function maskedColumns(options: Record<string, string>, at: number) {
  const outputs = [`masked.${at}`, `outliers.${at}`];
  const results = await engine.run({method: "sfp", options, grid: [7, 7], outputs}, pixels(golden.image));
  const [map, found] = outputs.map((name) => Array.from(results[name].data, Number));
  const columns = found.map((_, j) => found.every((_each, i) => map[i * 49 + j] === 0));
  return {columns: columns.flatMap((zero, j) => (zero ? [j] : [])), found: found.flatMap((on, j) => (on ? [j] : []))};
}

test("without SOM, HAI masks what the test finds, or with hai_mask=repaired nothing", async () => {
  for (const at of [3, 11]) {
    const {columns, found} = await maskedColumns({som: "off"}, at);
    assert.ok(found.length > 0);
    assert.deepEqual(columns, found);
    assert.deepEqual((await maskedColumns({som: "off", hai_mask: "repaired"}, at)).columns, []);
  }
});

test("with repair from a later layer on, hai_mask=repaired leaves the earlier maps whole", async () => {
  const given = {from: "5", hai_mask: "repaired"};
  assert.deepEqual((await maskedColumns(given, 4)).columns, []);
  const {columns, found} = await maskedColumns(given, 7);
  assert.ok(columns.length > 0 && columns.every((patch) => found.includes(patch)));
  assert.equal(sfp.options.hai_mask.default, "found");
});

test("preset=measured sets what is not given, and the paper stays the default", () => {
  const {choose, cap, preset} = readOptions("sfp", methods.sfp.options);
  assert.deepEqual([preset, choose, cap], ["paper", "test", "none"]);
  const measured = readOptions("sfp", methods.sfp.options, {preset: "measured"});
  assert.deepEqual([measured.choose, measured.cap], ["class", 5]);
  assert.equal(readOptions("sfp", methods.sfp.options, {preset: "measured", cap: "7"}).cap, 7);
  // What it stands for is said, so that a caption does not hide it.
  assert.deepEqual(changedOptions(methods.sfp.options, measured).toSorted(), [
    "cap=5",
    "choose=class",
    "preset=measured"
  ]);
});
