import assert from "node:assert/strict";
import {existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after, test} from "node:test";
import {writeNpy} from "../../data/files/npy.js";
import {sfp} from "../support/sfp.js";

const shared = "../shared/data/attention";
const photo = "data/images/chelsea.png";
const folder = mkdtempSync(join(tmpdir(), "sfp-import-"));
after(() => rmSync(folder, {recursive: true, force: true}));

interface Summary {
  model: string;
  grid: number[];
  prefix: number;
  layers: {layer: number; outliers: number[]; classRow: number[]; diagonal: number[]; largestNormOverMedian: number}[];
}

test(
  "a dump of vit-ti-16 gives the sets, rows and norms that PyTorch gives",
  {skip: !existsSync(shared) && "../shared/data/attention is not here"},
  () => {
    const file = `${shared}/chelsea-vit-ti-16.npz`;
    const {status, stdout, stderr} = sfp("import", file, "--image", photo, "--model", "mine", "--dry-run", "--json");
    assert.equal(status, 0, stderr);
    const {model, grid, prefix, layers} = JSON.parse(stdout) as Summary;
    const wanted = JSON.parse(readFileSync(`${shared}/chelsea-vit-ti-16.json`, "utf8")) as Record<string, never>;
    assert.deepEqual({model, grid, prefix}, {model: "mine", grid: wanted.grid, prefix: wanted.prefix});
    assert.deepEqual(
      layers.map(({outliers}) => outliers),
      wanted.outliers
    );
    // The dump is of half precision, and what must come out was computed before it was rounded.
    const near = (found: number, value: number) => Math.abs(found - value) <= Math.abs(value) * 1e-3 + 1e-6;
    layers[8].classRow.forEach((value, i) => assert.ok(near(value, wanted["class_row_layer9"][i])));
    layers[8].diagonal.forEach((value, i) => assert.ok(near(value, wanted["diagonal_layer9"][i])));
    layers.forEach(({largestNormOverMedian}, l) =>
      assert.ok(near(largestNormOverMedian, wanted["largest_norm_over_median"][l]))
    );
  }
);

test("import: wrong words are status 2, a wrong file status 1, in one line", () => {
  const wrong = join(folder, "wrong.npz");
  writeFileSync(wrong, new Uint8Array(30));
  const grid = join(folder, "grid");
  writeFileSync(`${grid}.npy`, writeNpy({shape: [1, 4, 4], data: new Float32Array(16).fill(0.25)}));
  const answers: [number, RegExp, string[]][] = [
    [2, /import needs FILE/, ["--image", photo, "--model", "x"]],
    [2, /--image PHOTO is needed/, [wrong, "--model", "x"]],
    [2, /--model NAME is needed/, [wrong, "--image", photo]],
    [2, /--model a\/b: a name/, [wrong, "--image", photo, "--model", "a/b"]],
    [2, /--grid 14: rows x columns/, [wrong, "--image", photo, "--model", "x", "--grid", "14"]],
    [1, /wrong\.npz is damaged/, [wrong, "--image", photo, "--model", "x"]],
    [1, /no\.npz: there is no such file/, ["no.npz", "--image", photo, "--model", "x"]],
    [1, /no\.png: there is no such file/, [wrong, "--image", "no.png", "--model", "x"]]
  ];
  for (const [wanted, said, args] of answers) {
    const {status, stdout, stderr} = sfp("import", ...args, "--dry-run");
    assert.equal(status, wanted, `${args.join(" ")}: ${stderr}`);
    assert.match(stderr, said);
    assert.equal(stdout, "");
    assert.doesNotMatch(stderr, /\n\s+at /);
  }
});

test("two files of one photo are refused before either is read", () => {
  const files = ["one", "two"].map((name) => join(folder, `${name}.npz`));
  for (const file of files) writeFileSync(file, "");
  const {status, stderr} = sfp("import", ...files, "--image", photo, "--model", "mine");
  assert.equal(status, 2);
  assert.match(stderr, /one\.npz and .*two\.npz would both be imported as data\/images\/chelsea\.png/);
  assert.ok(!existsSync("data/imports/mine"));
});
