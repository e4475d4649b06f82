import assert from "node:assert/strict";
import {test} from "node:test";
import {cutWindows, spans, tile} from "../../components/model/segmentation/windows.js";

const starts = (size: number, crop = 224, stride = 112): number[] =>
  spans(size, {crop, stride}).map(({start}) => start);

test("336 × 448 has rows 0, 112 and columns 0, 112, 224", () => {
  assert.deepEqual(starts(336), [0, 112]);
  assert.deepEqual(starts(448), [0, 112, 224]);
});

test("the counts are the published ones", () => {
  const count = (height: number, width: number): number => {
    const {rows, columns} = tile(height, width);
    return rows.length * columns.length;
  };
  assert.equal(count(336, 448), 6);
  assert.equal(count(560, 1120), 36);
  assert.equal(count(384, 512), 12);
  assert.equal(count(336, 504), 8);
});

test("the last window is shifted back to the border", () => {
  assert.deepEqual(starts(500), [0, 112, 224, 276]);
  assert.deepEqual(starts(225), [0, 1]);
});

test("an image smaller than the window is one smaller window", () => {
  assert.deepEqual(spans(200), [{start: 0, length: 200, before: 0, padded: 200}]);
});

test("crop 0 takes the whole image", () => {
  assert.deepEqual(spans(459, {crop: 0}), [{start: 0, length: 459, before: 0, padded: 459}]);
});

test("padding is split over both sides", () => {
  assert.deepEqual(spans(459, {crop: 0, multiple: 16}), [{start: 0, length: 459, before: 2, padded: 464}]);
  assert.deepEqual(
    spans(448, {crop: 224, stride: 224, multiple: 16}).map(({padded}) => padded),
    [224, 224]
  );
});

test("windows that would leave gaps are refused", () => {
  assert.throws(() => spans(500, {crop: 112, stride: 224}), /gaps/);
  assert.throws(() => spans(500, {stride: 0}), /never ends/);
  assert.throws(() => spans(500, {crop: -1}), /cannot be used/);
});

test("windows are cut in reading order, channels first, zeros outside", () => {
  const image = {height: 3, width: 4, data: Float32Array.from({length: 36}, (_, i) => i + 1)};
  const tiling = tile(3, 4, {crop: 3, stride: 1});
  const {dims, data} = cutWindows(image, tiling, 0, 2);
  assert.deepEqual(dims, [2, 3, 3, 3]);
  assert.deepEqual([...data.subarray(0, 9)], [1, 2, 3, 5, 6, 7, 9, 10, 11]);
  assert.deepEqual([...data.subarray(27, 30)], [2, 3, 4]);
  const padded = cutWindows(image, tile(3, 4, {crop: 0, multiple: 4}), 0, 1);
  assert.deepEqual(padded.dims, [1, 3, 4, 4]);
  assert.deepEqual([...padded.data.subarray(8, 16)], [9, 10, 11, 12, 0, 0, 0, 0]);
});
