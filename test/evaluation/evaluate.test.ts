import assert from "node:assert/strict";
import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after, test} from "node:test";
import {encode} from "fast-png";
import {datasetNames, datasets} from "../../components/model/evaluation/datasets.js";
import {labelTable} from "../../components/model/evaluation/label-rules.js";
import {datasetFiles} from "../../data/cli/dataset-files.js";
import type {EvaluationFile} from "../../data/cli/evaluation-file.js";
import type {OpenBackend} from "../../data/cli/backend.js";
import {run} from "../../data/cli/evaluate.js";
import {fakeBackend, memory, writeDataset, type FakeOptions} from "../support/evaluation-fixtures.js";

const folder = mkdtempSync(join(tmpdir(), "sfp-evaluate-"));
after(() => rmSync(folder, {recursive: true}));
const at = (...names: string[]): string => join(folder, ...names);

async function evaluate(args: string[], options: FakeOptions = {}) {
  const streams = memory();
  const status = await run(args, streams, fakeBackend(options));
  return {status, out: streams.out(), err: streams.err()};
}

function counted(file: string): EvaluationFile {
  return JSON.parse(readFileSync(file, "utf8")) as EvaluationFile;
}

const names = Array.from({length: 11}, (_, i) => `2007_${String(i).padStart(6, "0")}`);
const voc = at("voc");
await writeDataset(voc, datasets.voc21, names, (image, pixel) => (pixel % 7 === 0 ? 255 : (image + (pixel % 24)) % 21));
const vocArgs = ["--dataset", "voc21", "--root", voc, "--method", "sfp"];

for (const name of datasetNames)
  for (const [form, {suffix, rule}] of datasets[name].forms.entries())
    test(`${name} is found and counted from …${suffix}`, async () => {
      const dataset = datasets[name];
      const root = at(`${name}-${form}`);
      const table = labelTable(rule, dataset.classes);
      const valid = Array.from(table.keys()).filter((value) => table[value] >= 0);
      const images = ["b/second", "a/first", "c"].map((image) =>
        name === "cityscapes" ? image : image.replace("/", "_")
      );
      await writeDataset(root, dataset, images, (image, pixel) => valid[(image * 5 + pixel) % valid.length], form);
      const {samples, ...found} = datasetFiles(dataset, root);
      assert.deepEqual(found, {labelFolder: dataset.labels[0], rule});
      const order = dataset.lists.length ? images : images.toSorted();
      assert.deepEqual(
        samples.map((sample) => sample.name),
        order
      );
      const out = at(`${name}-${form}.json`);
      await evaluate(["--dataset", name, "--root", root, "--method", "sfp", "--out", out]);
      const {counted: count, confusion} = counted(out);
      assert.equal(count, 3);
      const wanted = Array.from({length: dataset.classes}, () => 0);
      for (let image = 0; image < 3; ++image)
        for (let pixel = 0; pixel < 24 * 16; ++pixel) {
          const label = table[valid[(image * 5 + pixel) % valid.length]];
          if (label !== 255) ++wanted[label];
        }
      assert.deepEqual(
        confusion.map((row) => row.reduce((a, b) => a + b, 0)),
        wanted
      );
    });

test("COCO's images in the conversion's folder are not confused with other label maps beside them", async () => {
  const root = at("coco-both");
  for (const form of [0, 1]) await writeDataset(root, datasets.stuff, ["000000000139"], () => form, form);
  assert.equal(datasetFiles(datasets.stuff, root).rule, "as-is");
});

test("eight shards merge to the single run, bit for bit, in any order", async () => {
  const single = at("single.json");
  await evaluate([...vocArgs, "--out", single]);
  const shards = Array.from({length: 8}, (_, i) => at(`shard-${i + 1}.json`));
  for (const [i, shard] of shards.entries()) await evaluate([...vocArgs, "--shard", `${i + 1}/8`, "--out", shard]);
  const merged = at("merged.json");
  await evaluate(["merge", ...shards.toReversed(), "--out", merged]);
  assert.equal(readFileSync(merged, "utf8"), readFileSync(single, "utf8"));
  assert.equal(counted(single).counted, 11);
  const part = await evaluate(["merge", ...shards.slice(2)]);
  assert.match(part.err, /shards 1, 2 of 8 are missing/);
  await assert.rejects(evaluate(["merge", shards[0], shards[1], shards[0]]), /repeats shard 1 of 8/);
});

test("files of different evaluations do not merge", async () => {
  const [a, b, c] = ["a", "b", "c"].map((name) => at(`${name}.json`));
  await evaluate([...vocArgs, "--shard", "1/2", "--out", a]);
  await evaluate([...vocArgs, "--shard", "2/2", "--settings", "alike", "--out", b]);
  await evaluate([...vocArgs, "--shard", "2/2", "-o", "l0=8", "--out", c]);
  await assert.rejects(evaluate(["merge", a, b]), /b.json is not of the evaluation of .*a.json: its .* differs/);
  await assert.rejects(evaluate(["merge", a, c]), /its provenance differs/);
  writeFileSync(at("other.json"), "{}");
  await assert.rejects(evaluate(["merge", a, at("other.json")]), /other.json is not an evaluation/);
});

test("an interrupted run goes on and ends equal to one that was not", async () => {
  const whole = at("whole.json");
  const out = at("broken.json");
  const lines = at("broken.jsonl");
  await evaluate([...vocArgs, "--out", whole, "--images", at("whole.jsonl")]);
  await assert.rejects(evaluate([...vocArgs, "--out", out, "--images", lines], {failAt: 4}), /the device was lost/);
  assert.ok(!existsSync(out));
  assert.equal(counted(`${out}.unfinished`).counted, 4);
  await assert.rejects(
    evaluate([...vocArgs, "--settings", "alike", "--out", out]),
    /begun by another evaluation.*settings differs|begun by another evaluation.*classes differs/
  );
  const again = await evaluate([...vocArgs, "--out", out, "--images", lines]);
  assert.match(again.err, /Going on after 4 of 11 images/);
  assert.equal(readFileSync(out, "utf8"), readFileSync(whole, "utf8"));
  assert.equal(readFileSync(lines, "utf8"), readFileSync(at("whole.jsonl"), "utf8"));
  assert.deepEqual(
    readdirSync(folder).filter((name) => /unfinished|part-/.test(name)),
    []
  );
  assert.match((await evaluate([...vocArgs, "--out", out])).err, /already done/);
  await assert.rejects(evaluate([...vocArgs, "--limit", "2", "--out", out]), /is another evaluation/);
});

test("each image's pixels add up to the confusion matrix", async () => {
  const lines = readFileSync(at("whole.jsonl"), "utf8").trim().split("\n");
  const {confusion} = counted(at("whole.json"));
  const labelled = Array.from({length: 21}, () => 0);
  for (const line of lines) {
    const {areas} = JSON.parse(line) as {image: string; areas: number[][]};
    for (const [c, , , count] of areas) labelled[c] += count;
  }
  assert.deepEqual(
    lines.map((line) => (JSON.parse(line) as {image: string}).image),
    names
  );
  assert.deepEqual(
    confusion.map((row) => row.reduce((a, b) => a + b, 0)),
    labelled
  );
});

test("--limit and --list choose images, and shards share the limited list", async () => {
  const list = at("list.txt");
  writeFileSync(list, `${names[5]}.jpg\n\n${names[2]}\n${names[9]}\n`);
  const {out} = await evaluate([...vocArgs, "--list", list, "--limit", "2", "--json"]);
  const whole = JSON.parse(out) as EvaluationFile;
  assert.deepEqual([whole.counted, whole.task.images.count], [2, 2]);
  const half = JSON.parse(
    (await evaluate([...vocArgs, "--list", list, "--limit", "2", "--shard", "2/2", "--json"])).out
  ) as EvaluationFile;
  assert.deepEqual([half.counted, half.task.images.names], [1, whole.task.images.names]);
  writeFileSync(list, `${names[5]}\n${names[5]}\n`);
  await assert.rejects(evaluate([...vocArgs, "--list", list]), /names 2007_000005 twice/);
});

test("words a model does not know are refused, or left out when asked", async () => {
  const unknown = ["sky", "ship", "screen"];
  await assert.rejects(
    evaluate(vocArgs, {unknown}),
    /vit-ti-16 has no vector for sky, ship, screen\. With --words known/
  );
  const {out} = await evaluate([...vocArgs, "--words", "known", "--json"], {unknown});
  const {task, confusion} = JSON.parse(out) as EvaluationFile;
  assert.deepEqual(task.unknownWords, unknown);
  assert.deepEqual(task.excluded, []);
  assert.deepEqual([task.classes[0].words.length, task.classes[4].words, task.classes[20].words.length], [25, [], 4]);
  assert.ok(
    confusion.every((row) => row[4] === 0),
    "a class without words is never predicted"
  );
  assert.ok(
    confusion[4].some((count) => count > 0),
    "its pixels still count"
  );
});

test("--classes ignores the pixels of the others", async () => {
  const {out} = await evaluate([...vocArgs, "--classes", "cat, dog,background", "--json"]);
  const {task, confusion, scores} = JSON.parse(out) as EvaluationFile;
  assert.equal(task.excluded.length, 18);
  confusion.forEach((row, label) => {
    const allowed = [0, 8, 12].includes(label);
    assert.equal(
      row.some((count) => count > 0),
      allowed
    );
    assert.ok(row.every((count, guess) => count === 0 || [0, 8, 12].includes(guess)));
  });
  assert.equal(scores.classes.filter(({iou}) => iou !== null).length, 3);
  await assert.rejects(evaluate([...vocArgs, "--classes", "cat,unicorn"]), /unicorn is not a class/);
});

test("the table says whose numbers they are", async () => {
  const {out} = await evaluate([...vocArgs, "-o", "l0=8"]);
  assert.match(out, /^voc21, 11 images; vit-ti-16, sfp l0=8, on fake\nSettings: the SFP paper's sizes/);
  assert.match(out, /\nmean +[\d.]+ +[\d.]+\naAcc [\d.]+\n$/);
});

test("wrong words are refused before anything is opened", async () => {
  for (const [args, message] of [
    [["--root", voc], /--dataset is needed: voc21/],
    [["--dataset", "voc21"], /--root DIR is needed/],
    [["--dataset", "pascal", "--root", voc], /no data set pascal/],
    [[...vocArgs, "--shard", "0/8"], /--shard 0\/8: write it as I\/N/],
    [[...vocArgs, "--shard", "9/8"], /--shard 9\/8/],
    [[...vocArgs, "--limit", "none"], /--limit none/],
    [[...vocArgs, "--settings", "mine"], /--settings mine is not known; known are own, alike/],
    [[...vocArgs, "--words", "some"], /--words some/],
    [["--dataset", "voc21", "--root", voc, "--method", "cliptrase"], /cliptrase has no settings of its own/],
    [["merge"], /name the shards' files/]
  ] as const)
    await assert.rejects(evaluate([...args]), message);
});

test("missing or wrong files are named", async () => {
  await assert.rejects(
    evaluate(["--dataset", "voc21", "--root", at("nowhere")]),
    /--root .*nowhere: there is no such folder/
  );
  await assert.rejects(evaluate(["--dataset", "ade", "--root", voc]), /has no images\/validation; ade is laid out as/);
  const list = at("missing.txt");
  writeFileSync(list, `${names[0]}\nmissing\n`);
  await assert.rejects(evaluate([...vocArgs, "--list", list]), /missing.jpg: there is no such file/);
  const root = at("bad");
  await writeDataset(root, datasets.voc21, ["one"], () => 77);
  await assert.rejects(
    evaluate(["--dataset", "voc21", "--root", root]),
    /one.png: Label 77 is not one of the data set's 21 classes/
  );
  writeFileSync(
    join(root, "SegmentationClass", "one.png"),
    encode({width: 3, height: 2, data: new Uint8Array(6), channels: 1, depth: 8})
  );
  await assert.rejects(evaluate(["--dataset", "voc21", "--root", root]), /one.png is 3 × 2 pixels, its image 24 × 16/);
});

test("what is wrong with an image fails the work, whatever threw it, and names the image", async () => {
  const args = [...vocArgs, "--out", at("useless.json")];
  const open: OpenBackend = async (words) => ({
    ...(await fakeBackend()(words)),
    features: () => Promise.reject(new RangeError("of no use"))
  });
  await assert.rejects(run(args, memory(), open), (error: Error) => {
    assert.match(error.message, /2007_000000\.jpg: of no use/);
    return !(error instanceof RangeError);
  });
});
