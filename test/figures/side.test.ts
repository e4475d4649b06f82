// What two sides of a figure are told apart by, and their difference.
import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {test} from "node:test";
import {decodeAttention, decodeRecord} from "../../components/records/arrow.js";
import type {RecordSource} from "../../components/records/record.js";
import {patchNorms, readLayer} from "../../components/charts/reading.js";
import {differenceRows} from "../../components/figures/side/pair.js";
import {difference, type Compare, type Difference, type Sheet} from "../../components/figures/side/comparison.js";
import {headSummary} from "../../components/analysis/summary.js";
import {compareWholeMap} from "../../components/figures/attention/compared.js";
import {compareHeads} from "../../components/figures/heads/compared.js";
import {compareRaster} from "../../components/figures/propagation/compared.js";
import {bothSides, sideSelection} from "../../components/site/side.js";
import {among} from "../../components/figures/side/quantities.js";
import {outlierNumbers, pairTitle, sidesNamed} from "../../components/figures/side/words.js";
import {sheetOrder, type SheetOrder} from "../../components/figures/photos/order.js";
import {makeView, type View} from "../../components/site/feed.js";
import {parseSelection} from "../../components/site/selection.js";
import {unpack} from "../../data/records/archive.js";

const archive = readFileSync("data/snapshots/vit-ti-16/astronaut.zip");
const record = decodeRecord(unpack(archive)["summary.arrow"]);
const source = {record} as RecordSource;
const view = (search: string): View =>
  makeView(parseSelection(search), {source, picture: {id: "astronaut", title: "Astronaut", image: null}});

const sheetOf = (id: "class" | "norms", of: View) => among(id)(of, of).quantities[0].of(of) as Sheet;

test("two layers are told apart by their number, with the outliers of each", () => {
  const [a, b] = [view("?layer=10"), view("?layer=4")];
  assert.deepEqual(sidesNamed(a, b), ["layer 10", "layer 4"]);
  const counts = [a, b].map(({choice}) => readLayer(record, choice).count);
  const title = (one: View, other: View) => pairTitle(outlierNumbers(one, other), sidesNamed(one, other));
  assert.equal(title(a, b), `${counts[0]} against ${counts[1]} outliers: layer 10 | layer 4`);
  assert.match(title(a, a), /the two sides show the same so far$/);
});

test("the difference is A − B of the record's own numbers, and nothing where the grids differ", () => {
  const [a, b] = [view("?layer=10"), view("?layer=4")];
  const [left, right] = [a, b].map((each) => sheetOf("class", each));
  const {values} = difference(left, right)!;
  const {classRows} = record.trunks.plain;
  const mean = (layer: number, patch: number) => {
    const heads = Array.from({length: record.heads}, (_, h) => classRows[(layer * record.heads + h) * 196 + patch]);
    return (197 * heads.reduce((sum, value) => sum + value, 0)) / record.heads;
  };
  for (const patch of [0, 13, 97, 195])
    assert.ok(Math.abs(values[patch] - (mean(9, patch) - mean(3, patch))) < 1e-4 * Math.abs(mean(9, patch)));
  assert.equal(difference(left, {grid: [16, 16], values: new Float32Array(256)}), null);
  assert.equal(difference(left, null), null);
  const rows = differenceRows({class: {a: left, b: right, values}});
  assert.deepEqual(Object.keys(rows[0]), ["patch", "row", "column", "class_A", "class_B", "class_difference"]);
  assert.equal(rows[97].class_difference, values[97]);
});

test("norms of both sides are in times the median of the trunk without SOM", () => {
  const purified = view("?layer=10&trunk=purified");
  const {values: norms} = sheetOf("norms", purified);
  const plain = Float64Array.from(patchNorms(record, "plain", 9)).toSorted();
  const unit = (plain[97] + plain[98]) / 2;
  assert.ok(Math.abs(norms[5] - patchNorms(record, "purified", 9)[5] / unit) < 1e-5 * norms[5]);
});

/** A source of the committed files. */
const files = unpack(archive);
const held: RecordSource = {
  ...source,
  attention: async (trunk, layer) => decodeAttention(files[`attention-${trunk}.arrow`])[layer],
  headAttention: async (trunk, layer) => decodeAttention(files[`heads-${trunk}-${layer + 1}.arrow`])
};
const heldView = (search: string): View =>
  makeView(parseSelection(search), {source: held, picture: {id: "astronaut", title: "Astronaut", image: null}});

async function differences(compare: Compare, a: View, b: View): Promise<Record<string, Difference | null>> {
  const {quantities} = compare(a, b);
  const found = quantities.map(async ({id, of}) => [id, difference(await of(a), await of(b))] as const);
  return Object.fromEntries(await Promise.all(found));
}

test("the whole matrix, the heads and the raster differ cell by cell, with what their cells are", async () => {
  const [a, b] = [heldView("?layer=10"), heldView("?layer=4")];
  const {attention} = await differences(compareWholeMap, a, b);
  const maps = decodeAttention(files["attention-plain.arrow"]);
  assert.deepEqual(
    [attention!.a.grid, attention!.a.axes],
    [
      [197, 197],
      ["query", "key"]
    ]
  );
  for (const cell of [0, 5 * 197 + 9, 197 * 197 - 1]) {
    const expected = 197 * (maps[9].values[cell] - maps[3].values[cell]);
    assert.ok(Math.abs(attention!.values[cell] - expected) <= 1e-4 * Math.max(1, Math.abs(expected)));
  }
  const heads = await differences(compareHeads, a, b);
  assert.deepEqual(heads.entropy!.a.grid, [12, 3]);
  assert.ok(
    heads.entropy!.values.every((value) => value === 0),
    "heads are those of all layers"
  );
  const summary = headSummary(decodeAttention(files["heads-plain-11.arrow"])[0], record.grid, {
    outliers: record.trunks.plain.outliers.subarray(10 * 196, 11 * 196)
  });
  assert.ok(Math.abs(heads.diagonal!.a.values[30] - 100 * summary.diagonal) < 1e-9);
  const raster = await differences(compareRaster, a, b);
  assert.deepEqual(raster.norm_purified!.a.axes, ["layer", "patch"]);
  const margin = readLayer(record, {trunk: "plain", layer: 6, head: "mean", factor: 1, cap: 0}).margin[17];
  assert.equal(raster.margin_plain!.a.values[6 * 196 + 17], margin);
  const [row] = differenceRows({attention: attention!});
  assert.deepEqual(Object.keys(row), ["query", "key", "attention_A", "attention_B", "attention_difference"]);
});

test("two selections make one address, in which what is alike is locked", () => {
  const [a, b] = ["?layer=10&image=dogs", "?layer=4&image=dogs"].map(parseSelection);
  const query = new URLSearchParams(bothSides(a, b));
  assert.deepEqual([query.get("b"), query.get("layer"), query.get("b.layer")], ["index", "10", "4"]);
  assert.equal(query.has("b.image"), false);
  assert.equal(sideSelection(parseSelection(`?${query}`), `?${query}`).layer, 4);
});

test("a contact sheet is sorted by a measure, largest first, and what was not measured comes last", () => {
  const photos = ["c", "a", "b", "d"].map((id) => ({id, title: id.toUpperCase()}));
  const values: Record<string, number | null> = {a: 2, b: null, c: 5, d: 2};
  const ids = (order: SheetOrder) => sheetOrder(photos, order, ({id}) => values[id]).map(({id}) => id);
  assert.deepEqual(ids("title"), ["a", "b", "c", "d"]);
  assert.deepEqual(ids("outliers"), ["c", "a", "d", "b"]);
});
