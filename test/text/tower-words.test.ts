import assert from "node:assert/strict";
import {test} from "node:test";
import {openTowerWords} from "../../components/live/worker/towerWords.js";
import {readModel} from "../../components/model/model.js";
import {cpu} from "../../data/engine/device.js";
import {relativeError} from "../support/golden.js";
import {configOf, huggingfaceFile, openaiFile, smallClip as sizes} from "../support/text-layouts.js";

const table = new TextEncoder().encode(
  JSON.stringify({model: {type: "BPE", end_of_word_suffix: "</w>", merges: ["l o"]}})
);
const config = configOf(sizes);
const device = cpu(1);

test("a model with a text tower answers any words, and each only once", async () => {
  const words = await openTowerWords(readModel("tiny", huggingfaceFile(sizes), config), {table, device});
  const told: string[] = [];
  const onProgress = (done: number, of: number) => void told.push(`${done}/${of}`);
  const {vectors, width} = await words!.vectors(["lo", "sky"], {onProgress});
  assert.equal(width, sizes.features);
  assert.equal(told.at(-1), "160/160");
  for (const row of [vectors.subarray(0, width), vectors.subarray(width)])
    assert.ok(Math.abs(Math.hypot(...row) - 1) < 1e-5);
  told.length = 0;
  assert.deepEqual((await words!.vectors(["sky"], {onProgress})).vectors, vectors.slice(width));
  assert.deepEqual(told, []);
  await assert.rejects(words!.vectors([" "]), /empty word/);
  const other = await openTowerWords(readModel("other", openaiFile(sizes)), {table, device});
  assert.ok(relativeError((await other!.vectors(["lo", "sky"])).vectors, vectors) < 1e-4);
});

test("a tower without a tokeniser, and one of another model, say so", async () => {
  const model = readModel("tiny", huggingfaceFile(sizes), config);
  await assert.rejects(openTowerWords(model, {device}), /tiny has a text tower.*tokenizer\.json/);
  const larger = new TextEncoder().encode(
    JSON.stringify({model: {type: "BPE", end_of_word_suffix: "</w>", merges: ["l o", "lo w"]}})
  );
  await assert.rejects(openTowerWords(model, {table: larger, device}), /516 tokens, the text tower 515/);
});
