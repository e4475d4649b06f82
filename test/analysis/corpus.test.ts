import assert from "node:assert/strict";
import {suite, test} from "node:test";
import type {CorpusImage} from "../../components/analysis/corpus/facts.js";
import {corpusSummary} from "../../components/analysis/corpus/sum.js";
import {detectorIds} from "../../components/analysis/detectors/index.js";
import {detectLayer} from "../../components/analysis/detectors/layer.js";
import {ratioInterval} from "../../components/analysis/intervals.js";
import type {ImageRecord, TrunkRecord} from "../../components/records/record.js";
import {decodeRecord, encodeRecord} from "../../components/records/arrow.js";

const grid = [3, 4] as const;
const patches = 12;

/** Two layers, one head: nothing in the first, the given patches in the second, which are also the longest. */
function record(outliers: number[], image = "made up"): ImageRecord {
  const trunk = (): TrunkRecord => {
    const inside = (layer: number, i: number) => layer === 1 && outliers.includes(i);
    const cells = <T>(of: (layer: number, i: number) => T) =>
      Array.from({length: 2 * patches}, (_, k) => of(Math.floor(k / patches), k % patches));
    const norms = Float32Array.from({length: 2 * (patches + 1)}, (_, k) => {
      const [layer, token] = [Math.floor(k / (patches + 1)), k % (patches + 1)];
      return token === 0 ? 5 : inside(layer, token - 1) ? 40 : 1 + token / 100;
    });
    return {
      classRows: Float32Array.from(cells((layer, i) => (inside(layer, i) ? 0.2 : 0.01))),
      diagonals: Float32Array.from(cells(() => 0.05)),
      classSelf: Float32Array.of(0.5, 0.5),
      norms,
      repairedNorms: norms,
      outliers: Uint8Array.from(cells((layer, i) => Number(inside(layer, i)))),
      isolated: new Uint8Array(2 * patches),
      scores: {
        lof: Float32Array.from(cells((layer, i) => (inside(layer, i) ? 9 : 1))),
        singular: Float32Array.from(cells((layer, i) => (inside(layer, i) ? 0.9 : 0.1)))
      }
    };
  };
  const provenance = {model: "none", weights: "0", device: "none", method: "none", options: [], versions: {}};
  return {
    image,
    grid,
    prefix: {classToken: true, registers: 0},
    layers: 2,
    heads: 1,
    trunks: {plain: trunk(), purified: trunk()},
    provenance
  };
}

const variance = Float64Array.from({length: patches}, (_, i) => i);
const object = Float64Array.from({length: patches}, (_, i) => (i === 11 ? NaN : i < 6 ? 0 : 1));
const images: CorpusImage[] = [
  {record: record([0]), variance, object},
  {record: record([0, 3]), variance, object},
  {record: record([0, 7]), variance, object}
];

suite("corpus", () => {
  const summary = corpusSummary("three", images, {resamples: 200});

  test("counts are sorted, and keep no image apart", () => {
    assert.equal(summary.images, 3);
    assert.deepEqual(summary.counts.plain, [
      [0, 0, 0],
      [1, 2, 2]
    ]);
    assert.equal(summary.meanCounts.plain[1][0], 1.667);
    assert.ok(!JSON.stringify(summary).includes("made up"));
  });

  test("places count images, border counts patches", () => {
    assert.deepEqual(summary.places.som[1], [3, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0]);
    // 10 of 12 patches of a 3 × 4 grid lie on its border; all five outliers do.
    const [border, inside] = summary.border.som[1];
    assert.equal(border[0], Number((5 / 30).toPrecision(4)));
    assert.equal(inside[0], 0);
  });

  test("object and background, unlabelled patches left out", () => {
    const {object: on, background: off, difference} = summary.objects!.som[1];
    assert.equal(on[0], Number((1 / 15).toPrecision(4)));
    assert.equal(off[0], Number((4 / 18).toPrecision(4)));
    assert.equal(difference[0], Number((4 / 18 - 1 / 15).toPrecision(4)));
  });

  test("flatness goes by rank within the image", () => {
    assert.equal(summary.texture.som[1].length, 10);
    // Of twelve patches only the flattest is in the first tenth, and it is always an outlier.
    assert.equal(summary.texture.som[1][0][0], 1);
  });

  test("onsets, the last entry for never", () => {
    assert.deepEqual(summary.onsets.som, [0, 3, 0]);
    assert.deepEqual(summary.onsets.long, [0, 3, 0]);
  });

  test("agreement", () => {
    const pair = summary.agreement[1].find(({pair: [a, b]}) => a === "som" && b === "mad")!;
    assert.equal(pair.jaccard[0], 1);
    assert.ok(pair.chance! < 0.2);
    const none = summary.agreement[0].find(({pair: [a, b]}) => a === "som" && b === "mad")!;
    assert.equal(none.jaccard[0], null, "two empty sets have no Jaccard index");
  });

  test("a detector that one record cannot feed is left out, and the others are there", () => {
    const poor = record([1], "poor");
    poor.trunks.plain.scores = {singular: poor.trunks.plain.scores!.singular};
    const some = corpusSummary("two", [
      {record: poor, variance},
      {record: record([2]), variance}
    ]);
    assert.deepEqual(Object.keys(some.places).toSorted(), ["l2", "mad", "singular", "som"]);
    assert.ok(some.agreement[0].every(({pair}) => !pair.includes("lof")));
    assert.throws(() => corpusSummary("none", []), /at least one/);
  });
});

suite("a layer's detectors", () => {
  test("all detectors find the planted patch, and options change their sets", () => {
    const one = record([5]);
    // Of twelve scores none can lie four deviations above their mean.
    const found = detectLayer(one, "plain", 1, {singular: {threshold: 3}});
    for (const id of detectorIds) assert.equal(found[id]!.outliers[5], 1, id);
    assert.equal(
      found.som.outliers.reduce((a, b) => a + b),
      1
    );
    const wide = detectLayer(one, "plain", 1, {som: {factor: 6}, l2: {count: 3}, mad: {threshold: 1e9}});
    assert.equal(
      wide.som.outliers.reduce((a, b) => a + b),
      patches
    );
    assert.equal(
      wide.l2!.outliers.reduce((a, b) => a + b),
      3
    );
    assert.equal(
      wide.mad!.outliers.reduce((a, b) => a + b),
      0
    );
  });

  test("LOF is absent where its scores are, in memory and in a file", () => {
    const whole = decodeRecord(encodeRecord(record([5])));
    assert.deepEqual(whole.trunks.purified.scores, record([5]).trunks.purified.scores);
    const poor = record([5]);
    poor.trunks.plain.scores = {};
    const read = decodeRecord(encodeRecord(poor));
    assert.deepEqual(read.trunks.plain.scores, {});
    assert.equal(detectLayer(read, "plain", 1).lof, undefined);
  });
});

test("a ratio's interval pools before it divides", () => {
  const {estimate, low, high} = ratioInterval([1, 0, 9], [2, 0, 10], {resamples: 500});
  assert.equal(estimate, 10 / 12);
  assert.ok(low >= 0.5 && low < estimate && high > estimate && high <= 0.9);
});
