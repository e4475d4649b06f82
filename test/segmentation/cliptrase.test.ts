import assert from "node:assert/strict";
import {test} from "node:test";
import {clusterRegions, voteInRegions, withoutGlobalPatches} from "../../components/model/segmentation/cliptrase.js";

/** Correlations of a 6 × 6 grid whose left and right halves each share, class token first. */
function halves(): Float32Array {
  const tokens = 37;
  const half = (i: number) => ((i - 1) % 6 < 3 ? 0 : 1);
  return Float32Array.from({length: tokens * tokens}, (_, k) => {
    const [i, j] = [Math.floor(k / tokens), k % tokens];
    if (!i || !j) return 0.1;
    return half(i) === half(j) ? 0.9 : 0.05;
  });
}

test("what the class token shares with a patch is taken from its column, and nothing falls below 0", () => {
  const r = withoutGlobalPatches(Float32Array.of(1, 0.25, 0.5, 0.3, 1, 0.1, 0.3, 0.75, 1), 2);
  assert.deepEqual([...r], [0.75, 0, 0.5, 0.5]);
});

test("two coherent halves become two regions of the image", () => {
  const {clusters, labels} = clusterRegions(halves(), [6, 6], {width: 60, height: 60});
  assert.equal(clusters, 2);
  const at = (x: number, y: number) => labels[y * 60 + x];
  for (let y = 10; y < 50; ++y) {
    assert.equal(at(12, y), at(12, 30));
    assert.equal(at(48, y), at(48, 30));
  }
  assert.notEqual(at(12, 30), at(48, 30));
});

test("patches that share nothing are noise, and the plain prediction stands", () => {
  const tokens = 37;
  const identity = Float32Array.from({length: tokens * tokens}, (_, k) => (k % (tokens + 1) === 0 ? 1 : 0));
  const regions = clusterRegions(identity, [6, 6], {width: 12, height: 12});
  assert.equal(regions.clusters, 0);
  const prediction = Uint16Array.from({length: 144}, (_, i) => i % 5);
  assert.deepEqual(voteInRegions(prediction, regions), prediction);
});

test("a region takes the class of most of its pixels", () => {
  const regions = {width: 4, height: 1, clusters: 1, labels: Uint16Array.of(0, 0, 0, 1)};
  assert.deepEqual([...voteInRegions([7, 7, 3, 5], regions)], [7, 7, 7, 5]);
});
