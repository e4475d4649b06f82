// A second model, test-time registers and the search for their neurons, by the command line, against the golden numbers.
import assert from "node:assert/strict";
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {fileURLToPath} from "node:url";
import {after, before, test} from "node:test";
import {main} from "../../data/cli/main.js";
import {readNpy, writeNpy} from "../../data/files/npy.js";
import {decode, goldenConfig, goldenWeights, relativeError} from "../support/golden.js";
import {caseOf, dinoFiles, input} from "../support/golden2.js";

const folder = mkdtempSync(join(tmpdir(), "second-model-"));
after(() => rmSync(folder, {recursive: true, force: true}));
const at = (name: string) => join(folder, name);

before(() => {
  const dino = dinoFiles();
  for (const [name, weights, config] of [
    ["clip", goldenWeights(), goldenConfig],
    ["dino", dino.weights, dino.config]
  ] as const) {
    mkdirSync(at(name));
    writeFileSync(join(at(name), "model.safetensors"), weights);
    writeFileSync(join(at(name), "config.json"), JSON.stringify(config));
  }
  for (const name of ["image", "image_nonsquare", "extra_a", "extra_b", "large"])
    writeFileSync(at(`${name}.npy`), writeNpy({shape: input(name).shape, data: decode(input(name))}));
});

async function sfp(...words: string[]) {
  const written = {stdout: "", stderr: ""};
  const stream = (name: "stdout" | "stderr") =>
    ({write: (text: string | Uint8Array) => ((written[name] += String(text)), true)}) as NodeJS.WritableStream;
  const status = await main(words, {stdout: stream("stdout"), stderr: stream("stderr")});
  return {status, ...written};
}

const clip = () => ["--model", at("clip"), "--device", "cpu"];

async function features(...words: string[]) {
  const out = at("features.npy");
  const {status, stderr} = await sfp("features", ...clip(), "--out", out, ...words);
  assert.equal(status, 0, stderr);
  return readNpy(out);
}

test("proxyclip with DINO, on DINO's grid", async () => {
  for (const name of ["proxyclip", "proxyclip_nonsquare"]) {
    const {image, expected} = caseOf(name);
    const {shape, data} = await features(
      "--method",
      "proxyclip",
      "--proxy",
      at("dino"),
      "--image",
      at(`${String(image)}.npy`)
    );
    assert.deepEqual(shape, [1, ...expected.features.shape]);
    assert.ok(relativeError(data, decode(expected.features)) <= 1e-4, name);
  }
});

test("registers take over neurons", async () => {
  const {neurons, expected} = caseOf("registers_clearclip");
  const list = neurons!.map((pair) => pair.join(":")).join(",");
  const words = ["--method", "clearclip", "-o", "registers=1", "-o", `neurons=${list}`, "--image", at("image.npy")];
  const {data} = await features(...words);
  assert.ok(relativeError(data, decode(expected.features)) <= 1e-4);
});

test("gla over the windows of a picture, with and without a second model", async () => {
  for (const name of ["gla", "gla_proxyclip"]) {
    const {options, windows, external, expected} = caseOf(name);
    const {shape, data} = await features(
      "--method",
      "gla",
      "--image",
      at("large.npy"),
      "--crop",
      `${windows!.crop}`,
      "--stride",
      `${windows!.stride}`,
      ...options.flatMap((option) => ["-o", option]),
      ...(external ? ["--proxy", at("dino")] : [])
    );
    assert.deepEqual(shape, expected.features.shape);
    assert.ok(relativeError(data, decode(expected.features)) <= 1e-4, name);
  }
});

for (const name of ["search", "search_all", "search_layer11"])
  test(`${name}: the neurons in their order, with their scores`, async () => {
    const {options, image, expected} = caseOf(name);
    const {status, stdout, stderr} = await sfp(
      "neurons",
      ...clip(),
      ...(image as string[]).flatMap((each) => ["--image", at(`${each}.npy`)]),
      ...options.flatMap((option) => ["-o", option])
    );
    assert.equal(status, 0, stderr);
    const found = JSON.parse(stdout) as {layer: number; index: number; score: number}[];
    assert.deepEqual(
      found.map(({layer, index}) => [layer, index]),
      expected.ranking
    );
    const [, width] = expected.scores.shape;
    const scores = decode(expected.scores);
    assert.ok(
      relativeError(
        found.map(({score}) => score),
        expected.ranking.map(([layer, index]) => scores[(layer - 1) * width + index])
      ) <= 1e-4
    );
  });

for (const [words, message] of [
  [["features", "--method", "proxyclip"], /proxyclip looks through a second model, such as DINO: name it with --proxy/],
  [["features", "--method", "sclip", "--proxy", "DINO"], /--proxy is for methods that look through a second model/],
  [["features", "--method", "clip", "-o", "neurons=3:25"], /registers=1 or more/],
  [["features", "--method", "clip", "-o", "registers=1", "-o", "neurons=3:64"], /neurons 0 to 63/],
  [["features", "--method", "clip", "-o", "registers=1", "-o", "neurons=13:6"], /layers 1 to 12/],
  [["features", "--method", "clip", "-o", "registers=3", "-o", "scale=1,2"], /scale=1,2 is for 2 registers/],
  [["features", "--method", "rf-clip"], /name some with channels=/],
  [["features", "--method", "gla", "-o", "dynamic_beta=1"], /need normalise=row/],
  [["neurons", "-o", "layer=13"], /layers 1 to 12/],
  [["neurons", "-o", "sparsity=on"], /neurons has no option sparsity; it has layer, threshold, sparse/]
] as const)
  test(`${words.join(" ")} is refused by name`, async () => {
    const {status, stderr} = await sfp(...words, ...clip(), "--image", at("image.npy"), "--out", at("none.npy"));
    assert.match(stderr, message);
    assert.equal(status, 2);
    assert.equal(stderr.trim().split("\n").length, 1);
  });

test("a threshold that nothing exceeds says what to lower", async () => {
  const {status, stderr} = await sfp("neurons", ...clip(), "--image", at("image.npy"), "-o", "threshold=1000");
  assert.equal(status, 1);
  assert.match(stderr, /No token of this image has a norm above 1000 in layer 12; lower -o threshold=/);
});

const labels = ["--labels", "corn; jackfruit, sorrel; banana"];
const mini = fileURLToPath(new URL("../../data/models/mini", import.meta.url));

for (const [method, ...words] of [
  ["lavg", "--proxy", at("dino"), "-o", "side=24", "-o", "suppress=on", "-o", "masks=3"],
  ["rf-clip", "-o", "channels=1,5", "-o", "global=0.3", "-o", "embedding=window"]
])
  test(`segment --method ${method}: its scores decide, and the legend says with what`, async () => {
    const photo = fileURLToPath(new URL("../../data/images/rocket.jpg", import.meta.url));
    const windows = ["--crop", "48", "--stride", "32", "--out", at("mask.png")];
    const common = [
      "segment",
      "--model",
      mini,
      "--device",
      "cpu",
      "--image",
      photo,
      ...labels,
      "--json",
      "--size",
      "64",
      ...windows
    ];
    const {status, stdout, stderr} = await sfp(...common, "--method", method, ...words);
    assert.equal(status, 0, stderr);
    const legend = JSON.parse(stdout) as {
      settings: {scoring: Record<string, unknown>};
      notComputed?: string;
      classes: {pixels: number}[];
      size: [number, number];
    };
    const pixels = legend.classes.reduce((sum, each) => sum + each.pixels, 0);
    assert.equal(pixels, legend.size[0] * legend.size[1]);
    if (method === "lavg") {
      assert.deepEqual(legend.settings.scoring, {side: 24, suppress: "on"});
      assert.match(legend.notComputed!, /not refined by LaVG's DenseCRF/);
    } else {
      const scoring = {global: 0.3, vector: 0.04, threshold: 0.09, embedding: "window"};
      assert.deepEqual(legend.settings.scoring, scoring);
      assert.equal(legend.notComputed, undefined);
    }
  });
