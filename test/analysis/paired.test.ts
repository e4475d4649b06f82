// Two summaries of the same images differ image by image; of other images, mean by mean.
import assert from "node:assert/strict";
import {test} from "node:test";
import type {EachImage} from "../../components/analysis/corpus/summary.js";
import {mapMeasures, measures} from "../../components/analysis/layerMeasures.js";
import {measureDifference} from "../../components/analysis/paired.js";

const each = (names: string[], rows: (number | null)[][]): EachImage => ({
  names,
  measures: mapMeasures(measures, () => rows)
});

const names = Array.from({length: 40}, (_, i) => `photo-${i}`);
const noisy = names.map((_, i) => 10 * ((i * 7) % 40));

test("pairs take away what varies between images", () => {
  const a = each(names, [noisy.map((value) => value + 1)]);
  const b = each(names.toReversed(), [noisy.toReversed()]);
  const {paired, images, layers} = measureDifference(a, b, "largest");
  assert.deepEqual([paired, ...images], [true, 40, 40]);
  assert.deepEqual(layers[0], [1, 1, 1]);
});

test("other images are compared by their means, with a wider interval", () => {
  const a = each(names, [noisy.map((value) => value + 1)]);
  const b = each(
    names.map((name) => `other-${name}`),
    [noisy]
  );
  const {paired, layers} = measureDifference(a, b, "largest");
  assert.equal(paired, false);
  const [estimate, low, high] = layers[0];
  assert.equal(estimate, 1);
  assert.ok(low! < -20 && high! > 20);
});

test("only images that both know count, layers align by depth, and what is not known is left out", () => {
  const a = each(
    ["x", "y", "z"],
    [
      [1, 2, 9],
      [4, null, 9]
    ]
  );
  const b = each(
    ["y", "x"],
    [
      [0, 0],
      [1, 1],
      [0, 0],
      [3, 3]
    ]
  );
  const {images, layers} = measureDifference(a, b, "outliers");
  assert.deepEqual(images, [2, 2]);
  assert.equal(layers[0][0], 0.5);
  assert.equal(layers[1][0], 1);
});
