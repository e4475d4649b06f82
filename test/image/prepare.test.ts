import assert from "node:assert/strict";
import {test} from "node:test";
import {defaultFit, fit} from "../../components/model/image/fit.js";
import {
  centreCrop,
  classificationPixels,
  normalise,
  segmentationPixels,
  segmentationSize
} from "../../components/model/image/normalise.js";
import {crop, picture, type Picture} from "../../components/model/image/pixels.js";

const clip = {mean: [0.48145466, 0.4578275, 0.40821073], std: [0.26862954, 0.26130258, 0.27577711]} as const;

function gradient(width: number, height: number): Picture {
  return {
    width,
    height,
    data: Uint8Array.from({length: 3 * width * height}, (_, i) => (Math.floor(i / 3) % width) % 256)
  };
}

test("transparent pixels are shown on white", () => {
  const {data} = picture({width: 3, height: 1, data: Uint8Array.of(10, 20, 30, 255, 10, 20, 30, 0, 0, 100, 255, 128)});
  assert.deepEqual([...data], [10, 20, 30, 255, 255, 255, 127, 177, 255]);
});

test("pictures of no size or of other channels are refused", () => {
  assert.throws(() => picture({width: 0, height: 1, data: new Uint8Array(0)}), /0 × 1 pixels/);
  assert.throws(() => picture({width: 2, height: 1, data: new Uint8Array(2)}), /neither RGB nor RGBA/);
  assert.throws(() => crop(gradient(4, 4), 2, 0, 3, 1), RangeError);
});

test("the size rule is mmcv's", () => {
  assert.deepEqual(segmentationSize({width: 500, height: 375}, 336), [448, 336]);
  assert.deepEqual(segmentationSize({width: 2048, height: 1024}, 560), [1120, 560]);
  assert.deepEqual(segmentationSize({width: 375, height: 500}, 336), [336, 448]);
  // The longer side is bounded by 2048, whatever the shorter becomes.
  assert.deepEqual(segmentationSize({width: 20000, height: 100}, 336), [2048, 10]);
  assert.deepEqual(segmentationSize({width: 9000, height: 1}, 336), [2048, 1]);
});

test("CLIP's segmentation constants are the rounded ones, other models' their own times 255", () => {
  const grey = {width: 1, height: 1, data: Uint8Array.of(200, 200, 200)};
  const near = (found: Float32Array, wanted: number[]): void =>
    found.forEach((value, i) => assert.ok(Math.abs(value - wanted[i]) < 1e-6, `${value} is not ${wanted[i]}`));
  near(normalise(grey, clip, "bytes").data, [
    (200 - 122.771) / 68.501,
    (200 - 116.746) / 66.632,
    (200 - 104.094) / 70.323
  ]);
  near(
    normalise(grey, {mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5]}, "bytes").data,
    Array(3).fill(72.5 / 127.5) as number[]
  );
  near(
    normalise(grey, clip, "unit").data,
    clip.mean.map((mean, i) => (200 / 255 - mean) / clip.std[i])
  );
});

test("channels come first", () => {
  const {data} = normalise(
    {width: 2, height: 1, data: Uint8Array.of(255, 0, 0, 0, 0, 255)},
    {mean: [0, 0, 0], std: [1, 1, 1]},
    "unit"
  );
  assert.deepEqual([...data], [1, 0, 0, 0, 0, 1]);
});

test("the pipelines give the sizes they promise", () => {
  const photo = gradient(50, 37);
  const square = classificationPixels(photo, clip, 32);
  assert.deepEqual([square.height, square.width, square.data.length], [32, 32, 3 * 32 * 32]);
  const whole = segmentationPixels(photo, clip, 33);
  assert.deepEqual([whole.height, whole.width], [33, 45]);
});

test("a centre crop rounds half an offset to even", () => {
  assert.equal(centreCrop(gradient(5, 4), 4).data[0], 0);
  assert.equal(centreCrop(gradient(7, 4), 4).data[0], 2);
});

test("a square fit keeps the middle, a whole fit keeps everything in whole patches", () => {
  assert.deepEqual(defaultFit, {shape: "square", size: 224});
  const size = ({width, height}: Picture): number[] => [width, height];
  assert.deepEqual(size(fit(gradient(500, 375), 16)), [224, 224]);
  assert.deepEqual(size(fit(gradient(500, 375), 16, {shape: "whole", size: 224})), [304, 224]);
  assert.deepEqual(size(fit(gradient(500, 375), 14, {shape: "whole", size: 224}, "bicubic")), [294, 224]);
});

test("photos of one pixel and of twenty thousand are fitted", () => {
  assert.deepEqual(fit(gradient(1, 1), 16).data.length, 3 * 224 * 224);
  const long = gradient(20000, 30);
  const square = fit(long, 16);
  assert.deepEqual([square.width, square.height], [224, 224]);
  const whole = fit(long, 16, {shape: "whole", size: 224});
  assert.deepEqual([whole.width, whole.height], [2048, 16]);
  assert.throws(() => fit(long, 16, {shape: "square", size: 8}), /smaller than one patch/);
});
