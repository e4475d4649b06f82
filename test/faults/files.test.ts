// Files that are not what they should be: refused by name, or read as what they are. docs/faults.md lists the promises.
import assert from "node:assert/strict";
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync
} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after, test} from "node:test";
import {deflateSync} from "node:zlib";
import {encode} from "fast-png";
import sharp from "sharp";
import {seededRandom} from "../../components/analysis/random.js";
import {listFolder} from "../../data/files/listing.js";
import {parseMask, readMask} from "../../data/files/masks.js";
import {indexOf, parseNpy, readNumbers, writeNpy} from "../../data/files/npy.js";
import {claimFiles, claimFolder, writeWhole} from "../../data/files/output.js";
import {readPicture} from "../../data/files/picture.js";

const folder = mkdtempSync(join(tmpdir(), "faults-"));
after(() => rmSync(folder, {recursive: true, force: true}));
const at = (...names: string[]): string => join(folder, ...names);

test("an output is never an input, whatever name leads to it", () => {
  writeFileSync(at("own.png"), "photo");
  symlinkSync(at("own.png"), at("link.png"));
  linkSync(at("own.png"), at("hard.png"));
  mkdirSync(at("sub"));
  for (const out of ["own.png", "link.png", "hard.png", "sub/../own.png"])
    assert.throws(() => claimFiles([`${folder}/${out}`], {inputs: [at("own.png")]}), /would be lost/, out);
  assert.throws(() => claimFiles([at("new.png"), `${folder}/./new.png`]), /written twice/);
  assert.equal(readFileSync(at("own.png"), "utf8"), "photo");
});

test("an output's folder is made or refused before the work", () => {
  claimFiles([at("made", "for", "it.npy")]);
  assert.ok(statSync(at("made", "for")).isDirectory());
  assert.throws(() => claimFiles([at("own.png", "it.npy")]), /own\.png is a file; a folder is needed/);
  assert.throws(() => claimFolder(at("own.png")), /own\.png is a file/);
  for (const out of [folder, `${folder}/`, ""]) assert.throws(() => claimFiles([out]), /is a folder/, out);
});

test("a model's files are no outputs; other names beside them are", () => {
  mkdirSync(at("model"));
  for (const name of ["model.safetensors", "config.json", "tokenizer.json"]) {
    writeFileSync(at("model", name), "{}");
    assert.throws(() => claimFiles([at("model", name)]), /belongs to a model/);
  }
  claimFiles([at("model", "features.npy")]);
});

test("writing follows links, and devices stay devices", () => {
  writeFileSync(at("target"), "old");
  symlinkSync(at("target"), at("to-target"));
  writeWhole(at("to-target"), "new");
  assert.equal(readFileSync(at("target"), "utf8"), "new");
  writeWhole("/dev/null", "gone");
  assert.ok(statSync("/dev/null").isCharacterDevice());
});

test("numbers that aren't are refused with their index", async () => {
  const pixels = new Float32Array(3 * 4 * 5).fill(0.5);
  for (const [value, word] of [
    [NaN, "NaN"],
    [Infinity, "Infinity"],
    [-Infinity, "-Infinity"]
  ] as const) {
    const data = pixels.slice();
    data[27] = value;
    writeFileSync(at("x.npy"), writeNpy({shape: [3, 4, 5], data}));
    await assert.rejects(readNumbers(at("x.npy")), new RegExp(`x\\.npy has ${word} at index \\(1, 1, 2\\);`));
  }
  // A float64 that float32 cannot hold is infinite to the network.
  writeFileSync(at("big.npy"), writeNpy({shape: [1, 2], data: Float64Array.of(1, 1e300)}));
  await assert.rejects(readNumbers(at("big.npy")), /1e\+300 at index \(0, 1\)/);
  writeFileSync(at("many.npy"), writeNpy({shape: [3], data: Float32Array.of(NaN, 1, NaN)}));
  await assert.rejects(readNumbers(at("many.npy")), /index \(0\), and 2 such values in all/);
  for (const shape of [[0, 3, 224, 224], [3, 0, 224], [0]]) {
    writeFileSync(at("empty.npy"), writeNpy({shape, data: new Float32Array(0)}));
    await assert.rejects(readNumbers(at("empty.npy")), /empty\.npy is empty: its shape is/);
  }
  assert.deepEqual(indexOf(27, [3, 4, 5]), [1, 1, 2]);
});

test("arrays by other writers: read, or refused with what to save instead", () => {
  const npy = (header: string, data: Uint8Array) =>
    Buffer.concat([Buffer.from([0x93, 78, 85, 77, 80, 89, 1, 0, header.length, 0]), Buffer.from(header), data]);
  const one = new Uint8Array(Float32Array.of(1).buffer);
  const double = `{"descr": "<f4", "fortran_order": False, "shape": (1L,), }\n`;
  assert.deepEqual([...parseNpy(npy(double, one)).data], [1]);
  for (const [descr, says] of [
    ["'<f2'", /<f2; float32.*astype/],
    ["'|u1'", /\|u1; float32/],
    ["'>f4'", />f4; float32/],
    ["'|O'", /\|O; float32/],
    ["[('a', '<f4')]", /holds records/]
  ] as const)
    assert.throws(
      () => parseNpy(npy(`{'descr': ${descr}, 'fortran_order': False, 'shape': (1,), }\n`, one), "x.npy"),
      says
    );
  assert.throws(() => parseNpy(Buffer.from("PK\u0003\u0004 and more of a zip"), "x.npy"), /npz/);
  assert.throws(() => parseNpy(Buffer.from("<!DOCTYPE html><html>"), "x.npy"), /x\.npy is not a \.npy file\./);
});

test("interlaced label maps of 1, 2 and 4 bits are the same numbers as plain ones", async () => {
  const random = seededRandom(4);
  for (const bits of [1, 2, 4])
    for (const [width, height] of [
      [1, 1],
      [3, 2],
      [5, 9],
      [8, 8],
      [17, 13],
      [33, 4]
    ]) {
      const labels = Uint8Array.from({length: width * height}, () => Math.floor(random() * 2 ** bits));
      const found = parseMask(interlacedPng(labels, width, height, bits));
      assert.deepEqual([found.width, found.height, ...found.labels], [width, height, ...labels], `${bits} bits`);
    }
  const zeros = await readMask(new URL("cases/8x8_1_zeros.png", import.meta.url).pathname);
  assert.ok(zeros.labels.length === 64 && zeros.labels.every((label) => label === 0));
  const dot = await readMask(new URL("cases/16x16_1_dot.png", import.meta.url).pathname);
  assert.equal(
    dot.labels.reduce((sum, label) => sum + label, 0),
    1
  );
  const cut = interlacedPng(new Uint8Array(64), 8, 8, 1);
  new DataView(cut.buffer).setUint32(20, 80);
  assert.throws(() => parseMask(cut, "cut.png"), /cut\.png is not a PNG that can be read: its pixels end early/);
});

/** A grey interlaced PNG without filters, by the specification. CRCs are left zero: nothing here checks them. */
function interlacedPng(labels: Uint8Array, width: number, height: number, bits: number): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  for (const [x0, y0, dx, dy] of [
    [0, 0, 8, 8],
    [4, 0, 8, 8],
    [0, 4, 4, 8],
    [2, 0, 4, 4],
    [0, 2, 2, 4],
    [1, 0, 2, 2],
    [0, 1, 1, 2]
  ])
    for (let y = y0; y < height; y += dy) {
      let row = "";
      for (let x = x0; x < width; x += dx) row += labels[y * width + x].toString(2).padStart(bits, "0");
      // A pass without columns has no rows.
      if (row) bytes.push(0);
      for (let i = 0; i < row.length; i += 8) bytes.push(parseInt(row.slice(i, i + 8).padEnd(8, "0"), 2));
    }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([bits, 0, 0, 0, 1], 8);
  const chunk = (name: string, data: Uint8Array) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    return Buffer.concat([length, Buffer.from(name), data, Buffer.alloc(4)]);
  };
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const data = deflateSync(Uint8Array.from(bytes));
  return Uint8Array.from(
    Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", data), chunk("IEND", Buffer.alloc(0))])
  );
}

test("label maps of colours are told from grey ones with transparency", () => {
  const png = (channels: 2 | 3) => encode({width: 1, height: 1, channels, data: new Uint8Array(channels)});
  assert.throws(() => parseMask(png(3)), /colour picture/);
  assert.throws(() => parseMask(png(2)), /grey picture with transparency/);
});

test("a JPEG may lack its end marker, but no pixels", async () => {
  const noise = {type: "gaussian", mean: 128, sigma: 50} as const;
  for (const progressive of [false, true]) {
    const jpeg = await sharp({create: {width: 90, height: 70, channels: 3, background: "#888", noise}})
      .jpeg({progressive})
      .toBuffer();
    writeFileSync(at("whole.jpg"), jpeg);
    writeFileSync(at("open.jfif"), jpeg.subarray(0, -2));
    assert.deepEqual((await readPicture(at("open.jfif"))).data, (await readPicture(at("whole.jpg"))).data);
    writeFileSync(at("cut.jpg"), jpeg.subarray(0, jpeg.length / 2));
    await assert.rejects(readPicture(at("cut.jpg")), /cut\.jpg is not a picture that can be read/);
    // An end marker behind missing pixels hides nothing.
    writeFileSync(at("mended.jpg"), Buffer.concat([jpeg.subarray(0, jpeg.length / 2), Buffer.from([0xff])]));
    await assert.rejects(readPicture(at("mended.jpg")), /cannot|not a picture/);
  }
});

test("CMYK without a profile is OpenCV's RGB, with Adobe's marker and without", async () => {
  const inks = Buffer.from([0, 98, 201, 48]);
  const raw = {raw: {width: 1, height: 1, channels: 4 as const}};
  const cmyk = await sharp(Buffer.concat([inks]), raw)
    .toColourspace("cmyk")
    .jpeg({quality: 100})
    .toBuffer();
  writeFileSync(at("print.jpg"), cmyk);
  const file = (await sharp(cmyk).metadata()).space === "cmyk" ? at("print.jpg") : undefined;
  if (file === undefined) return;
  const stored = await sharp(cmyk).pipelineColourspace("cmyk").toColourspace("cmyk").raw().toBuffer();
  const [c, m, y, k] = stored.map((ink) => 255 - ink);
  const expected = [c, m, y].map((colour) => k - (((255 - colour) * k) >> 8));
  assert.deepEqual([...(await readPicture(file)).data], expected);
  assert.deepEqual([...(await readPicture(file, {profile: "ignore"})).data], expected);
});

test("folders: hidden files are passed over, broken ones named, circles end", () => {
  const root = at("listing");
  mkdirSync(join(root, "b", ".ipynb_checkpoints"), {recursive: true});
  for (const name of ["a.jpg", "._a.jpg", ".DS_Store", "b/c.jpg", "b/.ipynb_checkpoints/c.jpg"])
    writeFileSync(join(root, name), "");
  symlinkSync("nowhere.jpg", join(root, "dangling.jpg"));
  symlinkSync("..", join(root, "b", "circle"));
  writeFileSync(Buffer.concat([Buffer.from(`${root}/caf`), Buffer.from([0xe9]), Buffer.from(".jpg")]), "");
  const {files, broken} = listFolder(root, {below: true});
  assert.deepEqual(files, ["a.jpg", "b/c.jpg"]);
  const reasons = broken.map(({path, reason}) => `${path}: ${reason}`).toSorted();
  assert.equal(reasons.length, 3);
  assert.match(reasons[0], /^b\/circle: .*holds it/);
  assert.match(reasons[1], /^caf\ufffd\.jpg: its name is not UTF-8/);
  assert.match(reasons[2], /^dangling\.jpg: it is a link to nowhere\.jpg/);
  assert.throws(() => listFolder(at("none")), /none cannot be read: no such file or directory/);
  assert.ok(existsSync(root));
});
