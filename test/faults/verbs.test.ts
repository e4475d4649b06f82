// What the command line promises when something is wrong, verb by verb. docs/faults.md lists the promises.
import assert from "node:assert/strict";
import {spawnSync} from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs";
import {availableParallelism, tmpdir} from "node:os";
import {join} from "node:path";
import {after, before, test} from "node:test";
import {fileURLToPath} from "node:url";
import sharp from "sharp";
import {datasetNamed} from "../../components/model/evaluation/datasets.js";
import {datasetFiles} from "../../data/cli/dataset-files.js";
import {readNpy, writeNpy} from "../../data/files/npy.js";
import {sfp} from "../support/cli.js";
import {writeDataset} from "../support/evaluation-fixtures.js";
import {goldenConfig, goldenWeights} from "../support/golden.js";

const project = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "faults-"));
after(() => rmSync(folder, {recursive: true, force: true}));
const at = (...names: string[]): string => join(folder, ...names);
const on = ["--model", at("tiny"), "--device", "cpu"];

before(async () => {
  mkdirSync(at("tiny"));
  writeFileSync(at("tiny", "model.safetensors"), goldenWeights());
  writeFileSync(at("tiny", "config.json"), JSON.stringify(goldenConfig));
  const teal = sharp({create: {width: 60, height: 40, channels: 3, background: "teal"}}).png();
  await teal.clone().toFile(at("own.png"));
  await teal.clone().toFile(at("other.png"));
  await sharp({create: {width: 4000, height: 20, channels: 3, background: "red"}})
    .png()
    .toFile(at("wide20.png"));
  for (const name of ["a", "b"]) {
    mkdirSync(at(name));
    await teal.clone().toFile(at(name, "cat.png"));
  }
  await teal.clone().toFormat("png").toFile(at("dots.png"));
  writeFileSync(at("..png"), readFileSync(at("own.png")));
  writeFileSync(at("bad.png"), "no picture");
});

test("analyze: two files of one name are refused with both, and names do not escape", async () => {
  const two = await sfp(
    "analyze",
    ...on,
    "--image",
    at("a", "cat.png"),
    "--image",
    at("b", "cat.png"),
    "--out",
    at("made")
  );
  assert.equal(two.status, 2);
  assert.match(two.err, /a\/cat\.png and .*b\/cat\.png would both be written/);
  const dots = await sfp("analyze", ...on, "--image", at("..png"), "--out", at("made"));
  assert.equal(dots.status, 2);
  assert.match(dots.err, /\.\.png has no name before its extension/);
  assert.ok(!existsSync(at("summary.arrow")) && !existsSync(at("made", "tiny")));
});

test("segment: neither the photo nor a file that is no legend is overwritten", async () => {
  const words = ["segment", "--model", "mini", "--device", "cpu", "--labels", "cup; table"];
  const photo = readFileSync(at("own.png"));
  const own = await sfp(...words, "--image", at("own.png"), "--out", at("own.png"));
  assert.equal(own.status, 2);
  assert.match(own.err, /own\.png is read by this command and would be lost/);
  assert.deepEqual(readFileSync(at("own.png")), photo);
  writeFileSync(at("mine.json"), '{"my": "notes"}');
  const legend = await sfp(...words, "--image", at("own.png"), "--out", at("mine.png"));
  assert.equal(legend.status, 2);
  assert.match(legend.err, /mine\.json is there and is not a legend/);
  assert.equal(readFileSync(at("mine.json"), "utf8"), '{"my": "notes"}');
  for (let run = 0; run < 2; ++run)
    assert.equal((await sfp(...words, "--image", at("own.png"), "--out", at("new.png"))).status, 0);
});

test("outliers: one unreadable picture of three costs itself alone", async () => {
  const images = ["own.png", "bad.png", "other.png"].flatMap((name) => ["--image", at(name)]);
  const {status, out, err} = await sfp("outliers", ...on, "--square", "32", "--layer", "3", ...images);
  assert.equal(status, 1);
  const sets = JSON.parse(out) as {image: string; layers: unknown[]}[];
  assert.deepEqual(
    sets.map(({image}) => image),
    [at("own.png"), at("other.png")]
  );
  assert.match(err, /bad\.png is not a picture/);
  assert.match(err, /1 of 3 files could not be used/);
  const none = await sfp("outliers", ...on, "--image", at("bad.png"));
  assert.deepEqual([none.status, none.out], [1, ""]);
});

test("a missing folder is made, one that cannot be is refused before the work", async () => {
  const out = at("deep", "er", "f.npy");
  const done = await sfp("features", ...on, "--image", at("own.png"), "--square", "32", "--out", out);
  assert.equal(done.status, 0, done.err);
  assert.equal((await readNpy(out)).shape.length, 3);
  const refused = await sfp("features", ...on, "--image", at("own.png"), "--out", at("own.png", "f.npy"));
  assert.equal(refused.status, 2);
  assert.match(refused.err, /own\.png is a file; a folder is needed/);
});

test("merge: a shard's file is not the sum's", async () => {
  writeFileSync(at("A.json"), "{}");
  const {status, err} = await sfp("evaluate", "merge", at("A.json"), "--out", at("A.json"));
  assert.equal(status, 2);
  assert.match(err, /A\.json is read by this command/);
});

test("arrays with NaN, with Inf, with nothing: exit 1, the file, the index, and no output", async () => {
  const write = (name: string, shape: number[], fill: (data: Float32Array) => void = () => {}) => {
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
    fill(data);
    writeFileSync(at(name), writeNpy({shape, data}));
  };
  write("nan.npy", [3, 32, 32], (data) => (data[5] = NaN));
  write("inf.npy", [1, 3, 32, 32], (data) => (data[3071] = -Infinity));
  write("empty.npy", [0, 3, 32, 32]);
  write("flat.npy", [3, 0, 32]);
  write("thin.npy", [3, 2, 32]);
  write("huge.npy", [3, 32, 32], (data) => data.fill(3e38));
  for (const [name, says] of [
    ["nan.npy", /nan\.npy has NaN at index \(0, 0, 5\)/],
    ["inf.npy", /inf\.npy has -Infinity at index \(0, 2, 31, 31\)/],
    ["empty.npy", /empty\.npy is empty: its shape is \(0, 3, 32, 32\)/],
    ["flat.npy", /flat\.npy is empty/],
    ["thin.npy", /thin\.npy holds 32 × 2 px; that is less than one patch/],
    ["huge.npy", /huge\.npy has 3.*e\+38 at index \(0, 0, 0\)/]
  ] as const)
    for (const verb of ["features", "outliers"]) {
      const {status, out, err} = await sfp(verb, ...on, "--image", at(name), "--out", at("no.npy"));
      assert.equal(status, 1, `${verb} ${name}: ${err}`);
      assert.match(err, says);
      assert.ok(out === "" && !existsSync(at("no.npy")));
    }
});

test("detector options are checked as method options are", async () => {
  for (const [detector, option] of [
    ["l2", "count=-5"],
    ["l2", "count=1.5"],
    ["l2", "count="],
    ["lof", "neighbours=0"],
    ["lof", "neighbours=2.5"],
    ["lof", "contamination=2"],
    ["lof", "contamination=-0.1"],
    ["lof", "textbook=maybe"],
    ["mad", "threshold=-1"],
    ["mad", "threshold=NaN"],
    ["som", "factor=-1"],
    ["som", "cap=1.5"],
    ["mad", "count=3"]
  ]) {
    const {status, out, err} = await sfp(
      "outliers",
      ...on,
      "--image",
      at("own.png"),
      "--detector",
      detector,
      "-o",
      option
    );
    assert.equal(status, 2, `${detector} ${option}: ${err}`);
    assert.match(err, new RegExp(option.slice(0, option.indexOf("="))));
    assert.equal(out, "");
  }
});

test("more threads than cores: said, and not used", async () => {
  const cores = availableParallelism();
  const words = ["features", ...on, "--threads", "9999", "--image", at("own.png"), "--square", "32"];
  const {status, err} = await sfp(...words, "--out", at("t.npy"));
  assert.equal(status, 0, err);
  assert.match(err, new RegExp(`--threads 9999: this machine has ${cores} cores?, so ${cores} are used`));
  assert.match(err, new RegExp(`cpu, ${cores} threads?`));
});

test("a run beyond the memory is refused before it, with the size that fits", async () => {
  for (const [option, args] of [
    ["square", ["features", ...on, "--image", at("own.png"), "--square", "200000", "--out", at("no.npy")]],
    ["size", ["outliers", ...on, "--image", at("own.png"), "--size", "100000"]],
    [
      "size",
      ["segment", "--model", "mini", "--device", "cpu", "--image", at("own.png"), "--labels", "cup; dog"].concat([
        "--size",
        "60000",
        "--crop",
        "0",
        "--out",
        at("no.png")
      ])
    ]
  ] as const) {
    const {status, err} = await sfp(...args);
    assert.equal(status, 1, err);
    const fits = new RegExp(
      `px are [\\d,]+ tokens.*need about .*GB, and .* are free\\. At most .* px fit\\. Give --${option} (\\d+)`
    );
    assert.match(err, fits);
  }
  assert.ok(!existsSync(at("no.npy")) && !existsSync(at("no.png")));
});

test("a size that was changed is said", async () => {
  const {status, err} = await sfp("features", ...on, "--image", at("wide20.png"), "--size", "12", "--out", at("w.npy"));
  assert.equal(status, 0, err);
  assert.match(err, /wide20\.png \(4000 × 20 px\) is read at 2048 × 10 and not with a short side of 12 px/);
});

test("messages have the user's own numbers and say where a path was looked for", async () => {
  const words = ["segment", "--model", "mini", "--device", "cpu", "--image", at("wide20.png"), "--labels", "cup; dog"];
  const wide = await sfp(...words, "--out", at("no.png"));
  assert.equal(wide.status, 1);
  assert.match(wide.err, /wide20\.png is 4000 × 20 px; with --size 336 it becomes 2048 × 10/);
  const run = (cwd: string, ...args: string[]) =>
    spawnSync(process.execPath, ["--import", "tsx", join(project, "data/cli/sfp.ts"), ...args], {
      cwd: project,
      encoding: "utf8",
      env: {...process.env, npm_lifecycle_event: "sfp", INIT_CWD: cwd}
    });
  const lost = run(folder, "features", "--model", "mini", "--image", "nope.png", "--out", "no.npy");
  assert.equal(lost.status, 1);
  assert.match(lost.stderr, /nope\.png: there is no such file \(looked for at .*faults-.*\/nope\.png\)/);
  assert.doesNotMatch(lost.stderr, /^\s+at /m);
});

test("words: equal ones are said, class files are read as people have them", async () => {
  const segment = (...args: string[]) =>
    sfp("segment", "--model", "mini", "--device", "cpu", "--image", at("own.png"), "--out", at("w.png"), ...args);
  const equal = await segment("--labels", "dog; dogs; sofa; couch; cat");
  assert.equal(equal.status, 0, equal.err);
  assert.match(equal.err, /“dogs” \(class 2\) and “dog” \(class 1\) are one to this model, so class 2 is never found/);
  assert.match(equal.err, /“couch” \(class 4\) and “sofa” \(class 3\)/);
  const names = () =>
    (JSON.parse(readFileSync(at("w.json"), "utf8")) as {classes: {words: string[]}[]}).classes.map(({words}) =>
      words.join()
    );
  const expected = ["cup,mug", "dog", "table"];
  for (const text of [
    "cup, mug\ndog\ntable\n",
    "cup, mug;\r\n\r\ndog;\r\ntable;\r\n",
    "\ufeff# classes\ncup, mug,   # to drink from\n\ndog\ntable",
    "1. cup, mug\n2. dog\n3. table",
    "classes = (('cup', 'mug'), 'dog', \"table\")\npalette = [[0, 0, 0]]",
    '[["cup", "mug"], ["dog"], ["table"]]',
    "cup，mug；dog；table；"
  ]) {
    writeFileSync(at("classes.txt"), text);
    const {status, err} = await segment("--labels-file", at("classes.txt"));
    assert.equal(status, 0, `${text}: ${err}`);
    assert.deepEqual(names(), expected, text);
  }
  const unknown = await segment("--labels", "pagoda; 猫; democracy; pagodas");
  assert.equal(unknown.status, 1);
  assert.match(unknown.err, /“pagoda” \(nearest: temple,/);
  assert.match(unknown.err, /“猫”; “democracy”; “pagodas” \(nearest: temple/);
  const none = await segment("--labels-file", at("none.txt"));
  assert.match(none.err, /none\.txt cannot be read: no such file/);
  writeFileSync(at("empty.txt"), "# nothing\n\n");
  assert.match((await segment("--labels-file", at("empty.txt"))).err, /empty\.txt: No labels/);
});

test("data sets: hidden files are passed over, broken ones and empty lists named", async () => {
  const ade = datasetNamed("ade");
  const root = at("ade");
  await writeDataset(root, ade, ["x", "y"], () => 1);
  const images = join(root, ade.images.folder);
  writeFileSync(join(images, "._x.jpg"), "");
  mkdirSync(join(images, ".ipynb_checkpoints"));
  writeFileSync(join(images, ".ipynb_checkpoints", "x.jpg"), "");
  assert.deepEqual(
    datasetFiles(ade, root).samples.map(({name}) => name),
    ["x", "y"]
  );
  const evaluate = (...args: string[]) => sfp("evaluate", "--dataset", "ade", "--root", root, ...on, ...args);
  writeFileSync(at("empty.txt"), "\n");
  const empty = await evaluate("--list", at("empty.txt"));
  assert.equal(empty.status, 1);
  assert.match(empty.err, /empty\.txt is empty; it must name images/);
  symlinkSync("nowhere.jpg", join(images, "z.jpg"));
  const dangling = await evaluate();
  assert.equal(dangling.status, 1);
  assert.match(dangling.err, /z\.jpg cannot be used: it is a link to nowhere\.jpg/);
  rmSync(join(images, "z.jpg"));
  writeFileSync(Buffer.concat([Buffer.from(`${images}/caf`), Buffer.from([0xe9]), Buffer.from(".jpg")]), "");
  assert.match((await evaluate()).err, /its name is not UTF-8/);
  writeFileSync(at("list.txt"), "x\nmissing\n");
  assert.match((await evaluate("--list", at("list.txt"))).err, /missing\.jpg: there is no such file/);
  writeFileSync(at("notes.txt"), "my notes");
  writeFileSync(at("one.txt"), "x\n");
  const images2 = await evaluate("--list", at("one.txt"), "--images", at("one.txt"));
  assert.match(images2.err, /one\.txt is read by this command/);
  assert.equal(readFileSync(at("one.txt"), "utf8"), "x\n");
  assert.ok(!readdirSync(folder).some((name) => name.includes(".part")));
});

test("weights that are no numbers are said to be, and nothing is written", async () => {
  mkdirSync(at("damaged"));
  const weights = Buffer.from(goldenWeights());
  for (let i = 8 + Number(weights.readBigUInt64LE()); i + 4 <= weights.length; i += 4) weights.writeFloatLE(NaN, i);
  writeFileSync(at("damaged", "model.safetensors"), weights);
  writeFileSync(at("damaged", "config.json"), JSON.stringify(goldenConfig));
  const words = ["--model", at("damaged"), "--device", "cpu", "--image", at("own.png"), "--square", "32"];
  for (const verb of ["features", "outliers"]) {
    const {status, out, err} = await sfp(verb, ...words, "--out", at("no.npy"));
    assert.equal(status, 1, err);
    assert.match(err, /NaN/);
    assert.ok(out === "" && !existsSync(at("no.npy")));
  }
});
