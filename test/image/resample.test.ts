import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {test} from "node:test";
import type {Picture} from "../../components/model/image/pixels.js";
import {resizeBicubic} from "../../components/model/image/resample-bicubic.js";
import {resizeLinear} from "../../components/model/image/resample-linear.js";
import {resizePlanes} from "../../components/model/image/resample-planes.js";

interface Stored {
  height: number;
  width: number;
  data: string;
}

function stored(name: string): Array<{input: Picture; output: Picture}> {
  const file = readFileSync(new URL(name, import.meta.url), "utf8");
  const {cases} = JSON.parse(file) as {cases: Array<{input: Stored; output: Stored}>};
  const bytes = ({height, width, data}: Stored): Picture => ({
    height,
    width,
    data: new Uint8Array(Buffer.from(data, "base64"))
  });
  return cases.map(({input, output}) => ({input: bytes(input), output: bytes(output)}));
}

for (const [name, file, resize] of [
  ["OpenCV's INTER_LINEAR", "opencv-linear.json", resizeLinear],
  ["Pillow's BICUBIC", "pillow-bicubic.json", resizeBicubic]
] as const)
  for (const {input, output} of stored(file))
    test(`${input.width} × ${input.height} to ${output.width} × ${output.height} is ${name} bit for bit`, () => {
      const {width, height, data} = resize(input, output.width, output.height);
      assert.deepEqual([width, height], [output.width, output.height]);
      assert.deepEqual([...data], [...output.data]);
    });

test("resizing to nothing is refused", () => {
  const input = {width: 2, height: 2, data: new Uint8Array(12)};
  assert.throws(() => resizeLinear(input, 0, 2), RangeError);
  assert.throws(() => resizeBicubic(input, 2, 1.5), RangeError);
});

test("planes are interpolated at half-pixel centres with the border clamped", () => {
  // torch.nn.functional.interpolate(torch.tensor([[[0., 1., 4.]]]), size=6, mode="linear")
  const row = resizePlanes(Float32Array.of(0, 1, 4), [1, 1, 3], [1, 6]);
  assert.deepEqual([...row], [0, 0.25, 0.75, 1.75, 3.25, 4]);
  // Reduction without antialiasing: size=2 reads positions 0.25 and 1.75.
  assert.deepEqual([...resizePlanes(Float32Array.of(0, 1, 4), [1, 1, 3], [1, 2])], [0.25, 3.25]);
});

test("planes are interpolated along both axes and channel by channel", () => {
  const out = resizePlanes(Float32Array.of(0, 2, 4, 6, 10, 10, 10, 10), [2, 2, 2], [4, 4]);
  assert.deepEqual([...out.subarray(0, 4)], [0, 0.5, 1.5, 2]);
  assert.deepEqual([...out.subarray(12, 16)], [4, 4.5, 5.5, 6]);
  assert.ok(out.slice(16).every((value) => value === 10));
});
