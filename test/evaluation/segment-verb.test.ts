import assert from "node:assert/strict";
import {existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after, test} from "node:test";
import {decode} from "fast-png";
import sharp from "sharp";
import {readMask} from "../../data/files/masks.js";
import {writeNpy} from "../../data/files/npy.js";
import {run} from "../../data/cli/segment.js";
import {fakeBackend, memory} from "../support/evaluation-fixtures.js";

const folder = mkdtempSync(join(tmpdir(), "sfp-segment-"));
after(() => rmSync(folder, {recursive: true}));
const image = join(folder, "photo.png");
const out = join(folder, "mask.png");
await sharp({create: {width: 40, height: 30, channels: 3, background: "teal"}}).toFile(image);

interface Legend {
  size: number[];
  classes: {index: number; name: string; words: string[]; colour: number[]; pixels: number}[];
}

async function segment(...args: string[]) {
  const streams = memory();
  const status = await run(args, streams, fakeBackend());
  return {status, out: streams.out(), err: streams.err()};
}

test("a mask with a palette, and a legend that counts its pixels", async () => {
  const {status, out: printed} = await segment(
    "--image",
    image,
    "--labels",
    "cat; dog, puppy; grass",
    "--out",
    out,
    "--json"
  );
  assert.equal(status, 0);
  const {labels, width, height} = await readMask(out);
  assert.deepEqual([width, height], [40, 30]);
  const legend = JSON.parse(readFileSync(join(folder, "mask.json"), "utf8")) as Legend;
  assert.deepEqual(JSON.parse(printed), legend);
  assert.deepEqual(legend.classes[1].words, ["dog", "puppy"]);
  legend.classes.forEach(({index, pixels}) => assert.equal(labels.filter((label) => label === index).length, pixels));
  assert.deepEqual(
    decode(readFileSync(out)).palette,
    legend.classes.map(({colour}) => colour)
  );
});

test("arrays are taken as they are, squares are cut", async () => {
  const array = join(folder, "pixels.npy");
  writeFileSync(array, writeNpy({shape: [3, 32, 48], data: new Float32Array(3 * 32 * 48)}));
  await segment("--image", array, "--labels", "cat; dog", "--out", out);
  assert.deepEqual((({width, height}) => [width, height])(await readMask(out)), [48, 32]);
  await segment("--image", image, "--labels", "cat; dog", "--square", "32", "--out", out);
  assert.deepEqual((({width, height}) => [width, height])(await readMask(out)), [32, 32]);
});

test("mistakes are named, and leave nothing behind", async () => {
  rmSync(out);
  const good = ["--image", image, "--labels", "cat; dog", "--out", out];
  for (const [args, message] of [
    [good.slice(2), /--image FILE is needed/],
    [["--image", image, "--out", out], /--labels is needed/],
    [good.slice(0, 4), /--out MASK.png is needed/],
    [[...good.slice(0, 4), "--out", "mask.jpg"], /must end in .png/],
    [["--image", image, "--out", out, "--labels", "cat;;dog"], /--labels: Class 2 is empty/],
    [[...good, "--size", "200", "--square", "200"], /exclude each other/],
    [[...good, "--prob-thd", "2"], /--prob-thd 2: a number from 0 to 1/],
    [[...good, "--crop", "-1"], /crop/],
    [["--image", join(folder, "none.jpg"), "--labels", "a; b", "--out", out], /none.jpg: there is no such file/]
  ] as const)
    await assert.rejects(segment(...args), message);
  assert.ok(!existsSync(out));
});
