// Words that are computed with the site, for pages without a text tower.
import assert from "node:assert/strict";
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {test, type TestContext} from "node:test";
import {decodeWords, encodeWords} from "../../components/records/arrow.js";
import {plain, UnknownWordsError} from "../../components/model/spelling.js";
import {wordVectors} from "../../components/model/text/features.js";
import {readMerges} from "../../components/model/text/merges.js";
import {createTokenizer} from "../../components/model/text/tokenizer.js";
import {TextTower} from "../../components/model/text/tower.js";
import {WordList} from "../../components/model/wordList.js";
import {modelsOfSite} from "../../data/site/models.js";
import {cpu} from "../../data/engine/device.js";
import {openModel} from "../../data/engine/index.js";
import {computeWords, listedWords} from "../../data/records/words.js";
import {configOf, huggingfaceFile, smallClip as sizes} from "../support/text-layouts.js";

const vectors = {width: 2, values: Float32Array.of(1, 0, 0, 1, 0.6, 0.8)};
const list = new WordList({words: ["cat", "T-shirt", "traffic light"], vectors});

test("listed words are answered, however they are capitalised", () => {
  const {width, vectors: rows} = list.vectors(["Traffic  Light", "t shirt", "cat", "cat"]);
  assert.deepEqual([width, ...rows], [2, ...Float32Array.of(0.6, 0.8, 0, 1, 1, 0, 1, 0)]);
});

test("words that are not listed are named, with the nearest that are and what can be done", () => {
  assert.throws(
    () => list.vectors(["cat", "cats", "zyzzyva"]),
    (error) => {
      assert.ok(error instanceof UnknownWordsError);
      assert.deepEqual(error.unknown, [
        {word: "cats", nearest: ["cat"]},
        {word: "zyzzyva", nearest: []}
      ]);
      assert.match(error.message, /list of words has no words “cats” \(nearest: cat\); “zyzzyva”\. The Live page/);
      return true;
    }
  );
  assert.throws(() => new WordList({words: ["cat"], vectors}), /1 words, but 3 vectors/);
});

test("the file keeps every bit", () => {
  const values = Float32Array.of(0.1, -1e-9, 3.4e38, 1 / 3);
  const words = ["cat", "Müllauto, groß"];
  assert.deepEqual(decodeWords(encodeWords(words, {width: 2, values})), {words, vectors: {width: 2, values}});
});

test("what pages are asked for most is listed, each word once", () => {
  const words = listedWords();
  assert.equal(new Set(words.map(plain)).size, words.length);
  // Of a photo, of any photo, of the lexicon, of a benchmark, of a repository with a wording of its own.
  for (const word of ["military uniform", "furniture", "kitten", "pottedplant", "people in shirt"])
    assert.ok(words.includes(word), word);
});

/** A folder of models with a random CLIP by the name of a published one. */
function withClip(t: TestContext): string {
  const models = mkdtempSync(join(tmpdir(), "sfp-list-"));
  const folder = join(models, "clip-vit-b-16");
  mkdirSync(folder);
  writeFileSync(join(folder, "model.safetensors"), huggingfaceFile(sizes));
  writeFileSync(join(folder, "config.json"), JSON.stringify(configOf(sizes)));
  const before = process.env.SFP_MODELS;
  process.env.SFP_MODELS = models;
  t.after(() => {
    if (before === undefined) delete process.env.SFP_MODELS;
    else process.env.SFP_MODELS = before;
    rmSync(models, {recursive: true});
  });
  return folder;
}

test("the file of a CLIP has the vectors of its own text tower", async (t) => {
  const folder = withClip(t);
  const table = {model: {type: "BPE", end_of_word_suffix: "</w>", merges: ["l o"]}};
  writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(table));
  const model = await openModel("clip-vit-b-16");
  // More than are encoded together, and of different lengths.
  const words = Array.from({length: 18}, (_, i) => "lo".repeat(1 + (i % 5)) + String.fromCharCode(97 + i));
  const read = decodeWords(await computeWords(model, words));
  assert.deepEqual(read.words, words);
  const answered = new WordList(read).vectors([words[17], words[0]]);
  const merges = await readMerges(new TextEncoder().encode(JSON.stringify(table)));
  const tower = new TextTower(model.textTower!, createTokenizer(merges), cpu(1));
  const own = await wordVectors(tower, [words[17], words[0]]);
  assert.equal(answered.width, sizes.features);
  for (const [i, value] of own.vectors.entries()) assert.ok(Math.abs(value - answered.vectors[i]) < 1e-6);
});

test("pages know whether a model's words were computed", async (t) => {
  const folder = withClip(t);
  const source = async () => (await modelsOfSite()).map(({id, words}) => `${id}=${words}`);
  assert.deepEqual(await source(), ["clip-vit-b-16=none", "vit-ti-16=lexicon"]);
  writeFileSync(join(folder, "tokenizer.json"), "{}");
  assert.deepEqual(await source(), ["clip-vit-b-16=list", "vit-ti-16=lexicon"]);
});
