// What two sides of a figure are told apart by, and their difference.
import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {test} from "node:test";
import {decodeRecord} from "../../components/records/arrow.js";
import type {RecordSource} from "../../components/records/record.js";
import {patchNorms, readLayer} from "../../components/charts/reading.js";
import {differenceRows} from "../../components/figures/side/pair.js";
import {difference, comparedQuantities} from "../../components/figures/side/quantities.js";
import {pairTitle, sidesNamed} from "../../components/figures/side/words.js";
import {sheetOrder, type SheetOrder} from "../../components/figures/photos/order.js";
import {makeView, type View} from "../../components/site/feed.js";
import {parseSelection} from "../../components/site/selection.js";
import {unpack} from "../../data/records/archive.js";

const archive = readFileSync("data/snapshots/vit-ti-16/astronaut.zip");
const record = decodeRecord(unpack(archive)["summary.arrow"]);
const source = {record} as RecordSource;
const view = (search: string): View =>
  makeView(parseSelection(search), {source, picture: {id: "astronaut", title: "Astronaut", image: null}});

test("two layers are told apart by their number, with the outliers of each", () => {
  const [a, b] = [view("?layer=10"), view("?layer=4")];
  assert.deepEqual(sidesNamed(a, b), ["layer 10", "layer 4"]);
  const counts = [a, b].map(({choice}) => readLayer(record, choice).count);
  assert.equal(pairTitle(a, b), `${counts[0]} against ${counts[1]} outliers: layer 10 | layer 4`);
  assert.match(pairTitle(a, a), /the two sides show the same so far$/);
});

test("the difference is A − B of the record's own numbers, and nothing where the grids differ", () => {
  const [a, b] = [view("?layer=10"), view("?layer=4")];
  const left = comparedQuantities.class.of(a) as Float32Array;
  const right = comparedQuantities.class.of(b) as Float32Array;
  const values = difference(left, right)!;
  const {classRows} = record.trunks.plain;
  const mean = (layer: number, patch: number) => {
    const heads = Array.from({length: record.heads}, (_, h) => classRows[(layer * record.heads + h) * 196 + patch]);
    return (197 * heads.reduce((sum, value) => sum + value, 0)) / record.heads;
  };
  for (const patch of [0, 13, 97, 195])
    assert.ok(Math.abs(values[patch] - (mean(9, patch) - mean(3, patch))) < 1e-4 * Math.abs(mean(9, patch)));
  assert.equal(difference(left, new Float32Array(256)), null);
  assert.equal(difference(left, null), null);
  const rows = differenceRows([a, b], {class: {a: left, b: right, values}});
  assert.deepEqual(Object.keys(rows[0]), ["patch", "row", "column", "class_A", "class_B", "class_difference"]);
  assert.equal(rows[97].class_difference, values[97]);
});

test("norms of both sides are in times the median of the trunk without SOM", () => {
  const purified = view("?layer=10&trunk=purified");
  const norms = comparedQuantities.norms.of(purified) as Float32Array;
  const plain = Float64Array.from(patchNorms(record, "plain", 9)).toSorted();
  const unit = (plain[97] + plain[98]) / 2;
  assert.ok(Math.abs(norms[5] - patchNorms(record, "purified", 9)[5] / unit) < 1e-5 * norms[5]);
});

test("a contact sheet is sorted by a measure, largest first, and what was not measured comes last", () => {
  const photos = ["c", "a", "b", "d"].map((id) => ({id, title: id.toUpperCase()}));
  const values: Record<string, number | null> = {a: 2, b: null, c: 5, d: 2};
  const ids = (order: SheetOrder) => sheetOrder(photos, order, ({id}) => values[id]).map(({id}) => id);
  assert.deepEqual(ids("title"), ["a", "b", "c", "d"]);
  assert.deepEqual(ids("outliers"), ["c", "a", "d", "b"]);
});
