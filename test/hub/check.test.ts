/** `models check` tells a model that works from one that was damaged on its way. */
import assert from "node:assert/strict";
import {cpSync, mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after, test} from "node:test";
import {readFloats, writeSafetensors} from "../../components/model/safetensors.js";
import {openModel} from "../../data/engine/index.js";
import {checkModel, type ModelCheck} from "../../data/records/check.js";

const folders: string[] = [];
after(() => folders.forEach((folder) => rmSync(folder, {recursive: true, force: true})));

/** What is said of `mini` with one tensor's numbers changed. */
async function checked(name: string, change: (value: number, index: number) => number): Promise<ModelCheck> {
  const {checkpoint, folder} = await openModel("mini");
  const copy = mkdtempSync(join(tmpdir(), "mini-"));
  folders.push(copy);
  for (const file of ["config.json", "lexicon.json"]) cpSync(join(folder, file), join(copy, file));
  const tensors = [...checkpoint.tensors.values()].map((tensor) => {
    const data = readFloats(checkpoint, tensor);
    return [tensor.name, {shape: tensor.shape, data: tensor.name === name ? data.map(change) : data}] as const;
  });
  writeFileSync(join(copy, "model.safetensors"), writeSafetensors(Object.fromEntries(tensors)));
  return checkModel(await openModel(copy));
}

const weight = "blocks.3.mlp.fc2.weight";

test("a whole model works", async () => {
  const {good, verdict, photos} = await checked(weight, (value) => value);
  assert.ok(good, verdict);
  assert.equal(photos.filter(({right}) => right).length, 5);
});

test("numbers that are not finite", async () => {
  const {good, verdict, notFinite} = await checked(weight, (value, i) => (i === 7 ? NaN : value));
  assert.ok(!good);
  assert.equal(notFinite, 1);
  assert.match(verdict, /1 of its numbers are not finite/);
});

test("a block whose numbers are too large", async () => {
  const {good, verdict} = await checked(weight, (value) => 30 * value);
  assert.ok(!good);
  assert.match(verdict, /names \d of 5 photos rightly/);
});

test("a last block that makes every patch alike", async () => {
  const {good, verdict} = await checked("blocks.11.mlp.fc2.bias", () => 1000);
  assert.ok(!good);
  assert.match(verdict, /nearly one norm/);
});
