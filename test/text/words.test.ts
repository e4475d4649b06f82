import assert from "node:assert/strict";
import {mkdtemp, readdir, readFile, rm, truncate, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {type TestContext, test} from "node:test";
import {readModel} from "../../components/model/model.js";
import {cpu} from "../../data/engine/device.js";
import {FolderCache, openTokenizer, openWords} from "../../data/engine/text.js";
import {configOf, huggingfaceFile, smallClip as sizes} from "../support/text-layouts.js";
import {noMerges} from "../support/text-shared.js";

const tower = readModel("tiny", huggingfaceFile(sizes), configOf(sizes)).textTower!;
const table = {model: {type: "BPE", end_of_word_suffix: "</w>", merges: ["l o"]}};

async function temporary(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "sfp-words-"));
  t.after(() => rm(folder, {recursive: true}));
  return folder;
}

test("words of a folder: encoded once, then read from the disk, without the tower", async (t) => {
  const folder = await temporary(t);
  await writeFile(join(folder, "tokenizer.json"), JSON.stringify(table));
  const cache = new FolderCache(join(folder, "cache"));
  const words = openWords({tower, folder, hash: "abc"}, {device: cpu(1), cache});
  const first = await words.vectors(["lo", "sky"], {templates: "gem-1"});
  assert.equal(first.width, 48);
  await words.close();
  await rm(join(folder, "tokenizer.json"));
  const again = openWords({tower, folder, hash: "abc"}, {device: cpu(1), cache});
  assert.deepEqual(await again.vectors(["lo", "sky"], {templates: "gem-1"}), first);
  await again.close();
});

test("the disk keeps vectors by key, and a damaged file counts as none", async (t) => {
  const folder = await temporary(t);
  const cache = new FolderCache(folder);
  assert.equal(await cache.get("a"), undefined);
  await cache.set("a", Float32Array.of(1, 2, 3).subarray(1));
  assert.deepEqual(await cache.get("a"), Float32Array.of(2, 3));
  assert.equal(await cache.get("b"), undefined);
  const path = (await readdir(folder, {recursive: true})).find((file) => file.endsWith(".f32"))!;
  assert.equal((await readFile(join(folder, path))).length, 8);
  await truncate(join(folder, path), 7);
  assert.equal(await cache.get("a"), undefined);
});

test("a tokeniser that cannot be read is named", async (t) => {
  const folder = await temporary(t);
  if (noMerges)
    await assert.rejects(
      openTokenizer(folder, tower),
      /has no tokeniser; it needs one of tokenizer\.json, merges\.txt/
    );
  else assert.equal((await openTokenizer(folder, tower)).size, 49408);
  await writeFile(join(folder, "tokenizer.json"), "{}");
  await assert.rejects(openTokenizer(folder, tower), /tokenizer\.json: no merge table/);
});
