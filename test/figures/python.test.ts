/** The Python of a figure's menu, run by Python on the files that the figure's buttons give. */
import assert from "node:assert/strict";
import {mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after, test} from "node:test";
import {writeExport} from "../../components/exchange/write.js";
import {toCsv} from "../../components/figures/export/csv.js";
import {pythonSnippets} from "../../components/figures/export/python.js";
import {toArrow} from "../../components/figures/frame/arrowRows.js";
import type {Rows} from "../../components/figures/frame/rows.js";
import {lacking, runPython} from "../support/python.js";

const folder = mkdtempSync(join(tmpdir(), "sfp-figure-"));
after(() => rmSync(folder, {recursive: true, force: true}));

const run = (code: string) => runPython(code, folder);

/** Stands in for matplotlib, and says what is drawn; its numbers are checked, not its pictures. */
writeFileSync(
  join(folder, "fake.py"),
  `import sys, types
plt = types.ModuleType("matplotlib.pyplot")
plt.imshow = lambda a: print("imshow", a.shape, a.dtype.kind, a.ravel()[:3].tolist())
plt.plot = lambda x, y, s, label: print("plot", label, x.tolist(), y.tolist())
for name in ("colorbar", "legend", "xlabel", "show"): setattr(plt, name, lambda *a, **k: None)
sys.modules["matplotlib"] = types.ModuleType("matplotlib")
sys.modules["matplotlib"].pyplot = plt
sys.modules["matplotlib.pyplot"] = plt
`
);
const faked = (code: string) => run(`import fake\n${code}`);

const lines: Rows = [
  {layer: 1, trunk: "plain, whole", outliers: 3, share: 0.25},
  {layer: 2, trunk: "plain, whole", outliers: 5, share: ""}
];
const map: Rows = Array.from({length: 6}, (_, patch) => ({
  patch,
  row: Math.floor(patch / 3),
  column: patch % 3,
  value: patch / 8
}));

const cases = {lines, map};
const drawn = {
  lines: "plot outliers [1.0, 2.0] [3.0, 5.0]\nplot share [1.0, 2.0] [0.25, nan]\n",
  map: "imshow (2, 3) f [0.0, 0.125, 0.25]\n"
};

for (const [name, rows] of Object.entries(cases) as [keyof typeof cases, Rows][]) {
  const [arrow, csv] = pythonSnippets({file: name, rows, layer: 1});
  test(`${name}: NumPy draws what CSV holds`, {skip: lacking("numpy")}, () => {
    writeFileSync(join(folder, `${name}.csv`), toCsv(rows));
    const {stdout, stderr} = faked(csv.code);
    assert.equal(stdout, drawn[name], stderr);
  });
  test(`${name}: pyarrow reads what Arrow holds`, {skip: lacking("numpy", "pyarrow")}, () => {
    writeFileSync(join(folder, `${name}.arrow`), toArrow(rows, {Comment: "who made it"}));
    const {stdout, stderr} = faked(arrow.code);
    assert.match(stdout, /^who made it\n/, stderr);
    assert.match(stdout, name === "map" ? /imshow \(2, 3\)/ : /plot outliers \[1, 2\] \[3, 5\]/);
  });
}

test("a record's arrays, as the command writes them", {skip: lacking("numpy")}, async () => {
  const snippets = pythonSnippets({file: "x", rows: map, record: "mini/chelsea", layer: 2});
  const [command, code] = snippets.slice(2);
  assert.equal(command.code, "npm run sfp -- export mini/chelsea --out mini-chelsea.npz");
  const data = Float32Array.from({length: 2 * 2 * 6}, (_, i) => i);
  const bytes = await writeExport(
    {
      image: "chelsea",
      grid: [2, 3],
      prefix: {classToken: true, registers: 0},
      provenance: {model: "mini", weights: "", device: "cpu", method: "sfp", options: [], versions: {}},
      arrays: {class_rows: {shape: [2, 2, 6], data}}
    },
    ".npz"
  );
  writeFileSync(join(folder, "mini-chelsea.npz"), bytes);
  const {stdout, stderr} = faked(code.code);
  assert.match(stdout, /imshow \(2, 3\) f \[15\.0, 16\.0, 17\.0\]/, stderr);
});

test("every snippet is Python", {skip: lacking("ast")}, () => {
  for (const rows of [lines, map, [{name: "a"}]])
    for (const {code, language} of pythonSnippets({file: 'odd "name"', rows, record: "m/p", layer: 1}))
      if (language === "python") {
        const {status, stderr} = run(`import ast; ast.parse(${JSON.stringify(code)})`);
        assert.equal(status, 0, stderr);
        assert.ok(code.split("\n").length < 25);
      }
});
