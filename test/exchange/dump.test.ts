// Dumps of attention as other programs write them: read in every format, or refused with array, layer and head.
import assert from "node:assert/strict";
import {test} from "node:test";
import {writeArrowTensors} from "../../components/exchange/arrowTensors.js";
import {readDump} from "../../components/exchange/dump.js";
import {layoutOf} from "../../components/exchange/layout.js";
import {summariseDump} from "../../components/exchange/measure.js";
import {npyArray, npzArrays, writeNpy, writeNpz} from "../../components/exchange/npy.js";
import {npyArrays, openArrays} from "../../components/exchange/open.js";
import type {StoredArrays} from "../../components/exchange/stored.js";
import {toHalf} from "../../components/model/half.js";
import {writeSafetensors} from "../../components/model/safetensors.js";
import {seededRandom} from "../../components/analysis/random.js";

const [layers, heads, size, width] = [3, 2, 10, 4];
const random = seededRandom(7);

/** Rows that sum to one. */
function softmaxRows(count: number, length: number): Float64Array {
  const values = Float64Array.from({length: count * length}, () => random() + 0.01);
  for (let row = 0; row < count; ++row) {
    const part = values.subarray(row * length, (row + 1) * length);
    const total = part.reduce((a, b) => a + b);
    part.forEach((value, i) => (part[i] = value / total));
  }
  return values;
}

const attention = softmaxRows(layers * heads * size, size);
const single = Float32Array.from(attention);
const tokens = Float32Array.from({length: layers * size * width}, () => random() - 0.5);
const mapShape = [layers, heads, size, size];
const tokenShape = [layers, size, width];

function npy(descr: string, shape: readonly number[], data: Uint8Array, fortran = false): Uint8Array {
  const header = `{'descr': '${descr}', 'fortran_order': ${fortran ? "True" : "False"}, 'shape': (${shape.join(", ")},), }\n`;
  const bytes = new Uint8Array(10 + header.length + data.length);
  bytes.set([0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, header.length & 255, header.length >> 8]);
  bytes.set(new TextEncoder().encode(header), 10);
  bytes.set(data, 10 + header.length);
  return bytes;
}

function bytesOf(data: {buffer: ArrayBufferLike; byteOffset: number; byteLength: number}): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** The same array with its first axis fastest. */
function fortran(values: Float32Array, shape: readonly number[]): Float32Array {
  const result = new Float32Array(values.length);
  values.forEach((value, from) => {
    let [rest, to] = [from, 0];
    const index = shape.toReversed().map((side) => {
      const at = rest % side;
      rest = Math.floor(rest / side);
      return at;
    });
    index.toReversed().reduce((stride, at, axis) => ((to += at * stride), stride * shape[axis]), 1);
    result[to] = value;
  });
  return result;
}

function summary(arrays: StoredArrays) {
  const dump = readDump(arrays);
  return summariseDump(dump, layoutOf(dump.attention.tokens, {}));
}

const wanted = summary(
  npyArrays({
    attention: writeNpy({shape: mapShape, data: single}),
    tokens: writeNpy({shape: tokenShape, data: tokens})
  })
);

test("class rows, diagonals, sets and norms are those of a plain computation", () => {
  const patches = size - 1;
  wanted.forEach(({layer, outliers, classRow, diagonal, largestNormOverMedian}, l) => {
    assert.equal(layer, l + 1);
    const at = (head: number, row: number, column: number) => single[((l * heads + head) * size + row) * size + column];
    const over = (row: number, column: number) => (at(0, row, column) + at(1, row, column)) / 2;
    const set: number[] = [];
    for (let i = 1; i <= patches; ++i) {
      assert.ok(Math.abs(classRow[i - 1] - over(0, i)) < 1e-12);
      assert.ok(Math.abs(diagonal[i - 1] - over(i, i)) < 1e-12);
      if (over(i, i) < over(0, i)) set.push(i - 1);
    }
    assert.ok(set.length > 0);
    assert.deepEqual(outliers, set);
    const norms = Array.from({length: patches}, (_, i) =>
      Math.hypot(...tokens.subarray((l * size + i + 1) * width, (l * size + i + 2) * width))
    ).toSorted((a, b) => a - b);
    assert.ok(Math.abs(largestNormOverMedian! - norms[patches - 1] / norms[4]) < 1e-9);
  });
});

test("every format and element type says the same", async () => {
  const maps = {shape: mapShape, data: single};
  const rows = {shape: tokenShape, data: tokens};
  const files: Record<string, Uint8Array> = {
    "a.npz": writeNpz({attention: writeNpy(maps), tokens: writeNpy(rows)}),
    "a.arrow": writeArrowTensors({attention: maps, tokens: rows}, {}),
    "a.safetensors": writeSafetensors({
      attention: {shape: mapShape, data: single},
      tokens: {shape: tokenShape, data: tokens}
    }),
    "order.npz": writeNpz({
      attention: npy("<f4", mapShape, bytesOf(fortran(single, mapShape)), true),
      tokens: npy("<f4", tokenShape, bytesOf(fortran(tokens, tokenShape)), true)
    }),
    "embedding.npz": writeNpz({
      attention: writeNpy(maps),
      tokens: writeNpy({
        shape: [layers + 1, size, width],
        data: Float32Array.of(...new Float32Array(size * width), ...tokens)
      })
    }),
    "numbered.npz": writeNpz(
      Object.fromEntries(
        Array.from({length: layers}, (_, l): [string, Uint8Array][] => {
          const [maps, rows] = [heads * size * size, size * width];
          return [
            [`attention_${l}`, writeNpy({shape: [1, heads, size, size], data: single.slice(l * maps, (l + 1) * maps)})],
            [`tokens_${l}`, writeNpy({shape: [1, size, width], data: tokens.slice(l * rows, (l + 1) * rows)})]
          ];
        }).flat()
      )
    )
  };
  for (const [name, bytes] of Object.entries(files))
    assert.deepEqual(summary(await openArrays(bytes, name)), wanted, name);
});

test("half and double precision are read as they are", () => {
  const halves = Uint16Array.from(single, toHalf);
  const half = summary(new Map([["attention", npyArray(npy("<f2", mapShape, bytesOf(halves)), "attention")]]));
  const double = summary(new Map([["attention", npyArray(npy("<f8", mapShape, bytesOf(attention)), "attention")]]));
  wanted.forEach(({classRow}, l) =>
    classRow.forEach((value, i) => {
      assert.ok(Math.abs(half[l].classRow[i] - value) <= value * 2 ** -11 + 1e-9);
      assert.ok(Math.abs(double[l].classRow[i] - value) <= value * 2 ** -23);
    })
  );
  assert.equal(half[0].largestNormOverMedian, undefined);
});

test("what is no attention is refused with array, layer and head", () => {
  const changed = (index: number, value: number) => {
    const data = single.slice();
    data[index] = value;
    return npyArrays({attention: writeNpy({shape: mapShape, data})});
  };
  const at = ((1 * heads + 1) * size + 4) * size + 6;
  assert.throws(
    () => summary(changed(at, NaN)),
    /^Error: attention, layer 2, head 2, row 5, column 7: the value is NaN/
  );
  assert.throws(() => summary(changed(at, Infinity)), /layer 2, head 2, row 5, column 7: the value is Infinity/);
  assert.throws(
    () => summary(changed(at, 0.9)),
    /attention, layer 2, head 2, row 5 sums to 1\.\d+ and not to 1; .*softmax/
  );
  assert.throws(() => summary(changed(at, -0.001)), /layer 2, head 2, row 5: -0\.00100 is negative/);
  const spoilt = tokens.slice();
  spoilt[(2 * size + 3) * width + 1] = NaN;
  const whole = writeNpy({shape: mapShape, data: single});
  assert.throws(
    () => summary(npyArrays({attention: whole, tokens: writeNpy({shape: tokenShape, data: spoilt})})),
    /tokens, layer 3, token 4, channel 2: the value is NaN/
  );
});

test("shapes that do not fit are refused by name", () => {
  const of = (shape: readonly number[], name = "attention") =>
    npyArrays({
      attention: writeNpy({shape: mapShape, data: single}),
      [name]: writeNpy({shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(0.1)})
    });
  assert.throws(
    () => summary(of([2, 2, 10, 9])),
    /attention, shape \(2, 2, 10, 9\): a map has as many rows as columns/
  );
  assert.throws(() => summary(of([2, 1, 2, 10, 10])), /axis for a batch.*attention\[:, 0\]/);
  assert.throws(() => summary(of([10, 10])), /attention has shape \(10, 10\); \(layers, heads, T, T\)/);
  assert.throws(() => summary(of([3, 9, 4], "tokens")), /tokens has shape \(3, 9, 4\); \(layers, 10, D\)/);
  assert.throws(() => summary(of([5, 10, 4], "tokens")), /tokens has 5 layers and attention has 3/);
  assert.throws(
    () => summary(of([3, 2, 5, 5], "attention_purified")),
    /attention_purified has 5 tokens, and attention has 10/
  );
  assert.throws(
    () => readDump(npyArrays({attn: writeNpy({shape: [1], data: single.slice(0, 1)})})),
    /attention is missing; the file has attn/
  );
  const other = npyArrays({
    attention_0: writeNpy({shape: [2, 10, 10], data: single.slice(0, 200)}),
    attention_1: writeNpy({shape: [2, 5, 5], data: single.slice(0, 50)})
  });
  assert.throws(() => readDump(other), /attention, layer 2: 2 heads of 5 × 5 tokens, and layer 1 has 2 of 10 × 10/);
  const gap = npyArrays({
    attention_0: writeNpy({shape: [2, 10, 10], data: single.slice(0, 200)}),
    attention_2: writeNpy({shape: [2, 10, 10], data: single.slice(0, 200)})
  });
  assert.throws(() => readDump(gap), /attention: layer 2 is missing/);
  for (const [descr, said] of [
    ["|O", /Python objects.*same \(T, T\)/],
    ["<i8", /holds <i8; float16/],
    [">f4", /big-endian/]
  ] as const)
    assert.throws(
      () => readDump(new Map([["attention", npyArray(npy(descr, mapShape, new Uint8Array(8)), "attention")]])),
      said
    );
});

test("grid and prefix are inferred where one answer fits, and asked for elsewhere", () => {
  const found = (tokens: number, given = {}) => layoutOf(tokens, given);
  assert.deepEqual(found(197), {grid: [14, 14], prefix: 1, classIndex: 0});
  assert.deepEqual(found(201), {grid: [14, 14], prefix: 5, classIndex: 0});
  assert.deepEqual(found(50), {grid: [7, 7], prefix: 1, classIndex: 0});
  assert.deepEqual(found(198, {prefix: 2, classIndex: 1}), {grid: [14, 14], prefix: 2, classIndex: 1});
  assert.deepEqual(found(13, {grid: [3, 4]}), {grid: [3, 4], prefix: 1, classIndex: 0});
  assert.throws(() => found(200), /200 tokens.*no square grid.*--grid RxC and --prefix N/);
  assert.throws(() => found(9), /9 tokens, which may be 0 \+ 3 × 3 or 5 \+ 2 × 2; give --prefix N/);
  assert.throws(() => found(196), /14 × 14 grid without a class token/);
  assert.throws(() => found(197, {grid: [14, 14], prefix: 2}), /197 tokens; --prefix 2 and --grid 14x14 make 198/);
  assert.throws(() => found(197, {classIndex: 1}), /--class-index 1/);
});

test("an archive that was cut off is refused", async () => {
  const whole = writeNpz({attention: writeNpy({shape: mapShape, data: single})});
  await assert.rejects(
    openArrays(whole.subarray(0, whole.length / 2), "cut.npz"),
    /^Error: cut\.npz is damaged or only half there/
  );
  await assert.rejects(openArrays(new Uint8Array(), "empty.npz"), /empty\.npz is damaged/);
  assert.throws(() => npzArrays(writeNpz({attention: new Uint8Array(20)}), "x.npz"), /attention is not a \.npy file/);
});
