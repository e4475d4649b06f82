// 500 calls of the command line with wrong words and damaged files: an exit status and words, never a stack trace.
import assert from "node:assert/strict";
import {createHash} from "node:crypto";
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after, before, test} from "node:test";
import {strToU8, zipSync} from "fflate";
import sharp from "sharp";
import {seededRandom} from "../../components/analysis/random.js";
import {datasetNamed} from "../../components/model/evaluation/datasets.js";
import {writeNpy} from "../../data/files/npy.js";
import {writeDataset} from "../support/evaluation-fixtures.js";
import {goldenConfig, goldenWeights} from "../support/golden.js";
import {mutations} from "../support/mutate.js";

const folder = mkdtempSync(join(tmpdir(), "fuzz-cli-"));
// Where an import goes whose --dry-run was lost; read when the command line is loaded.
process.env.SFP_IMPORTS = join(folder, "imports");
const {sfp} = await import("../support/cli.js");
const home = process.cwd();
after(() => {
  process.chdir(home);
  rmSync(folder, {recursive: true, force: true});
});

/** Files that commands read, by name; each is damaged in turn. */
const files: Record<string, Uint8Array> = {};

before(async () => {
  // Wrong words may name places; none of them lies outside.
  process.chdir(folder);
  mkdirSync("tiny");
  files["tiny/model.safetensors"] = goldenWeights();
  files["tiny/config.json"] = Buffer.from(JSON.stringify(goldenConfig));
  const noise = {type: "gaussian", mean: 128, sigma: 40} as const;
  const photo = sharp({create: {width: 40, height: 32, channels: 3, background: "#888", noise}});
  files["photo.png"] = await photo.clone().png().toBuffer();
  files["photo.jpg"] = await photo.clone().jpeg().toBuffer();
  files["pixels.npy"] = writeNpy({shape: [3, 32, 32], data: new Float32Array(3 * 32 * 32).fill(0.5)});
  files["classes.txt"] = Buffer.from("cup, mug; # to drink\ntable\n");
  files["list.txt"] = Buffer.from("x\ny\n");
  files["shard.json"] = Buffer.from('{"format": "sfp-evaluation 1", "task": {"classes": []}, "confusion": []}');
  for (const [name, bytes] of Object.entries(files)) writeFileSync(name, bytes);
  files["shard.zip"] = zipSync({"corpus.json": strToU8('{"name": "two", "total": 2}')});
  writeFileSync("shard.zip", files["shard.zip"]);
  // Two layers and two heads of a class token and 2 x 2 patches.
  const attention = writeNpy({shape: [2, 2, 5, 5], data: new Float32Array(2 * 2 * 5 * 5).fill(0.2)});
  files["dump.npz"] = zipSync({"attention.npy": attention});
  writeFileSync("dump.npz", files["dump.npz"]);
  await writeDataset("ade", datasetNamed("ade"), ["x", "y"], () => 1);
});

const on = ["--model", "tiny", "--device", "cpu", "--threads", "1"];

/** Commands as they are meant. */
const commands: string[][] = [
  ["features", ...on, "--image", "photo.png", "--square", "32", "--out", "out/f.npy"],
  ["features", ...on, "--image", "pixels.npy", "--method", "sclip", "-o", "l0=1", "--out", "out/f.npy"],
  ["outliers", ...on, "--image", "photo.jpg", "--image", "pixels.npy", "--detector", "lof", "-o", "neighbours=3"],
  ["outliers", ...on, "--image", "photo.png", "--size", "32", "--layer", "2", "-o", "trunk=purified"],
  [
    "segment",
    ...on,
    "--image",
    "photo.png",
    "--labels",
    "cup; table",
    "--size",
    "32",
    "--crop",
    "16",
    "--out",
    "out/m.png"
  ],
  ["segment", ...on, "--image", "photo.png", "--labels-file", "classes.txt", "--stride", "8", "--out", "out/m.png"],
  [
    "evaluate",
    ...on,
    "--dataset",
    "ade",
    "--root",
    "ade",
    "--list",
    "list.txt",
    "--shard",
    "1/2",
    "--out",
    "out/e.json"
  ],
  ["evaluate", "merge", "shard.json", "--out", "out/sum.json"],
  ["models", "show", "tiny", "--json"],
  ["export", "tiny/photo", "--out", "out/x.npz"],
  ["neurons", ...on, "--image", "pixels.npy", "-o", "top=3", "--out", "out/n.json"],
  ["corpus", "merge", "shard.zip", "--out", "out/c.json"],
  ["import", "dump.npz", "--image", "photo.png", "--model", "other", "--dry-run", "--json"]
];

/** Words that people, shells and scripts put in the place of others. */
const odd = [
  "",
  " ",
  "-1",
  "0",
  "1.5",
  "1e9",
  "NaN",
  "Infinity",
  "0x10",
  "-",
  "--",
  "--json",
  "-o",
  "=",
  "a=b",
  "l0=",
  "猫"
];
odd.push("..", "/", ".", "photo.png", "tiny", "tiny/model.safetensors", "nowhere/x.png", "__proto__", "constructor");
odd.push(
  "a\nb",
  "\u0000",
  "x".repeat(5000),
  "*",
  "count=-5",
  "1/0",
  "photo.jpg/x",
  "%s",
  "undefined",
  "cpu",
  "$HOME",
  ";;,"
);

/** A stack trace, or an engine's own words for a mistake in the program. */
const trace =
  /^\s+at .+[:)]\d*\)?$|node:internal|TypeError|ReferenceError|is not a function|of undefined|reading '|\[object /m;

const sum = (name: string) => createHash("sha256").update(readFileSync(name)).digest("hex");

test("500 wrong commands and damaged files: exit 0, 1 or 2, in words, and nothing that was read is lost", async () => {
  const random = seededRandom(20);
  const below = (n: number) => Math.floor(random() * n);
  const statuses = new Set<number>();
  const names = Object.keys(files);
  const damaged = Object.fromEntries(names.map((name, i) => [name, mutations(files[name], 80, 7 + i)]));
  for (let turn = 0; turn < 500; ++turn) {
    const words = [...commands[below(commands.length)]];
    let name: string | undefined;
    if (turn % 2) {
      const read = names.filter((file) => words.some((word) => file === word || file.startsWith(`${word}/`)));
      name = read[below(read.length)];
      const bytes = name && (damaged[name].next().value as Uint8Array | undefined);
      if (name && bytes) writeFileSync(name, bytes);
    } else {
      for (let changes = 1 + below(2); changes; --changes) {
        // The model stays: without one named, the best of the machine's would run.
        const first = words[1] === "--model" ? 3 : 1;
        const place = first + below(words.length - first);
        const kind = below(4);
        if (kind === 0) words.splice(place, 1);
        else if (kind === 1) words.splice(place, 0, odd[below(odd.length)]);
        else words[place] = odd[below(odd.length)];
      }
    }
    const sums = names.map(sum);
    const said = `${turn}: sfp ${JSON.stringify(words)}${name ? ` with ${name} damaged` : ""}`;
    const {status, out, err} = await sfp(...words);
    assert.ok([0, 1, 2].includes(status), said);
    assert.doesNotMatch(err, trace, said);
    if (status) assert.ok(err.trim().length > 0, `${said}: nothing was said`);
    if (status === 2) assert.equal(out, "", said);
    assert.deepEqual(names.map(sum), sums, `${said}: an input was changed`);
    if (name) writeFileSync(name, files[name]);
    statuses.add(status);
    rmSync("out", {recursive: true, force: true});
  }
  assert.deepEqual([...statuses].toSorted(), [0, 1, 2]);
});
