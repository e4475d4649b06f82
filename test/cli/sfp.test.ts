import assert from "node:assert/strict";
import {spawnSync} from "node:child_process";
import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {mkdirSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after, before, test} from "node:test";
import {fileURLToPath} from "node:url";
import {readNpy, writeNpy} from "../../data/files/npy.js";
import {decode, golden, goldenConfig, goldenWeights, relativeError} from "../support/golden.js";

const project = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "sfp-"));
const model = join(folder, "golden");
const image = join(folder, "image.npy");
after(() => rmSync(folder, {recursive: true, force: true}));

before(() => {
  mkdirSync(model);
  writeFileSync(join(model, "model.safetensors"), goldenWeights());
  writeFileSync(join(model, "config.json"), JSON.stringify(goldenConfig));
  writeFileSync(image, writeNpy({shape: golden.image.shape, data: decode(golden.image)}));
});

function sfp(...args: string[]) {
  const {status, stdout, stderr} = spawnSync(process.execPath, ["--import", "tsx", "data/cli/sfp.ts", ...args], {
    cwd: project,
    encoding: "utf8"
  });
  return {status, stdout, stderr};
}

test("features: the golden features, in a .npy of the promised shape", async () => {
  const out = join(folder, "features.npy");
  const {status, stderr} = sfp(
    "features",
    "--model",
    model,
    "--device",
    "cpu",
    "--image",
    image,
    "--method",
    "sfp",
    "-o",
    "sae=literal",
    "--out",
    out
  );
  assert.equal(status, 0, stderr);
  const {shape, data} = await readNpy(out);
  assert.deepEqual([...shape], [1, 49, 8]);
  assert.ok(relativeError(data, decode(golden.expected.sfp_paper_literal)) <= 1e-4);
});

test("outliers: the golden sets, as JSON", () => {
  const {status, stdout, stderr} = sfp(
    "outliers",
    "--model",
    model,
    "--device",
    "cpu",
    "--image",
    image,
    "-o",
    "trunk=purified"
  );
  assert.equal(status, 0, stderr);
  const {grid, layers} = JSON.parse(stdout) as {
    grid: number[];
    layers: {layer: number; indices: number[]; scores: number[]}[];
  };
  assert.deepEqual(grid, [7, 7]);
  golden.expected.sfp_paper_outlier_sets_per_layer.forEach((set, i) => {
    assert.deepEqual(layers[i].indices, set);
    assert.equal(layers[i].layer, i + 1);
    assert.ok(layers[i].scores.length === set.length && layers[i].scores.every((score) => score > 0));
  });
});

test("outliers: several images give an array, one layer only that layer, every detector a set", () => {
  for (const detector of ["l2", "lof", "mad"]) {
    const {status, stdout, stderr} = sfp(
      "outliers",
      "--model",
      model,
      "--device",
      "cpu",
      "--image",
      image,
      "--image",
      image,
      "--detector",
      detector,
      "--layer",
      "11"
    );
    assert.equal(status, 0, stderr);
    const sets = JSON.parse(stdout) as {layers: {layer: number; indices: number[]}[]}[];
    assert.equal(sets.length, 2);
    assert.deepEqual(sets[0], sets[1]);
    assert.deepEqual(
      sets[0].layers.map(({layer}) => layer),
      [11]
    );
    if (detector === "lof") assert.deepEqual(sets[0].layers[0].indices, golden.expected.lof_block11.indices);
  }
});

const wrong: [what: string, args: string[], status: number, says: RegExp][] = [
  ["no verb", [], 2, /Verbs: models, features/],
  ["an unknown verb", ["feature"], 2, /no verb feature; known are/],
  ["an unknown option", ["features", "--imag", "x"], 2, /imag/],
  ["no image", ["features", "--out", "x.npy"], 2, /--image FILE is needed/],
  [
    "an unknown device",
    ["features", "--image", image, "--out", "x.npy", "--device", "tpu"],
    2,
    /known are auto, cuda, webgpu, cpu/
  ],
  [
    "an unknown method",
    ["features", "--model", model, "--image", image, "--method", "clap", "--out", join(folder, "no.npy")],
    2,
    /known are clip, maskclip/
  ],
  [
    "a value out of range",
    ["features", "--model", model, "--image", image, "-o", "l0=12", "--out", join(folder, "no.npy")],
    2,
    /layers 1 to 11/
  ],
  [
    "an option without a value",
    ["features", "--model", model, "--image", image, "-o", "l0", "--out", join(folder, "no.npy")],
    2,
    /KEY=VALUE/
  ],
  ["a layer that is not there", ["outliers", "--model", model, "--image", image, "--layer", "13"], 2, /layers 1 to 12/],
  [
    "a model that is not here",
    ["features", "--model", "clip-vit-b-16", "--image", image, "--out", join(folder, "no.npy")],
    1,
    /models get clip-vit-b-16/
  ],
  [
    "a picture that is not there",
    ["features", "--model", model, "--image", join(folder, "none.png"), "--out", join(folder, "no.npy")],
    1,
    /none\.png/
  ],
  [
    "a file that is no picture",
    ["features", "--model", model, "--image", join(model, "config.json"), "--out", join(folder, "no.npy")],
    1,
    /config\.json/
  ],
  [
    "an array of the wrong shape",
    ["features", "--model", model, "--image", join(folder, "flat.npy"), "--out", join(folder, "no.npy")],
    1,
    /\(3, H, W\)/
  ]
];

for (const [what, args, status, says] of wrong)
  test(`${what}: exit ${status} and the remedy, no half-written output`, () => {
    writeFileSync(join(folder, "flat.npy"), writeNpy({shape: [4], data: new Float32Array(4)}));
    // The network is not asked: only the folders are looked at.
    const result = sfp(...args);
    assert.equal(result.status, status, result.stderr);
    assert.match(result.stderr, says);
    assert.ok(!existsSync(join(folder, "no.npy")));
    assert.ok(!readdirSync(folder).some((name) => name.includes(".part")));
  });

test("a damaged model is refused by name", () => {
  const bad = join(folder, "bad");
  mkdirSync(bad);
  writeFileSync(join(bad, "model.safetensors"), readFileSync(join(model, "model.safetensors")).subarray(0, 5000));
  const {status, stderr} = sfp("features", "--model", bad, "--image", image, "--out", join(folder, "no.npy"));
  assert.equal(status, 1);
  assert.match(stderr, /bad.*model\.safetensors.*fetch it again/s);
});

test("models shrink: a copy in 8 bits under a name of its own, that runs", async () => {
  const cache = join(folder, "cache");
  const environment = {...process.env, SFP_MODELS: cache};
  const run = (...args: string[]) =>
    spawnSync(process.execPath, ["--import", "tsx", "data/cli/sfp.ts", ...args], {
      cwd: project,
      encoding: "utf8",
      env: environment
    });
  const made = run("models", "shrink", model, "--as", "int8");
  assert.equal(made.status, 0, made.stderr);
  assert.ok(existsSync(join(cache, "golden-int8", "config.json")));
  const out = join(folder, "small.npy");
  const {status, stderr} = run(
    "features",
    "--model",
    "golden-int8",
    "--image",
    image,
    "--method",
    "clip",
    "--out",
    out
  );
  assert.equal(status, 0, stderr);
  assert.ok(relativeError((await readNpy(out)).data, decode(golden.expected.vanilla).subarray(8)) <= 0.15);
  assert.equal(run("models", "shrink", model, "--as", "int3").status, 2);
});

test("segment --clusters: CLIPtrase's clustering on the whole picture, and only there", () => {
  const photo = join(project, "data/images/coffee.png");
  const words = ["segment", "--model", "mini", "--device", "cpu", "--image", photo, "--labels", "cup; table"];
  const out = join(folder, "clusters.png");
  const refused = sfp(...words, "--clusters", "--out", out);
  assert.equal(refused.status, 2);
  assert.match(refused.stderr, /--method cliptrase --crop 0/);
  const {status, stderr} = sfp(...words, "--clusters", "--method", "cliptrase", "--crop", "0", "--out", out);
  assert.equal(status, 0, stderr);
  const {classes} = JSON.parse(readFileSync(join(folder, "clusters.json"), "utf8")) as {classes: {pixels: number}[]};
  assert.equal(
    classes.reduce((sum, {pixels}) => sum + pixels, 0),
    600 * 400
  );
});

test("segment --heat: a map a class; feature surgery leaves maps that sum to nothing at every patch", async () => {
  const photo = join(project, "data/images/coffee.png");
  const words = ["segment", "--model", "mini", "--device", "cpu", "--image", photo, "--method", "clip-surgery"];
  const out = join(folder, "heat.png");
  const heat = join(folder, "heat.npy");
  const asked = [...words, "--labels", "cup; table; cat", "--crop", "0", "--size", "64", "--out", out];
  assert.match(sfp(...asked, "--surgery").stderr, /give --heat FILE\.npy too/);
  assert.match(sfp(...words, "--labels", "cup", "--out", out, "--heat", heat).stderr, /needs --crop 0/);
  const mapsOf = async (...more: string[]) => {
    const {status, stderr} = sfp(...asked, "--heat", heat, ...more);
    assert.equal(status, 0, stderr);
    const {shape, data} = await readNpy(heat);
    assert.equal(shape[0], 3);
    const size = shape[1] * shape[2];
    return Array.from({length: size}, (_, i) => [0, 1, 2].map((c) => Number(data[c * size + i])));
  };
  const plain = await mapsOf();
  const surgery = await mapsOf("--surgery");
  assert.ok(plain.flat().every((cosine) => Math.abs(cosine) <= 1.000001));
  assert.ok(surgery.every((row) => Math.abs(row[0] + row[1] + row[2]) < 1e-5));
  // Each is the plain cosine, weighed alike at every patch, less what all share.
  const weights = weightsFrom(plain, surgery);
  for (const [i, row] of surgery.entries()) {
    const shared = weights.reduce((sum, weight, c) => sum + (weight * plain[i][c]) / 3, 0);
    row.forEach((value, c) => assert.ok(Math.abs(value - (weights[c] * plain[i][c] - shared)) < 1e-4));
  }
});

/** The three weights that explain surgery's maps by cosines, their mean being 1, by least squares over differences of classes. */
function weightsFrom(plain: number[][], surgery: number[][]): number[] {
  // s_0 − s_c = w_0 p_0 − w_c p_c for c = 1, 2, and w_0 + w_1 + w_2 = 3.
  const normal = [0, 0, 0].map(() => [0, 0, 0]);
  const right = [0, 0, 0];
  const add = (row: number[], value: number) => {
    for (let a = 0; a < 3; ++a) {
      right[a] += row[a] * value;
      for (let b = 0; b < 3; ++b) normal[a][b] += row[a] * row[b];
    }
  };
  plain.forEach((p, i) => {
    add([p[0], -p[1], 0], surgery[i][0] - surgery[i][1]);
    add([p[0], 0, -p[2]], surgery[i][0] - surgery[i][2]);
  });
  add([1e3, 1e3, 1e3], 3e3);
  for (let k = 0; k < 3; ++k)
    for (let r = k + 1; r < 3; ++r) {
      const times = normal[r][k] / normal[k][k];
      for (let c = k; c < 3; ++c) normal[r][c] -= times * normal[k][c];
      right[r] -= times * right[k];
    }
  const weights = [0, 0, 0];
  for (const k of [2, 1, 0])
    weights[k] =
      (right[k] - [0, 1, 2].reduce((sum, c) => (c > k ? sum + normal[k][c] * weights[c] : sum), 0)) / normal[k][k];
  return weights;
}

test("without --model the best model that is here is taken, mini at the least", () => {
  const {status, stdout, stderr} = sfp(
    "outliers",
    "--device",
    "cpu",
    "--image",
    join(project, "data/images/coffee.png"),
    "--layer",
    "9"
  );
  assert.equal(status, 0, stderr);
  assert.match((JSON.parse(stdout) as {model: string}).model, /^(clip-vit-b-16|vit-ti-16|mini)$/);
});

test("bench and export read the model as they are told, or say why not", () => {
  const bench = sfp("bench", "--model", model, "--activation", "swiglu");
  assert.deepEqual(
    [bench.status, bench.stderr],
    [1, "sfp bench: --activation swiglu: this model's MLPs have no gate.\n"]
  );
  const kept = sfp("export", "mini/chelsea", "--positions", "timm", "--out", join(folder, "x.npz"));
  assert.equal(kept.status, 2);
  assert.match(kept.stderr, /--positions and --activation go with --image/);
});
