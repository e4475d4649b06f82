import assert from "node:assert/strict";
import {test} from "node:test";
import {fromHalf, toHalf} from "../../components/model/half.js";
import {readFloats, readSafetensors, writeSafetensors} from "../../components/model/safetensors.js";

const values = Float32Array.of(1, -2.5, 3.25, 0, 65504, 2 ** -24);

function file(): Uint8Array {
  return writeSafetensors({
    a: {shape: [2, 3], data: values},
    b: {type: "F16", shape: [6], data: Uint16Array.from(values, toHalf)},
    c: {type: "BF16", shape: [2], data: Uint16Array.of(0x3f80, 0xc020)}
  });
}

/** The file with its header replaced. */
function withHeader(change: (header: Record<string, {shape: number[]; data_offsets: number[]}>) => void): Uint8Array {
  const bytes = file();
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  change(header);
  const text = new TextEncoder().encode(JSON.stringify(header));
  const out = new Uint8Array(8 + text.length + bytes.length - 8 - length);
  new DataView(out.buffer).setBigUint64(0, BigInt(text.length), true);
  out.set(text, 8);
  out.set(bytes.subarray(8 + length), 8 + text.length);
  return out;
}

test("what is written is read back, in all three float types", () => {
  const checkpoint = readSafetensors(file());
  const read = (name: string) => [...readFloats(checkpoint, checkpoint.tensors.get(name)!)];
  assert.deepEqual(read("a"), [...values]);
  assert.deepEqual(read("b"), [...values]);
  assert.deepEqual(read("c"), [1, -2.5]);
  assert.deepEqual(checkpoint.tensors.get("a")!.shape, [2, 3]);
});

test("a tensor at an odd address is read as well", () => {
  const bytes = file();
  const shifted = new Uint8Array(bytes.length + 1);
  shifted.set(bytes, 1);
  const checkpoint = readSafetensors(shifted.subarray(1));
  assert.deepEqual([...readFloats(checkpoint, checkpoint.tensors.get("a")!)], [...values]);
});

const damaged: [what: string, bytes: () => Uint8Array, error: RegExp][] = [
  ["an empty file", () => new Uint8Array(), /too short/],
  ["a file cut in its header", () => file().subarray(0, 40), /header needs/],
  ["a file cut in its data", () => file().subarray(0, -3), /ends at byte/],
  ["a header that is not JSON", () => file().map((b, i) => (i === 8 ? 0x78 : b)), /not a JSON object/],
  ["a web page", () => new TextEncoder().encode("<!doctype html><title>Not found</title>"), /not plausible/],
  ["a shape that contradicts the length", () => withHeader((h) => h.a.shape.push(2)), /occupies/],
  ["overlapping tensors", () => withHeader((h) => (h.b.data_offsets = [12, 24])), /overlap/],
  ["a negative offset", () => withHeader((h) => (h.a.data_offsets = [-24, 0])), /no valid/]
];

for (const [what, bytes, error] of damaged)
  test(`${what} is refused by name`, () =>
    assert.throws(
      () => readSafetensors(bytes(), "weights.safetensors"),
      (thrown: Error) => {
        assert.match(thrown.message, error);
        assert.match(thrown.message, /weights\.safetensors/);
        return true;
      }
    ));

test("any single damaged byte of the header is refused or read, and never loops or reads outside", () => {
  const bytes = file();
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  for (let at = 0; at < 8 + length; ++at)
    for (const flip of [0x01, 0x10, 0x80]) {
      const bad = bytes.slice();
      bad[at] ^= flip;
      try {
        for (const tensor of readSafetensors(bad).tensors.values())
          assert.ok(tensor.offset + tensor.length <= bad.length);
      } catch (error) {
        assert.ok(error instanceof Error && /model\.safetensors/.test(error.message), String(error));
      }
    }
});

test("half precision: every pattern survives the way through float32", () => {
  for (let h = 0; h < 65536; ++h) {
    const value = fromHalf(h);
    if (Number.isNaN(value)) assert.ok(Number.isNaN(fromHalf(toHalf(value))));
    else assert.equal(toHalf(value), h);
  }
});

test("float32 rounds to the nearest half, ties to even", () => {
  for (const [value, expected] of [
    [1 + 2 ** -11, 1],
    [1 + 3 * 2 ** -11, 1 + 2 ** -9],
    [65519, 65504],
    [65520, Infinity],
    [2 ** -25, 0],
    [1.5 * 2 ** -24, 2 ** -23]
  ])
    assert.equal(fromHalf(toHalf(value)), expected, String(value));
});
