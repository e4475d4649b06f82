import assert from "node:assert/strict";
import {test} from "node:test";
import {segmentationPixels} from "../../components/model/image/normalise.js";
import type {Picture} from "../../components/model/image/pixels.js";
import {resizePlanes} from "../../components/model/image/resample-planes.js";
import {ScoreField} from "../../components/model/segmentation/accumulate.js";
import {expNegative} from "../../components/model/segmentation/exponential.js";
import {classOfQueries} from "../../components/model/segmentation/labels.js";
import {affinity, refine} from "../../components/model/segmentation/pamr.js";
import {cosines} from "../../components/model/segmentation/scores.js";
import {segment, type SegmentInput, type SegmentSettings} from "../../components/model/segmentation/segment.js";
import {spans, tile} from "../../components/model/segmentation/windows.js";
import {naiveCosines, naiveLabels, naiveProbabilities} from "../support/naive.js";

const colours = {mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5]} as const;
const E = 6;

function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** An image, features for each window, and text, all random; the features are smooth so that classes have areas. */
function example(width: number, height: number, words: number[], settings: Partial<SegmentSettings>, patch = 8) {
  const next = random(width * 31 + height);
  const image = {width, height, data: Uint8Array.from({length: 3 * width * height}, () => 256 * next())};
  const classes = words.map((count, c) => ({words: Array.from({length: count}, (_, i) => `${c}.${i}`)}));
  const queries = words.reduce((a, b) => a + b, 0);
  const text = Float32Array.from({length: queries * E}, () => next() - 0.5);
  for (let q = 0; q < queries; ++q) {
    const row = text.subarray(q * E, (q + 1) * E);
    const norm = Math.hypot(...row);
    row.forEach((value, k) => (row[k] = value / norm));
  }
  const seen: Float32Array[] = [];
  let grid: [number, number] = [0, 0];
  const input: SegmentInput = {
    image,
    colours,
    text,
    classes,
    settings,
    batch: 4,
    features: async ({dims: [batch, , h, w]}) => {
      grid = [Math.floor(h / patch), Math.floor(w / patch)];
      const data = Float32Array.from({length: batch * grid[0] * grid[1] * E}, () => 4 * (next() - 0.5));
      for (let b = 0; b < batch; ++b) seen.push(data.slice((b * data.length) / batch, ((b + 1) * data.length) / batch));
      return {grid, width: E, data};
    }
  };
  const naive = (): Float32Array => {
    const {height: h, width: w} = segmentationPixels(image, colours, settings.short ?? 336);
    const {rows, columns} = tile(h, w, settings);
    const windows = rows.flatMap((row) =>
      columns.map((column) => ({top: row.start, left: column.start, height: row.length, width: column.length}))
    );
    return naiveCosines({resized: [h, w], original: [height, width], windows, grid, width: E, features: seen, text});
  };
  return {input, naive, classOf: classOfQueries(classes), classes: classes.length};
}

/** Labels may differ only where the two candidates are as good as equal. */
function agree(found: ArrayLike<number>, wanted: number[], probabilities: Float32Array): void {
  let different = 0;
  for (let i = 0; i < wanted.length; ++i) {
    if (found[i] === wanted[i]) continue;
    const [a, b] = [found[i], wanted[i]].map((label) => probabilities[label * wanted.length + i]);
    assert.ok(Math.abs(a - b) <= 2e-5 * Math.max(a, b), `pixel ${i}: ${found[i]} (${a}) against ${wanted[i]} (${b})`);
    ++different;
  }
  assert.ok(different <= wanted.length / 1000, `${different} ties`);
}

function close(found: Float32Array, wanted: Float32Array, tolerance: number): void {
  assert.equal(found.length, wanted.length);
  for (let i = 0; i < found.length; ++i)
    assert.ok(
      Math.abs(found[i] - wanted[i]) <= tolerance * Math.max(1e-3, Math.abs(wanted[i])),
      `${i}: ${found[i]} is not ${wanted[i]}`
    );
}

for (const [name, size, settings] of [
  ["sliding windows, enlarged to the original", [90, 70], {short: 48, crop: 32, stride: 16}],
  ["sliding windows, reduced to the original", [30, 41], {short: 56, crop: 32, stride: 16}],
  ["windows off the patch lattice", [61, 47], {short: 45, crop: 24, stride: 13}],
  ["an image of the window's size", [40, 40], {short: 40, crop: 40, stride: 20}],
  ["an image smaller than the window", [33, 20], {short: 20, crop: 64, stride: 32}],
  ["the whole image", [50, 37], {short: 37, crop: 0}]
] as const)
  test(`equal to the literal shell: ${name}`, async () => {
    const {input, naive, classOf, classes} = example(size[0], size[1], [2, 1, 3, 1], {...settings, scale: 10});
    const {labels, probabilities, width, height} = await segment({...input, probabilities: "all"});
    const wanted = naiveProbabilities(naive(), classOf, classes, 10);
    assert.deepEqual([width, height], [...size]);
    close(probabilities!, wanted, 1e-5);
    agree(labels, naiveLabels(wanted.slice(), classes, 0), wanted);
  });

for (const [probability, area] of [
  [0.5, undefined],
  [0.4, 0.2],
  [0, 0.25],
  [0, 0.9]
] as const)
  test(`equal to the literal shell with probability ${probability} and area ${area ?? "none"}`, async () => {
    const {input, naive, classOf, classes} = example(64, 48, [3, 1, 2, 1, 1], {
      short: 48,
      crop: 32,
      stride: 16,
      scale: 3,
      probability,
      area: area ?? null
    });
    const {labels} = await segment(input);
    const wanted = naiveProbabilities(naive(), classOf, classes, 3);
    const decided = naiveLabels(wanted.slice(), classes, probability, area);
    assert.ok(new Set(decided).size > 1 || area === 0.9, "the example decides something");
    const different = decided.filter((label, i) => label !== labels[i]).length;
    assert.ok(different <= 2, `${different} pixels differ`);
  });

test("more than 256 classes need wider labels", async () => {
  const {input} = example(16, 16, Array(300).fill(1) as number[], {short: 16, crop: 16, stride: 16});
  const {labels} = await segment(input);
  assert.ok(labels instanceof Uint16Array);
});

test("PAMR: labels and probabilities by planes equal refined maps decided literally", async () => {
  const {input, naive, classOf, classes} = example(44, 36, [2, 1, 1, 2], {
    short: 32,
    crop: 24,
    stride: 8,
    scale: 8,
    pamr: 3,
    probability: 0.3,
    area: 0.2
  });
  const {labels, probabilities} = await segment({...input, probabilities: "all"});
  const {data, height, width} = segmentationPixels(input.image as Picture, colours, 32);
  const weights = affinity(resizePlanes(data, [3, height, width], [36, 44]), 36, 44);
  const planes = naive();
  for (let q = 0; q < classOf.length; ++q) {
    const plane = planes.subarray(q * 44 * 36, (q + 1) * 44 * 36);
    plane.set(refine(plane, weights, 3));
  }
  const wanted = naiveProbabilities(planes, classOf, classes, 8);
  close(probabilities!, wanted, 1e-5);
  const decided = naiveLabels(wanted.slice(), classes, 0.3, 0.2);
  assert.ok(decided.filter((label, i) => label !== labels[i]).length <= 2);
});

test("PAMR: weights sum to one, a constant image averages evenly, a constant map stays", () => {
  const flat = affinity(new Float32Array(3 * 5 * 7).fill(0.3), 5, 7, [1, 2]);
  assert.ok(flat.weights.every((weight) => Math.abs(weight - 1 / 16) < 1e-6));
  const next = random(3);
  const {weights, ...rest} = affinity(Float32Array.from({length: 3 * 5 * 7}, next), 5, 7, [1, 2]);
  for (let i = 0; i < 35; ++i) {
    let sum = 0;
    for (let n = 0; n < 16; ++n) sum += weights[n * 35 + i];
    assert.ok(Math.abs(sum - 1) < 1e-6);
  }
  const refined = refine(new Float32Array(35).fill(0.7), {weights, ...rest}, 10);
  assert.ok(refined.every((value) => Math.abs(value - 0.7) < 1e-5));
});

test("zero padding moves cells but keeps the image's own pixels", () => {
  const [span] = spans(18, {crop: 0, multiple: 8});
  assert.deepEqual(span, {start: 0, length: 18, before: 3, padded: 24});
  const cell = Float32Array.of(0, 1, 2);
  const field = new ScoreField(
    {
      tiling: {rows: [{start: 0, length: 1, before: 0, padded: 1}], columns: [span]},
      grid: [1, 3],
      queries: 1,
      scores: cell
    },
    {height: 1, width: 18},
    {height: 1, width: 18}
  );
  const up = resizePlanes(cell, [1, 1, 3], [1, 24]);
  field.row(0);
  const value = new Float32Array(1);
  for (let x = 0; x < 18; ++x) {
    field.pixel(x, value);
    assert.ok(Math.abs(value[0] - up[x + 3]) < 1e-6);
  }
});

test("cosines ignore length, and a zero feature scores zero", () => {
  const text = Float32Array.of(1, 0, 0, 1);
  const found = cosines({grid: [1, 5], width: 2, data: Float32Array.of(3, 4, 0, 0, 0.03, 0.04, -5, 0, 0, 2)}, text);
  const wanted = [0.6, 0.8, 0, 0, 0.6, 0.8, -1, 0, 0, 1];
  found.forEach((value, i) => assert.ok(Math.abs(value - wanted[i]) < 1e-6));
  assert.throws(() => cosines({grid: [1, 1], width: 3, data: new Float32Array(3)}, text), /not rows of 3/);
});

test("the fast exponential is accurate where a softmax needs it", () => {
  for (let x = -40; x <= 0; x += 0.0137) assert.ok(Math.abs(expNegative(x) / Math.exp(x) - 1) < 1e-9);
  assert.equal(expNegative(-Infinity), 0);
  assert.ok(Number.isNaN(expNegative(NaN)));
});

test("text that does not fit is refused, and a cancelled run stops", async () => {
  const {input} = example(20, 20, [1, 1], {short: 16, crop: 16, stride: 16});
  await assert.rejects(segment({...input, text: input.text.slice(0, E)}), /2 words need 2 text vectors of 6 numbers/);
  await assert.rejects(segment({...input, classes: []}), /no classes/);
  const stop = new AbortController();
  stop.abort(new Error("enough"));
  await assert.rejects(segment({...input, signal: stop.signal}), /enough/);
});

test("progress grows to the end of the features", async () => {
  const {input} = example(64, 48, [1, 1], {short: 48, crop: 16, stride: 8});
  const told: number[] = [];
  await segment({...input, onProgress: ({stage, done}) => stage === "features" && told.push(done)});
  assert.ok(told.length > 2 && told.every((done, i) => i === 0 || done > told[i - 1]));
});
