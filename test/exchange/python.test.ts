// The snippets of docs/python.md, run by Python where it has what they need; what they write is imported.
import assert from "node:assert/strict";
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after, test} from "node:test";
import {readDump} from "../../components/exchange/dump.js";
import {layoutOf} from "../../components/exchange/layout.js";
import {recordOf} from "../../components/exchange/record.js";
import {openArrays} from "../../components/exchange/open.js";
import {exportFormats, writeExport, type Export} from "../../components/exchange/write.js";
import {importedExport} from "../../data/records/exported.js";
import {writeNpy, writeNpz} from "../../components/exchange/npy.js";
import {seededRandom} from "../../components/analysis/random.js";

const folder = mkdtempSync(join(tmpdir(), "sfp-python-"));
after(() => rmSync(folder, {recursive: true, force: true}));

const run = (code: string) => runPython(code, folder);

/** The snippets by the name in their first line. */
const snippets = new Map(
  [
    ...readFileSync(new URL("../../docs/python.md", import.meta.url), "utf8").matchAll(/```python\n# (\w+)\n(.*?)```/gs)
  ].map(([, name, code]) => [name, code] as const)
);

test("every snippet is under 25 lines, and Python reads it", {skip: lacking("ast")}, () => {
  assert.deepEqual(
    [...snippets.keys()],
    ["huggingface", "timm", "open_clip", "multihead", "npz", "arrow", "parquet", "safetensors"]
  );
  for (const [name, code] of snippets) {
    assert.ok(code.split("\n").length < 25, name);
    const {status, stderr} = run(`import ast; ast.parse(${JSON.stringify(code)})`);
    assert.equal(status, 0, `${name}: ${stderr}`);
  }
});

test("what PyTorch's MultiheadAttention gives is imported", {skip: lacking("torch", "numpy")}, async () => {
  const {status, stderr} = run(snippets.get("multihead")!);
  assert.equal(status, 0, stderr);
  const dump = readDump(await openArrays(readFileSync(join(folder, "dump.npz")), "dump.npz"));
  const layout = layoutOf(dump.attention.tokens, {});
  assert.deepEqual(
    [dump.attention.layers, dump.attention.heads, layout],
    [3, 4, {grid: [7, 7], prefix: 1, classIndex: 0}]
  );
  const {record} = recordOf(dump, layout, {image: "x", model: "m", file: "dump.npz", sha256: "", versions: {}});
  assert.ok(record.trunks.plain.norms.every((norm) => norm > 0));
});

/** A record of random maps, as an import of it gives them. */
async function example(): Promise<Export> {
  const random = seededRandom(3);
  const [layers, heads, size, width] = [2, 3, 17, 5];
  const attention = Float32Array.from({length: layers * heads * size * size}, () => random());
  for (let row = 0; row < attention.length; row += size) {
    const part = attention.subarray(row, row + size);
    const total = part.reduce((a, b) => a + b);
    part.forEach((value, i) => (part[i] = value / total));
  }
  const tokens = Float32Array.from({length: layers * size * width}, () => random() - 0.5);
  const features = Float32Array.from({length: (size - 1) * width}, () => random() - 0.5);
  const file = writeNpz({
    attention: writeNpy({shape: [layers, heads, size, size], data: attention}),
    tokens: writeNpy({shape: [layers, size, width], data: tokens}),
    features: writeNpy({shape: [size - 1, width], data: features})
  });
  return imported(file, "dump.npz");
}

async function imported(bytes: Uint8Array, name: string): Promise<Export> {
  const dump = readDump(await openArrays(bytes, name));
  const layout = layoutOf(dump.attention.tokens, {});
  return importedExport(dump, layout, {
    image: "x",
    model: "m",
    file: "dump.npz",
    sha256: "00",
    versions: {"sfp-explorer": "0"}
  });
}

test("an export that is imported again is equal, in every format that both read", async () => {
  const first = await example();
  assert.deepEqual(Object.keys(first.arrays).toSorted(), [
    "attention", "class_rows", "class_self", "diagonals", "features", "norms", "outliers", "tokens"
  ]); // prettier-ignore
  for (const format of exportFormats.filter((each) => each !== ".parquet"))
    assert.deepEqual(await imported(await writeExport(first, format), `a${format}`), first, format);
});

test("an export has the class token first, wherever the dump had it, and imports as it is", async () => {
  const [layers, heads, size, width] = [2, 2, 11, 3];
  const random = seededRandom(4);
  const attention = Float32Array.from({length: layers * heads * size * size}, () => 0.1 + random());
  for (let row = 0; row < attention.length; row += size) {
    const total = attention.subarray(row, row + size).reduce((a, b) => a + b);
    for (let i = row; i < row + size; ++i) attention[i] /= total;
  }
  const tokens = Float32Array.from({length: layers * size * width}, () => random() - 0.5);
  const file = writeNpz({
    attention: writeNpy({shape: [layers, heads, size, size], data: attention}),
    tokens: writeNpy({shape: [layers, size, width], data: tokens}),
    logits: writeNpy({shape: [4], data: Float32Array.of(1, 2, 3, 4)})
  });
  const as = {image: "x", model: "m", file: "dump.npz", sha256: "00", versions: {"sfp-explorer": "0"}};
  const read = async (bytes: Uint8Array, given: Parameters<typeof layoutOf>[1]) => {
    const dump = readDump(await openArrays(bytes, "dump.npz"));
    return importedExport(dump, layoutOf(size, given), as);
  };
  const grid = [3, 3] as const;
  const first = await read(file, {grid, classIndex: 1});
  const at = (layer: number, head: number, query: number, key: number) =>
    attention[((layer * heads + head) * size + query) * size + key];
  const found = first.arrays.attention.data;
  // Tokens 0 and 1 of the dump have changed places, as queries and as keys.
  const moved = [1, 0, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  for (const [query, from] of moved.entries())
    for (const [key, to] of moved.entries())
      assert.equal(found[((1 * heads + 1) * size + query) * size + key], at(1, 1, from, to));
  assert.equal(first.arrays.tokens.data[0], tokens[width]);
  assert.deepEqual([...first.arrays.logits.data], [1, 2, 3, 4]);
  assert.deepEqual(await read(await writeExport(first, ".npz"), {grid}), first);
});

/** Prints every array of `record`, a dictionary, as JSON. */
const print = `
import json
print()
print(json.dumps({name: {"shape": list(record[name].shape), "data": record[name].astype("float64").ravel().tolist()}
  for name in record if record[name].dtype.kind in "fu"}))`;
import {lacking, runPython} from "../support/python.js";

test("NumPy reads an export as it is, and what it saves of it imports as equal", {skip: lacking("numpy")}, async () => {
  const first = await example();
  writeFileSync(join(folder, "record.npz"), await writeExport(first, ".npz"));
  const {status, stdout, stderr} = run(
    `${snippets.get("npz")}${print}\nnp.savez_compressed("again.npz", **{n: record[n] for n in ("attention", "tokens", "features")})`
  );
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^\(2, 3, 17, 17\) m\n/);
  same(stdout, first);
  const again = await imported(readFileSync(join(folder, "again.npz")), "again.npz");
  assert.deepEqual(again, first);
});

for (const name of ["arrow", "safetensors"] as const)
  test(
    `${name}: Python reads an export as it is`,
    {skip: lacking("numpy", name === "arrow" ? "pyarrow" : name)},
    async () => {
      const first = await example();
      writeFileSync(join(folder, `record.${name}`), await writeExport(first, `.${name}`));
      const {status, stdout, stderr} = run(`${snippets.get(name)}${print}`);
      assert.equal(status, 0, stderr);
      same(stdout, first);
    }
  );

test("parquet: Python reads an export as it is", {skip: lacking("numpy", "pyarrow")}, async () => {
  const first = await example();
  writeFileSync(join(folder, "record.parquet"), await writeExport(first, ".parquet"));
  const {status, stdout, stderr} = run(`${snippets.get("parquet")}record = {"attention": attention}${print}`);
  assert.equal(status, 0, stderr);
  same(stdout, {...first, arrays: {attention: first.arrays.attention}});
});

function same(stdout: string, {arrays}: Pick<Export, "arrays">): void {
  const read = JSON.parse(stdout.trim().split("\n").at(-1)!) as Record<string, {shape: number[]; data: number[]}>;
  assert.deepEqual(Object.keys(read).toSorted(), Object.keys(arrays).toSorted());
  for (const [name, {shape, data}] of Object.entries(arrays)) {
    assert.deepEqual(read[name].shape, [...shape], name);
    assert.deepEqual(read[name].data, Array.from(data), name);
  }
}
