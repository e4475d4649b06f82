// What makes high-norm patches: scores over many pictures, what one neuron does, and what registers take over.
import assert from "node:assert/strict";
import {existsSync, readFileSync} from "node:fs";
import {after, test} from "node:test";
import {
  causesPath,
  largestOverMedian,
  listedNeurons,
  sweptNeurons,
  type CausesFile
} from "../../components/analysis/causes.js";
import {MeanScores} from "../../components/analysis/registerNeurons.js";
import {registerFeatures} from "../../components/model/compute.js";
import {fit} from "../../components/model/image/fit.js";
import {inputOf} from "../../components/model/image/input.js";
import {
  numbersOutputs,
  neuronOutputs,
  outputNorms,
  pictureCauses,
  toldLayer
} from "../../components/model/interventions/study.js";
import {registerSettings, registerVariants} from "../../components/model/registerVariants.js";
import {openEngine, openModel} from "../../data/engine/index.js";
import {readPicture} from "../../data/files/picture.js";
import {listPhotoFiles} from "../../data/site/photos.js";

const model = await openModel("mini");
const engine = openEngine(model, {device: "cpu", threads: 1});
const {grid, pixels} = inputOf(
  fit(await readPicture("data/images/astronaut.png"), model.geometry.patch),
  model.geometry
);

test("the mean of scores is that of all images, in whichever halves they came; ties by layer, then index", () => {
  const images = [
    [Float64Array.of(1, 2), Float64Array.of(3, 0)],
    [Float64Array.of(2, 1), Float64Array.of(0, 3)],
    [Float64Array.of(3, 3), Float64Array.of(3, 3)]
  ];
  const [first, rest, all] = [new MeanScores(), new MeanScores(), new MeanScores()];
  first.add(images[0]);
  for (const image of images.slice(1)) rest.add(image);
  for (const image of images) all.add(image);
  first.join(rest);
  const asked = {lowest: 1, highest: 2, top: 3};
  assert.deepEqual(first.rank(asked), all.rank(asked));
  assert.deepEqual(first.rank(asked), [
    {layer: 1, index: 0, score: 2},
    {layer: 1, index: 1, score: 2},
    {layer: 2, index: 0, score: 2}
  ]);
  assert.deepEqual(new MeanScores().rank(asked), []);
});

test("a photo's causes are what its own tokens and weights say, and the committed ones are of this picture", async () => {
  const outputs = [...new Set([...neuronOutputs(model), ...numbersOutputs(model)])];
  const results = await engine.run({method: "clip", grid, outputs}, pixels);
  const found = pictureCauses(model, (name) => results[name], {grid});
  assert.equal(found.neurons.length, listedNeurons);
  assert.equal(found.ranked.length, sweptNeurons);
  for (const {layer, index, high, cosine, adds} of found.neurons) {
    assert.ok(cosine >= -1 && cosine <= 1);
    // Activation times the length of the output direction times the cosine: of one sign with the cosine.
    assert.equal(Math.sign(adds), Math.sign(high * cosine), `${layer}.${index}`);
  }
  const photos = listPhotoFiles();
  for (const {hash, id} of photos) {
    const file = `data/${causesPath("mini", hash)}`;
    assert.ok(existsSync(file), `${id}: npm run sfp -- snapshots mini --causes`);
    const kept = JSON.parse(readFileSync(file, "utf8")) as CausesFile;
    assert.equal(kept.weights, model.hash);
    if (id !== "astronaut") continue;
    assert.deepEqual(kept.ranked.slice(0, 5), found.ranked.slice(0, 5));
    const told = toldLayer(model) - 1;
    const ratio = largestOverMedian(found.plain.norms[told]);
    assert.ok(Math.abs(largestOverMedian(kept.plain.norms[told]) / ratio - 1) < 0.02);
    // The answers: without the first neuron, and without ten.
    const [one, ten] = kept.answers.map(({norms, first}) => largestOverMedian(norms[told + 1 - first]));
    assert.ok(ratio > one && one > ten && ten < 3, `${ratio}, ${one}, ${ten}`);
  }
});

test("a register takes over the high norms, under each variant's method; other weights have no variants", async () => {
  const plain = await engine.run({method: "clip", grid, outputs: ["norms.11"]}, pixels);
  const options = registerSettings(model.hash);
  const run = await engine.run({method: "clip", options, grid, outputs: ["norms.11", "features"]}, pixels);
  const norms = run["norms.11"];
  assert.equal(norms.dims[1], grid[0] * grid[1] + 2);
  const ratio = largestOverMedian(outputNorms(model, () => ({...norms, data: norms.data.subarray(0, -1)}), 11));
  assert.ok(largestOverMedian(outputNorms(model, () => plain["norms.11"], 11)) > 20);
  assert.ok(ratio < 4, String(ratio));
  const found = await registerFeatures(engine, model.hash, grid, pixels);
  assert.deepEqual(
    Object.keys(found),
    registerVariants.map(({name}) => name)
  );
  assert.deepEqual(found["clip-registers"].values, run.features.data);
  assert.notDeepEqual(found["clearclip-registers"].values, run.features.data);
  assert.deepEqual(await registerFeatures(engine, "0".repeat(64), grid, pixels), {});
});

after(() => engine.close());
