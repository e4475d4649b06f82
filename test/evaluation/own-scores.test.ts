// Methods with scores of their own through `evaluate`, on a tiny picture, with the model of the repository.
import assert from "node:assert/strict";
import {mkdtempSync, readFileSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after, test} from "node:test";
import {datasets} from "../../components/model/evaluation/datasets.js";
import type {EvaluationFile} from "../../data/cli/evaluation-file.js";
import {run} from "../../data/cli/evaluate.js";
import {openBackend} from "../../data/cli/backend.js";
import {memory, writeDataset} from "../support/evaluation-fixtures.js";

const folder = mkdtempSync(join(tmpdir(), "own-scores-"));
after(() => rmSync(folder, {recursive: true}));
// Labels of VOC20's cat (8) and dog (12), half and half.
await writeDataset(folder, datasets.voc20, ["2007_000001"], (_, pixel) => (pixel % 2 ? 8 : 12));

async function evaluate(...more: string[]): Promise<EvaluationFile> {
  const out = join(folder, `${more.join("_").replace(/\W/g, "")}.json`);
  const streams = memory();
  const words = ["--dataset", "voc20", "--root", folder, "--model", "mini", "--device", "cpu", "--words", "known"];
  const status = await run([...words, "--classes", "cat,dog", "--out", out, ...more], streams, openBackend);
  assert.equal(status, 0, streams.err());
  return JSON.parse(readFileSync(out, "utf8")) as EvaluationFile;
}

const pixels = ({confusion}: EvaluationFile) => confusion.flat().reduce((sum, count) => sum + count, 0);

test("rf-clip is counted with its words for the benchmark", async () => {
  const found = await evaluate("--method", "rf-clip", "-o", "channels=39");
  assert.deepEqual([found.counted, pixels(found)], [1, 24 * 16]);
  const {scoring, settings} = found.task;
  assert.deepEqual(scoring, {global: 0.4, vector: 0.02, threshold: 0.1, embedding: "picture"});
  assert.match(settings.source, /RF-CLIP's repository/);
});

test("lavg is counted by regions that a second model cuts, which the result names", async () => {
  const found = await evaluate("--method", "lavg", "--proxy", "mini", "-o", "side=160");
  assert.deepEqual([found.counted, pixels(found)], [1, 24 * 16]);
  assert.equal(found.task.provenance.proxy?.model, "mini");
  assert.deepEqual(found.task.scoring, {side: 160, suppress: "off"});
});

test("pearl for ADE has its repository's alpha, unless another is given", async () => {
  await writeDataset(join(folder, "ade"), datasets.ade, ["ADE_val_00000001"], () => 1);
  const words = ["--dataset", "ade", "--root", join(folder, "ade"), "--model", "mini", "--device", "cpu"];
  for (const [more, alpha] of [
    [[], "alpha=0.3"],
    [["-o", "alpha=0.5"], "alpha=0.5"]
  ] as const) {
    const out = join(folder, `${alpha}.json`);
    const streams = memory();
    const all = [...words, "--words", "known", "--method", "pearl", "--out", out, ...more];
    assert.equal(await run(all, streams, openBackend), 0, streams.err());
    const {task} = JSON.parse(readFileSync(out, "utf8")) as EvaluationFile;
    assert.deepEqual(task.provenance.options, [alpha]);
  }
});
