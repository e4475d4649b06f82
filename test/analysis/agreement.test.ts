import assert from "node:assert/strict";
import {suite, test} from "node:test";
import {agreementMatrix, jaccard, overlap, precision, recall} from "../../components/analysis/agreement.js";
import {bootstrap, meanInterval, wilson} from "../../components/analysis/intervals.js";
import {kendall, midRanks, spearman} from "../../components/analysis/ranks.js";
import {confusion, pooled, reduceZeroLabel, scores} from "../../components/analysis/segmentation.js";
import {assertClose, samples} from "../support/random.js";

suite("sets", () => {
  const {mask} = samples(40);
  const [a, b, c] = [mask(50), mask(50), new Uint8Array(50)];

  test("Jaccard, precision, recall against Set", () => {
    const [x, y] = [a, b].map((set) => new Set([...set.keys()].filter((i) => set[i])));
    const both = [...x].filter((i) => y.has(i)).length;
    const counts = overlap(a, b);
    assert.equal(jaccard(counts), both / new Set([...x, ...y]).size);
    assert.equal(precision(counts), both / x.size);
    assert.equal(recall(counts), both / y.size);
    assert.equal(counts.both + counts.onlyA + counts.onlyB + counts.neither, 50);
  });

  test("matrix: symmetric, 1 on the diagonal, NaN for empty with empty", () => {
    assertClose(agreementMatrix([a, b, c]), [1, jaccard(overlap(a, b)), 0, jaccard(overlap(a, b)), 1, 0, 0, 0, NaN]);
    assertClose(agreementMatrix([a, c], precision), [1, 0, NaN, NaN]);
    assert.ok(Number.isNaN(jaccard(overlap([], []))));
  });
});

suite("ranks", () => {
  test("mid-ranks", () => {
    assert.deepEqual([...midRanks([3, 1, 3, NaN, 2, 3])], [4, 1, 4, NaN, 2, 4]);
    assert.deepEqual([...midRanks([Infinity, -Infinity])], [2, 1]);
  });

  test("Spearman without ties is 1 − 6 Σ d² / n(n² − 1)", () => {
    const {uniform} = samples(41);
    const [a, b] = [uniform(30), uniform(30)];
    const ranks = [a, b].map(midRanks);
    const square = ranks[0].reduce((sum, rank, i) => sum + (rank - ranks[1][i]) ** 2, 0);
    assertClose([spearman(a, b)], [1 - (6 * square) / (30 * 899)]);
  });

  test("values worked by hand, with ties", () => {
    // ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4; five concordant pairs, one tie
    assertClose([spearman([1, 2, 2, 3], [1, 2, 3, 4])], [4.5 / Math.sqrt(4.5 * 5)]);
    assertClose([kendall([1, 2, 2, 3], [1, 2, 3, 4])], [5 / Math.sqrt(5 * 6)]);
  });

  test("monotone maps change nothing; reversing changes the sign; missing pairs are left out", () => {
    const {normal} = samples(42);
    const [a, b] = [normal(25), normal(25)];
    for (const correlation of [spearman, kendall]) {
      assertClose([correlation(a, a.map(Math.exp))], [1]);
      assertClose(
        [
          correlation(
            a,
            b.map((value) => -value)
          )
        ],
        [-correlation(a, b)]
      );
      assertClose([correlation([...a, NaN, 1], [...b, 1, NaN])], [correlation(a, b)]);
      assert.ok(Number.isNaN(correlation([1, 1], [1, 2])));
      assert.ok(Number.isNaN(correlation([], [])));
      assert.ok(Number.isNaN(correlation([1], [1])));
    }
  });
});

suite("intervals", () => {
  test("Wilson: 15 of 50, and the ends", () => {
    const {estimate, low, high} = wilson(15, 50);
    assertClose([estimate, low, high], [0.3, 0.191, 0.4375], 1e-4);
    assert.equal(wilson(0, 10).low, 0);
    assert.equal(wilson(10, 10).high, 1);
    assert.deepEqual(wilson(0, 0), {estimate: NaN, low: 0, high: 1});
    const {low: from, high: to} = wilson(3, 20); // the bounds solve |p̂ − p| = z √(p(1 − p) / n)
    for (const p of [from, to]) assertClose([Math.abs(0.15 - p)], [1.959963984540054 * Math.sqrt((p * (1 - p)) / 20)]);
  });

  test("bootstrap of a mean is near the normal interval, and repeats", () => {
    const values = samples(43).normal(400);
    const interval = meanInterval(values);
    const mean = values.reduce((sum, value) => sum + value / 400, 0);
    const error = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2 / 400, 0) / 400);
    assertClose([interval.estimate], [mean]);
    assertClose([interval.low, interval.high], [mean - 1.96 * error, mean + 1.96 * error], 0.01);
    assert.deepEqual(meanInterval(values), interval);
    assert.notDeepEqual(meanInterval(values, {seed: 2}), interval);
  });

  test("bootstrap of nothing, of one, with NaN statistics", () => {
    assert.deepEqual(meanInterval([NaN]), {estimate: NaN, low: NaN, high: NaN});
    assert.deepEqual(meanInterval([3]), {estimate: 3, low: 3, high: 3});
    const present = bootstrap(4, (items) => (items.includes(0) ? 1 : NaN));
    assert.deepEqual(present, {estimate: 1, low: 1, high: 1});
  });
});

suite("segmentation", () => {
  test("mmseg's metric, pixel by pixel", () => {
    const {random} = samples(44);
    const classes = 4;
    const draw = (): number[] =>
      Array.from({length: 300}, () => (random() < 0.1 ? 255 : Math.floor(random() * classes)));
    const images = [0, 1, 2].map(() => ({labels: draw(), predictions: draw()}));
    const pixels = images.flatMap(({labels, predictions}) =>
      labels.map((label, pixel) => ({label, prediction: predictions[pixel]}))
    );
    const seen = pixels.filter(({label}) => label !== 255);
    const parts = [0, 1, 2, 3].map((c) => ({
      both: seen.filter(({label, prediction}) => label === c && prediction === c).length,
      label: seen.filter(({label}) => label === c).length,
      predicted: seen.filter(({prediction}) => prediction === c).length
    }));
    const result = scores(pooled(images.map(({labels, predictions}) => confusion(labels, predictions, classes))));
    const iou = parts.map(({both, label, predicted}) => both / (label + predicted - both));
    const accuracy = parts.map(({both, label}) => both / label);
    const mean = (all: number[]): number => all.reduce((sum, value) => sum + value / all.length, 0);
    const total = (key: "both" | "label"): number => parts.reduce((sum, part) => sum + part[key], 0);
    assertClose(result.iou, iou);
    assertClose(result.accuracy, accuracy);
    assertClose([result.mIoU, result.mAcc, result.aAcc], [mean(iou), mean(accuracy), total("both") / total("label")]);
  });

  test("undefined classes are left out of the mean; a label that is no class counts against the prediction", () => {
    const {iou, accuracy, mIoU, aAcc} = scores(confusion([0, 0, 1, 9, 255], [0, 1, 1, 1, 1], 3));
    assertClose(iou, [0.5, 1 / 3, NaN]);
    assertClose(accuracy, [0.5, 1, NaN]);
    assertClose([mIoU, aAcc], [(0.5 + 1 / 3) / 2, 2 / 3]);
  });

  test("empty, all ignored, pooling", () => {
    assert.ok(Number.isNaN(scores(confusion([], [], 2)).mIoU));
    assert.ok(Number.isNaN(scores(confusion([255], [0], 2)).aAcc));
    assert.ok(Number.isNaN(scores(pooled([])).mIoU));
    assert.throws(() => pooled([confusion([], [], 2), confusion([], [], 3)]), /cannot pool 3 classes with 2/);
  });

  test("reduce_zero_label", () => {
    assert.deepEqual([...reduceZeroLabel([0, 1, 20, 254, 255])], [255, 0, 19, 253, 255]);
  });
});
