import assert from "node:assert/strict";
import {test} from "node:test";
import {classHeat} from "../../components/model/segmentation/heat.js";
import {featureSurgery} from "../../components/model/segmentation/surgery.js";

const patches = Float32Array.of(1, 0, 0, 2, 3, 3);
const classToken = Float32Array.of(0.6, 0.8);
const text = Float32Array.of(1, 0, 0, 1, -1, 0);

test("feature surgery is CLIP Surgery's element-wise procedure", () => {
  // Written as published: features × weighted texts element by element, minus their mean over texts, summed.
  const unit = (x: number, y: number): number[] => [x / Math.hypot(x, y), y / Math.hypot(x, y)];
  const f = [unit(1, 0), unit(0, 2), unit(3, 3)];
  const t = [[1, 0], [0, 1], [-1, 0]]; // prettier-ignore
  const powers = t.map(([x, y]) => Math.exp(2 * (0.6 * x + 0.8 * y)));
  const mean = powers.reduce((a, b) => a + b) / 3;
  const w = powers.map((power) => power / mean);
  const wanted = t.flatMap((_, c) =>
    f.map((row) =>
      row.reduce(
        (sum, value, k) =>
          sum + value * w[c] * t[c][k] - t.reduce((a, other, o) => a + (value * w[o] * other[k]) / 3, 0),
        0
      )
    )
  );
  featureSurgery({patches, classToken, text}).forEach((value, i) => assert.ok(Math.abs(value - wanted[i]) < 1e-6));
});

test("a single text is compared with the empty string", () => {
  const maps = featureSurgery({patches, classToken, text: Float32Array.of(2, 0), empty: Float32Array.of(0, 5)});
  [1, -1, 0].forEach((value, i) => assert.ok(Math.abs(maps[i] - value) < 1e-6));
  assert.throws(() => featureSurgery({patches, classToken, text: Float32Array.of(1, 0)}), /empty string/);
});

test("a class's heat is the greatest of its words', plain or after surgery", () => {
  const features = {grid: [1, 3] as [number, number], width: 2, data: patches};
  const words = {vectors: text, classOf: [0, 1, 0], classes: 2};
  const root = Math.SQRT1_2;
  const plain = classHeat(features, words);
  [
    [1, 0, root],
    [0, 1, root]
  ].forEach((map, c) => map.forEach((value, i) => assert.ok(Math.abs(plain[c][i] - value) < 1e-6)));
  const maps = featureSurgery({patches, classToken, text});
  const heat = classHeat(features, words, {image: classToken});
  for (let i = 0; i < 3; ++i) {
    assert.equal(heat[0][i], Math.max(maps[i], maps[6 + i]));
    assert.equal(heat[1][i], maps[3 + i]);
  }
});
