// Labels decided block by block, against labels decided pixel by pixel from every query's cosine.
import assert from "node:assert/strict";
import {test} from "node:test";
import {gridOf} from "../../components/model/geometry.js";
import {segmentationPixels} from "../../components/model/image/normalise.js";
import {ScoreField, cellTaps, straightRuns, type WindowScores} from "../../components/model/segmentation/accumulate.js";
import {decideField, smallClasses, type DecisionRule} from "../../components/model/segmentation/decide.js";
import {cosines} from "../../components/model/segmentation/scores.js";
import {cutWindows, spans, tile} from "../../components/model/segmentation/windows.js";
import {readPicture} from "../../data/files/picture.js";
import {openEngine, openModel} from "../../data/engine/index.js";
import {seededRandom} from "../../components/analysis/random.js";

interface Size {
  height: number;
  width: number;
}

/** What the thresholds make of every cosine of every pixel, and how far each decision is from another. */
function everyPixel(field: ScoreField, {scale, classOf, classes, probability = 0, area}: DecisionRule) {
  const {height, width, queries} = field;
  const size = height * width;
  const all = new Float32Array(size * queries);
  for (let y = 0; y < height; ++y) {
    field.row(y);
    for (let x = 0; x < width; ++x) {
      const at = (y * width + x) * queries;
      field.pixel(x, all.subarray(at, at + queries));
    }
  }
  const close = new Uint8Array(size);
  /** Labels without the removed classes; `classes` where the threshold is not reached. */
  const decide = (removed: Uint8Array, threshold: number) =>
    Uint16Array.from({length: size}, (_, i) => {
      const values = all.subarray(i * queries, (i + 1) * queries);
      let best = -1;
      for (let q = 0; q < queries; ++q) if (!removed[classOf[q]] && (best < 0 || values[q] > values[best])) best = q;
      const label = classOf[best];
      const sum = values.reduce((total, value) => total + Math.exp(scale * (value - values[best])), 0);
      const rivals = values.some((value, q) => {
        const other = classOf[q];
        return other !== label && !removed[other] && value > values[best] - 1e-6;
      });
      if (rivals || Math.abs(sum * threshold - 1) < 1e-4) close[i] = 1;
      return 1 / sum < threshold ? classes : label;
    });
  const none = new Uint8Array(classes);
  const removed = area === undefined ? none : smallClasses(decide(none, 0), classes, area);
  return {labels: decide(removed, probability).map((label) => (label === classes ? 0 : label)), close};
}

async function agree(scores: WindowScores, resized: Size, original: Size, rule: DecisionRule): Promise<void> {
  const field = new ScoreField(scores, resized, original);
  const found = await decideField(field, rule);
  const {labels, close} = everyPixel(field, rule);
  const ties = close.reduce((sum, each) => sum + each, 0);
  assert.ok(ties < labels.length / 50, `${ties} of ${labels.length} pixels are as good as undecided`);
  for (let i = 0; i < labels.length; ++i)
    if (!close[i]) assert.equal(found[i], labels[i], `pixel ${i} of ${original.width} × ${original.height}`);
}

/** Cosines that vary from cell to cell about as much as `roughness` of what they vary from query to query. */
function madeUp(seed: number, resized: Size, crop: number, queries: number, roughness: number): WindowScores {
  const next = seededRandom(seed);
  const grid = [crop / 16, crop / 16] as const;
  const tiling = tile(resized.height, resized.width, {crop, stride: crop / 2});
  const windows = tiling.rows.length * tiling.columns.length;
  const base = Float32Array.from({length: queries}, () => 0.2 * next());
  const cells = windows * grid[0] * grid[1];
  const scores = Float32Array.from({length: cells * queries}, (_, i) => base[i % queries] + roughness * 0.2 * next());
  return {tiling, grid, queries, scores};
}

const rules = (queries: number, classes: number): DecisionRule[] => {
  const classOf = Uint16Array.from({length: queries}, (_, q) => Math.floor((q * classes) / queries));
  return [{}, {probability: 0.05}, {probability: 0.3}, {area: 0.1}, {probability: 0.1, area: 0.05}].map((more) => ({
    scale: 40,
    classOf,
    classes,
    ...more
  }));
};

for (const [queries, classes, roughness] of [
  [1, 1, 1],
  [2, 2, 1],
  [21, 21, 0.3],
  [40, 15, 1],
  [171, 171, 0.1],
  [171, 171, 2]
] as const)
  test(`made-up cosines, ${queries} queries, roughness ${roughness}`, async () => {
    const resized = {height: 112, width: 160};
    const scores = madeUp(queries + 10 * roughness, resized, 64, queries, roughness);
    const sizes = [{height: 75, width: 107}, {height: 1, width: 1}, resized, {height: 201, width: 287}];
    // Many queries at many pixels take long one by one.
    for (const original of sizes.slice(0, queries > 100 ? 2 : 4))
      for (const rule of rules(queries, classes)) await agree(scores, resized, original, rule);
  });

test("what no window has seen yet is not told apart", async () => {
  const resized = {height: 112, width: 112};
  const scores = madeUp(3, resized, 64, 5, 1);
  const across = scores.tiling.columns.length;
  const seen: WindowScores = {
    ...scores,
    tiling: {...scores.tiling, rows: scores.tiling.rows.slice(0, 1)},
    scores: scores.scores.subarray(0, across * 16 * 5)
  };
  const [rule] = rules(5, 5);
  const part = await decideField(new ScoreField(seen, resized, resized), rule);
  const all = await decideField(new ScoreField(scores, resized, resized), rule);
  // The second row of windows begins 32 pixels down.
  assert.deepEqual(part.subarray(0, 31 * 112), all.subarray(0, 31 * 112));
  assert.ok(part.subarray(64 * 112).every((label) => label === 0));
});

test("runs cover an axis, and within one the samples lie between its ends", () => {
  const next = seededRandom(7);
  for (const [resized, original] of [
    [448, 320],
    [336, 1024],
    [336, 336],
    [224, 17]
  ]) {
    const taps = cellTaps(spans(resized), 14, resized, original);
    const runs = straightRuns(taps);
    assert.deepEqual([runs[0], runs.at(-1)], [0, original]);
    const cells = Float64Array.from({length: 14 * spans(resized).length}, () => next());
    const value = (i: number) => {
      let sum = 0;
      for (let tap = taps.start[i]; tap < taps.start[i + 1]; ++tap) sum += taps.weight[tap] * cells[taps.cell[tap]];
      return sum;
    };
    for (let run = 0; run + 1 < runs.length; ++run) {
      const ends = [value(runs[run]), value(runs[run + 1] - 1)];
      for (let i = runs[run]; i < runs[run + 1]; ++i) {
        assert.ok(value(i) >= Math.min(...ends) - 1e-5, `${resized} to ${original}: ${i}`);
        assert.ok(value(i) <= Math.max(...ends) + 1e-5, `${resized} to ${original}: ${i}`);
      }
    }
    assert.ok(runs.length < original / 2 || original < 100, `${runs.length} runs of ${original}`);
  }
});

test("a photo under a real model", async () => {
  const model = await openModel("mini");
  const engine = openEngine(model, {device: "cpu", threads: 1});
  const image = await readPicture("data/images/chelsea.png");
  const pixels = segmentationPixels(image, model.geometry, 224);
  const tiling = tile(pixels.height, pixels.width, {crop: 224, stride: 112});
  const windows = tiling.rows.length * tiling.columns.length;
  const batch = cutWindows(pixels, tiling, 0, windows);
  const grid = gridOf(model.geometry, batch.dims[2], batch.dims[3]);
  const {features} = await engine.run({method: "sfp", grid, outputs: ["features"]}, batch);
  const words = ["cat", "sofa", "window screen", "quilt", "dog", "car", "bottle", "mug", "bird", "vehicle"];
  for (const count of [2, words.length]) {
    const {vectors, width} = await model.text(words.slice(0, count));
    const scores = cosines({grid, width, data: features.data as Float32Array}, vectors);
    for (const rule of rules(count, count)) await agree({tiling, grid, queries: count, scores}, pixels, image, rule);
  }
  await engine.close();
});
