import assert from "node:assert/strict";
import {test} from "node:test";
import {tableFromIPC} from "apache-arrow";
import {toArrow} from "../../components/figures/frame/arrowRows.js";

test("columns are typed by what they hold, and gaps are null", () => {
  const rows = [
    {patch: 0, name: "Ünïcode, 猫", margin: 0.25, score: "", big: 2 ** 40},
    {patch: -7, name: "", margin: -1, score: 3, big: 1},
    {patch: 2 ** 31 - 1, name: 'a "b"\nc', margin: NaN, score: 4, big: 0}
  ];
  const table = tableFromIPC(toArrow(rows, {Title: "A figure"}));
  assert.deepEqual(
    table.schema.fields.map(({name, type, nullable}) => [name, String(type), nullable]),
    [
      ["patch", "Int32", false],
      ["name", "Utf8", true],
      ["margin", "Float64", false],
      ["score", "Int32", true],
      ["big", "Float64", false]
    ]
  );
  const read = (column: string) => [...table.getChild(column)!];
  for (const column of ["patch", "margin", "big"] as const)
    assert.deepEqual(
      read(column),
      rows.map((row) => row[column])
    );
  assert.deepEqual(read("name"), ["Ünïcode, 猫", null, 'a "b"\nc']);
  assert.deepEqual(read("score"), [null, 3, 4]);
  assert.equal(table.schema.metadata.get("Title"), "A figure");
});

test("nineteen rows keep their gaps apart", () => {
  const rows = Array.from({length: 19}, (_, i) => (i % 3 === 0 ? {i, third: i / 2} : {i}) as {i: number});
  const third = tableFromIPC(toArrow(rows)).getChild("third")!;
  assert.equal(third.nullCount, 12);
  assert.deepEqual(
    [...third],
    rows.map((row) => (row.i % 3 === 0 ? row.i / 2 : null))
  );
});

test("no rows are a file without columns", () => {
  const table = tableFromIPC(toArrow([]));
  assert.deepEqual([table.numRows, table.numCols], [0, 0]);
});
