/** SigLIP beyond its golden arrays: words, masks and benchmarks of a model without a class token. */
import assert from "node:assert/strict";
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after, test} from "node:test";
import {openTowerWords} from "../../components/live/worker/towerWords.js";
import {datasets} from "../../components/model/evaluation/datasets.js";
import {run as evaluate} from "../../data/cli/evaluate.js";
import {run as segment} from "../../data/cli/segment.js";
import {cpu} from "../../data/engine/device.js";
import {openEngine, openModel} from "../../data/engine/index.js";
import {writeNpy} from "../../data/files/npy.js";
import {readMask} from "../../data/files/masks.js";
import {memory, writeDataset} from "../support/evaluation-fixtures.js";
import {relativeError} from "../support/golden.js";
import {wordTokenizer, writeSiglip} from "../support/siglip.js";

const folder = mkdtempSync(join(tmpdir(), "siglip-"));
after(() => rmSync(folder, {recursive: true, force: true}));
writeSiglip(folder);
const on = ["--model", folder, "--device", "cpu", "--threads", "1"];

test("dense features lie where the image feature does: of a picture of one patch they are it", async () => {
  const model = await openModel(folder);
  const engine = openEngine({...model, dense: "pooled"}, {device: "cpu", threads: 1});
  const data = Float32Array.from({length: 3 * 64}, (_, i) => Math.sin(i));
  const {features, image} = await engine.run(
    {method: "clip", grid: [1, 1], outputs: ["features", "image"]},
    {dims: [1, 3, 8, 8], data}
  );
  await engine.close();
  assert.ok(relativeError(features.data, image.data) <= 1e-5);
});

test("the page's words are the command line's", async () => {
  const model = await openModel(folder);
  const table = new TextEncoder().encode(JSON.stringify(wordTokenizer));
  const tower = await openTowerWords(model, {table, device: cpu(1)});
  const words = ["cat", "sky", "large dog"];
  const [page, line] = [await tower!.vectors(words), await model.text(words)];
  assert.equal(page.width, 32);
  assert.ok(relativeError(page.vectors, line.vectors) <= 1e-6);
  const broken = new TextEncoder().encode("{");
  await assert.rejects(openTowerWords(model, {table: broken, device: cpu(1)}), /tokenizer\.json/);
});

test("segment: every patch has the class whose word is nearest to its features", async () => {
  const side = 40;
  const data = Float32Array.from({length: 3 * side * side}, (_, i) => Math.sin(i / 7) * Math.cos(i / 311));
  const image = join(folder, "image.npy");
  writeFileSync(image, writeNpy({shape: [3, side, side], data}));
  const out = join(folder, "mask.png");
  const labels = ["cat", "sky", "grass", "small dog"];
  const given = ["--image", image, "--labels", labels.join(";"), "--out", out, "--method", "clip", "--crop", "0"];
  assert.equal(await segment([...on, ...given], memory()), 0);
  const model = await openModel(folder);
  const engine = openEngine({...model, dense: "pooled"}, {device: "cpu", threads: 1});
  const pixels = {dims: [1, 3, side, side] as const, data};
  const {features} = await engine.run({method: "clip", grid: [5, 5], outputs: ["features"]}, pixels);
  await engine.close();
  const {vectors, width} = await model.text(labels);
  const nearest = Array.from({length: 25}, (_, patch) => {
    const scores = labels.map((_, word) =>
      vectors
        .subarray(word * width, (word + 1) * width)
        .reduce((sum, v, k) => sum + v * features.data[patch * width + k], 0)
    );
    return scores.indexOf(Math.max(...scores));
  });
  const mask = await readMask(out);
  const seen = nearest.map((_, patch) => mask.labels[(Math.floor(patch / 5) * 8 + 4) * side + (patch % 5) * 8 + 4]);
  assert.deepEqual(seen, nearest);
});

test("evaluate: a benchmark by SigLIP's words", async () => {
  const root = join(folder, "voc");
  await writeDataset(root, datasets.voc20, ["2007_0", "2007_1"], (image, pixel) => 1 + ((image + pixel) % 20));
  const out = join(folder, "voc.json");
  const words = ["--dataset", "voc20", "--root", root, ...on, "--method", "clip", "--json", "--out", out];
  assert.equal(await evaluate(words, memory()), 0);
  const found = JSON.parse(readFileSync(out, "utf8")) as Record<string, unknown>;
  assert.match(JSON.stringify(found), /siglip-/);
});
