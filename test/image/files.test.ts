import assert from "node:assert/strict";
import {mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after, test} from "node:test";
import {encode} from "fast-png";
import sharp from "sharp";
import {maskPng, parseMask, readMask, vocColours} from "../../data/files/masks.js";
import {parseNpy, readNpy, writeNpy} from "../../data/files/npy.js";
import {readPicture} from "../../data/files/picture.js";

const folder = mkdtempSync(join(tmpdir(), "sfp-files-"));
after(() => rmSync(folder, {recursive: true}));
const at = (name: string): string => join(folder, name);

function npy(header: string, data: Uint8Array, version = 1): Uint8Array {
  const text = new TextEncoder().encode(header);
  const size = version === 1 ? [text.length & 255, text.length >> 8] : [text.length & 255, text.length >> 8, 0, 0];
  return Uint8Array.from([0x93, ...new TextEncoder().encode("NUMPY"), version, 0, ...size, ...text, ...data]);
}

test("npy: arrays come back as they were", async () => {
  for (const [shape, data] of [
    [[2, 3], Float32Array.of(1, -2.5, 3, NaN, Infinity, 1e-40)],
    [[4], Float64Array.of(0.1, 0.2, 0.3, 1e300)],
    [[], Float32Array.of(7)],
    [[0, 5], new Float32Array(0)]
  ] as const) {
    const bytes = writeNpy({shape, data});
    assert.equal((bytes.length - data.byteLength) % 64, 0);
    writeFileSync(at("a.npy"), bytes);
    const found = await readNpy(at("a.npy"));
    assert.deepEqual(found.shape, shape);
    assert.deepEqual(found.data, data);
  }
  assert.throws(() => writeNpy({shape: [2, 2], data: new Float32Array(3)}), RangeError);
});

test("npy: version 2 and odd offsets are read", () => {
  const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }\n";
  const bytes = npy(header, new Uint8Array(Float32Array.of(2).buffer), 2);
  assert.deepEqual([...parseNpy(bytes).data], [2]);
});

test("npy: what is wrong with a file is said", async () => {
  const header = (descr: string, order = "False", shape = "(1,)"): string =>
    `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }\n`;
  const four = new Uint8Array(4);
  await assert.rejects(readNpy(at("none.npy")), /none.npy cannot be read/);
  assert.throws(() => parseNpy(new Uint8Array(20), "x.npy"), /x.npy is not a .npy file/);
  assert.throws(() => parseNpy(npy(header("<i8"), four), "x"), /x holds <i8; float32/);
  assert.throws(() => parseNpy(npy(header(">f4"), four)), />f4/);
  assert.throws(() => parseNpy(npy(header("<f4", "True"), four)), /Fortran order/);
  assert.throws(() => parseNpy(npy(header("<f4", "False", "(2,)"), four)), /4 bytes of data; its shape \(2\) needs 8/);
  assert.throws(() => parseNpy(npy("{}", four)), /without descr/);
  assert.throws(() => parseNpy(npy(header("<f4"), four).slice(0, 30)), /ends within its header/);
  assert.throws(() => parseNpy(npy(header("<f4"), four, 9)), /version 9/);
});

test("masks: a palette map comes back as its numbers, with its colours stored", async () => {
  const labels = Uint8Array.from({length: 5 * 3}, (_, i) => (i === 4 ? 255 : i));
  const png = maskPng({width: 5, height: 3, labels}, vocColours(256));
  writeFileSync(at("mask.png"), png);
  assert.deepEqual(await readMask(at("mask.png")), {width: 5, height: 3, labels});
  const {data, info} = await sharp(Buffer.from(png)).removeAlpha().raw().toBuffer({resolveWithObject: true});
  assert.deepEqual([info.width, info.channels], [5, 3]);
  assert.deepEqual([...data.subarray(3, 6)], [128, 0, 0]);
});

test("masks: grey of 8 and 16 bits are numbers too", () => {
  const grey = encode({width: 2, height: 1, data: Uint8Array.of(3, 255), channels: 1, depth: 8});
  assert.deepEqual([...parseMask(grey).labels], [3, 255]);
  const wide = encode({width: 2, height: 1, data: Uint16Array.of(3, 255), channels: 1, depth: 16});
  assert.deepEqual([...parseMask(wide).labels], [3, 255]);
  const high = encode({width: 2, height: 1, data: Uint16Array.of(3, 256), channels: 1, depth: 16});
  assert.throws(() => parseMask(high, "m.png"), /m.png has label 256/);
});

test("masks: values of fewer bits are unpacked row by row", () => {
  // 5 pixels of 2 bits need two bytes a row.
  const packed = Uint8Array.of(0b00011011, 0b10000000, 0b11100100, 0b01000000);
  const png = encode({width: 5, height: 2, data: packed, channels: 1, depth: 2});
  assert.deepEqual([...parseMask(png).labels], [0, 1, 2, 3, 2, 3, 2, 1, 0, 1]);
});

test("masks: colours and other files are refused", async () => {
  const colour = encode({width: 1, height: 1, data: Uint8Array.of(1, 2, 3), channels: 3, depth: 8});
  assert.throws(() => parseMask(colour, "m.png"), /m.png is a colour picture/);
  assert.throws(() => parseMask(new Uint8Array(9), "m.png"), /m.png is not a PNG/);
  await assert.rejects(readMask(at("none.png")), /none.png cannot be read/);
  assert.throws(
    () => maskPng({width: 1, height: 1, labels: Uint8Array.of(5)}, vocColours(5)),
    /5 colours cannot show label 5/
  );
});

test("VOC's colours are VOC's", () => {
  assert.deepEqual(vocColours(21)[20], [0, 64, 128]);
  assert.deepEqual(vocColours(3), [[0, 0, 0], [128, 0, 0], [0, 128, 0]]); // prettier-ignore
});

const red = {create: {width: 3, height: 2, channels: 3 as const, background: {r: 255, g: 0, b: 0}}};

test("pictures: EXIF orientation is obeyed", async () => {
  await sharp(red).jpeg().withMetadata({orientation: 6}).toFile(at("turned.jpg"));
  const {width, height} = await readPicture(at("turned.jpg"));
  assert.deepEqual([width, height], [2, 3]);
});

test("pictures: 16 bits, grey, transparency, CMYK and WebP become 8-bit RGB", async () => {
  const deep = Uint16Array.from({length: 18}, () => 0x8040);
  writeFileSync(at("deep.png"), encode({width: 3, height: 2, data: deep, channels: 3, depth: 16}));
  await sharp(red).toColourspace("b-w").png().toFile(at("grey.png"));
  await sharp({create: {...red.create, channels: 4, background: {r: 255, g: 0, b: 0, alpha: 0}}})
    .png()
    .toFile(at("clear.png"));
  await sharp(red).toColourspace("cmyk").jpeg({quality: 100}).toFile(at("print.jpg"));
  await sharp(red).webp({lossless: true}).toFile(at("small.webp"));
  for (const name of ["deep.png", "grey.png", "clear.png", "print.jpg", "small.webp"]) {
    const {width, height, data} = await readPicture(at(name));
    assert.deepEqual([name, width, height, data.length], [name, 3, 2, 18]);
  }
  assert.equal((await readPicture(at("deep.png"))).data[0], 0x80);
  assert.deepEqual([...(await readPicture(at("clear.png"))).data.subarray(0, 3)], [255, 255, 255]);
  assert.deepEqual([...(await readPicture(at("small.webp"))).data.subarray(0, 3)], [255, 0, 0]);
  const [r, g, b] = (await readPicture(at("print.jpg"), {profile: "ignore"})).data;
  assert.ok(r > 180 && g < 90 && b < 90, `${r} ${g} ${b} is not red`);
});

test("pictures: files that are missing, no picture, or cut off are refused by name", async () => {
  await assert.rejects(readPicture(at("none.jpg")), /none.jpg: there is no such file/);
  writeFileSync(at("text.jpg"), "not a picture");
  await assert.rejects(readPicture(at("text.jpg")), /text.jpg is not a picture/);
  const noise = await sharp({
    create: {...red.create, width: 200, height: 200, noise: {type: "gaussian", mean: 128, sigma: 30}}
  })
    .jpeg()
    .toBuffer();
  writeFileSync(at("cut.jpg"), noise.subarray(0, noise.length / 2));
  await assert.rejects(readPicture(at("cut.jpg")), /cut.jpg is not a picture/);
});
