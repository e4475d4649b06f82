import assert from "node:assert/strict";
import {test} from "node:test";
import {labelTable} from "../../components/model/evaluation/label-rules.js";
import {areas, Confusion, scores} from "../../components/model/evaluation/metric.js";

function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** IoU and accuracy of one class, pixel by pixel over a list of maps, with nothing shared with the code under test. */
function slow(maps: {truth: number[]; guess: number[]}[], c: number): {iou: number; accuracy: number} {
  let both = 0;
  let either = 0;
  let labelled = 0;
  for (const {truth, guess} of maps)
    truth.forEach((label, i) => {
      if (label === 255) return;
      if (label === c && guess[i] === c) ++both;
      if (label === c || guess[i] === c) ++either;
      if (label === c) ++labelled;
    });
  return {iou: (100 * both) / either, accuracy: (100 * both) / labelled};
}

test("scores equal a slow independent count on random maps", () => {
  const next = random(5);
  for (const classes of [2, 5, 21]) {
    const maps = Array.from({length: 4}, () => {
      const size = 200 + Math.floor(100 * next());
      const truth = Array.from({length: size}, () => (next() < 0.1 ? 255 : Math.floor(next() * Math.min(classes, 15))));
      const guess = truth.map((label) =>
        next() < 0.5 && label < classes ? label : Math.floor(next() * Math.min(classes, 18))
      );
      return {truth, guess};
    });
    const confusion = new Confusion(classes);
    for (const {truth, guess} of maps) confusion.add(truth, labelTable("as-is", classes), guess);
    const found = scores(areas(confusion));
    const wanted = Array.from({length: classes}, (_, c) => slow(maps, c));
    wanted.forEach(({iou, accuracy}, c) => {
      assert.ok(Object.is(found.iou[c], iou) || Math.abs(found.iou[c] - iou) < 1e-9, `${classes} classes, IoU ${c}`);
      assert.ok(Object.is(found.accuracy[c], accuracy) || Math.abs(found.accuracy[c] - accuracy) < 1e-9);
    });
    const mean = (values: number[]): number => {
      const defined = values.filter((value) => value === value);
      return defined.reduce((a, b) => a + b, 0) / defined.length;
    };
    assert.ok(Math.abs(found.miou - mean(wanted.map(({iou}) => iou))) < 1e-9);
    assert.ok(Math.abs(found.macc - mean(wanted.map(({accuracy}) => accuracy))) < 1e-9);
  }
});

test("a class that is nowhere is undefined and outside the mean; one only predicted counts as zero", () => {
  const confusion = new Confusion(4);
  confusion.add([0, 0, 1, 255], labelTable("as-is", 4), [0, 2, 1, 3]);
  const {iou, accuracy, miou, aacc, macc} = scores(areas(confusion));
  assert.deepEqual(iou, [50, 100, 0, NaN]);
  assert.deepEqual(accuracy, [50, 100, NaN, NaN]);
  assert.deepEqual([miou, macc], [50, 75]);
  assert.ok(Math.abs(aacc - 200 / 3) < 1e-9);
});

test("ignored pixels do not count as predictions", () => {
  const confusion = new Confusion(2);
  confusion.add([0, 255, 255], labelTable("as-is", 2), [0, 1, 1]);
  assert.deepEqual([...areas(confusion).predicted], [1, 0]);
});

test("adding maps in parts is adding them at once", () => {
  const next = random(9);
  const table = labelTable("reduce-zero", 5);
  const maps = Array.from({length: 9}, () => [0, 1].map(() => Array.from({length: 50}, () => Math.floor(next() * 5))));
  const whole = new Confusion(5);
  const parts = Array.from({length: 3}, () => new Confusion(5));
  maps.forEach(([truth, guess], i) => {
    whole.add(truth, table, guess);
    parts[i % 3].add(truth, table, guess);
  });
  const merged = new Confusion(5);
  for (const part of [2, 0, 1]) merged.merge(parts[part]);
  assert.deepEqual(merged.counts, whole.counts);
});

test("what does not fit is refused", () => {
  const confusion = new Confusion(3);
  const table = labelTable("as-is", 3);
  assert.throws(() => confusion.add([0, 1], table, [0]), /1 predictions for 2 labelled pixels/);
  assert.throws(() => confusion.add([7], table, [0]), /Label 7 is not one of the data set's 3 classes/);
  assert.throws(() => confusion.add([0], table, [3]), /Prediction 3/);
  assert.throws(() => confusion.merge(new Confusion(4)), /4 classes cannot be added to 3/);
  assert.throws(() => new Confusion(2, [1, 2, 3]), RangeError);
  assert.throws(() => new Confusion(1, [0.5]), RangeError);
});
