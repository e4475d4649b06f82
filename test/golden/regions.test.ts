// LaVG's regions and scores, and RF-CLIP's words, against numbers of an independent float64 implementation.
import assert from "node:assert/strict";
import {after, test} from "node:test";
import {keyValues, readOptions, type GivenOptions} from "../../components/analysis/options.js";
import {methods} from "../../components/model/methods/index.js";
import {Engine} from "../../components/model/runtime.js";
import {ownScores} from "../../components/model/segmentation/own-scores.js";
import {cutRegions} from "../../components/model/segmentation/regions.js";
import {clusterQueries} from "../../components/model/segmentation/rf-clip.js";
import {cutWindows, tile} from "../../components/model/segmentation/windows.js";
import {cpu} from "../../data/engine/device.js";
import {decode, goldenModel, pixels, relativeError} from "../support/golden.js";
import {caseOf, dinoModel, golden2, input, optionsOf, type Case} from "../support/golden2.js";

const dino = new Engine(dinoModel(), cpu(1), 4);
const pair = new Engine(goldenModel(), cpu(1), 4, dino);
after(() => pair.close());

/** A map of each region, and nothing for what is left. */
function masksOf(regions: ArrayLike<number>): number[][] {
  const all = Array.from(regions);
  return Array.from({length: Math.max(...all) + 1}, (_, region) => all.map((each) => Number(each === region)));
}

/** A window's scores, the picture being one window of pixels that are normalised already. */
function scored(method: string, of: Case, scoring: GivenOptions, words: number[]) {
  const {dims, data} = pixels(input(String(of.image)));
  const whole = {height: dims[2], width: dims[3], data};
  const windows = cutWindows(whole, tile(whole.height, whole.width, {crop: 0}), 0, 1);
  const classes = words.map((count) => ({words: Array.from({length: count}, String)}));
  const text = decode(input(of.inputs!.text!));
  return ownScores(pair, method, {options: optionsOf(of), scoring, text, classes})!(windows, whole, whole);
}

for (const of of golden2.cases.filter(({method}) => method === "lavg")) {
  const {tau, masks} = readOptions("lavg", methods.lavg.options, keyValues(of.options)) as {tau: number; masks: number};

  test(`${of.name}: keys of the second model, and the regions they cut, exactly`, async () => {
    const {grid, data} = await dino.rowsFor(pixels(input(String(of.image))), pair.model.geometry, "keys");
    assert.deepEqual(grid, of.external_grid);
    assert.ok(relativeError(data, decode(of.expected.keys)) <= 1e-4);
    assert.deepEqual(masksOf(await cutRegions(data, grid, {tau, masks})).flat(), Array.from(decode(of.expected.masks)));
  });

  test(`${of.name}: scores of every pixel, by the way that segment takes`, async () => {
    const first = of.first_foreground ?? 1;
    const found = await scored("lavg", of, {suppress: of.first_foreground ? "on" : "off"}, [first, 7 - first]);
    const [queries, height, width] = of.expected.logits.shape;
    assert.deepEqual(found.grid, [height, width]);
    const size = height * width;
    const planes = Array.from(
      {length: queries * size},
      (_, i) => found.scores![(i % size) * queries + Math.floor(i / size)]
    );
    const error = relativeError(planes, decode(of.expected.logits));
    assert.ok(error <= 1e-4, `relative error ${error}`);
  });
}

test("rf-clip: clusters of the words exactly, and the scores, by the way that segment takes", async () => {
  const of = caseOf("rfclip_sigma2");
  const {shape} = input(of.inputs!.text!);
  const clusters = clusterQueries(decode(input(of.inputs!.text!)), shape[0], of.text_options!.threshold);
  assert.deepEqual(clusters, of.expected.clusters);
  for (const embedding of ["picture", "window"]) {
    const {scores} = await scored("rf-clip", of, {...of.text_options, embedding}, [1, 6]);
    const error = relativeError(scores!, decode(of.expected.logits));
    assert.ok(error <= 1e-4, `relative error ${error}`);
  }
});

test("words at any distance, or at none, are one cluster or each its own", () => {
  const text = decode(input("text7"));
  assert.deepEqual(clusterQueries(text, 7, 2), [[0, 1, 2, 3, 4, 5, 6]]);
  assert.equal(clusterQueries(text, 7, 0).length, 7);
});

test("keys that are all alike are not cut: the eigenvalue is not simple", async () => {
  const keys = new Float32Array(36 * 3).fill(1);
  assert.ok((await cutRegions(keys, [6, 6], {tau: 0.3, masks: 8})).every((region) => region === -1));
});
