import assert from "node:assert/strict";
import {after, test} from "node:test";
import {cacheKey, meanDirection, wordVectors} from "../../components/model/text/features.js";
import {parseMerges} from "../../components/model/text/merges.js";
import {createTokenizer} from "../../components/model/text/tokenizer.js";
import {readModel} from "../../components/model/model.js";
import {TextTower} from "../../components/model/text/tower.js";
import {readSafetensors} from "../../components/model/safetensors.js";
import {cpu} from "../../data/engine/device.js";
import {relativeError} from "../support/golden.js";
import {type ClipSizes, configOf, huggingfaceFile, openaiFile} from "../support/text-layouts.js";
import {referenceFeatures} from "../support/text-reference.js";

const tokenizer = createTokenizer(parseMerges("#version: 0.2\nl o\nlo w\nlo w</w>\ne r</w>\n"));
const sizes: ClipSizes = {
  width: 64,
  layers: 1,
  heads: 1,
  patch: 4,
  grid: 2,
  features: 48,
  textWidth: 128,
  textLayers: 3,
  textHeads: 2,
  vocabulary: tokenizer.size
};
const checkpoint = readSafetensors(huggingfaceFile(sizes));
const tower = new TextTower(readModel("tiny", checkpoint, configOf(sizes)).textTower!, tokenizer, cpu(1));
after(() => tower.close());

const texts = ["low", "A lower, slower flow!", "", "low <|endoftext|> low", "low ".repeat(75)];

/** What the tower should give, all 77 places computed, or only those of the text. */
function expected(text: string, length = 77): Float64Array {
  return referenceFeatures(checkpoint, [...tokenizer.sequence(text, length)], sizes.textHeads, sizes.textLayers);
}

test("the text tower, against float64", async () => {
  const {values, width} = await tower.encode(texts);
  assert.equal(width, sizes.features);
  for (const [i, text] of texts.entries()) {
    const row = values.subarray(i * width, (i + 1) * width);
    assert.ok(relativeError(row, expected(text)) < 1e-4, text);
  }
});

test("a text's vector does not depend on what is encoded beside it, nor on its batch", async () => {
  const alone = (await tower.encode(["low"])).values;
  const many = await tower.encode(
    Array.from({length: 70}, (_, i) => (i === 66 ? "low" : "lower ".repeat((i % 9) + 1)))
  );
  assert.ok(relativeError(many.values.subarray(66 * many.width, 67 * many.width), alone) < 1e-5);
  assert.deepEqual(await tower.encode([]), {width: sizes.features, values: new Float32Array(0)});
});

test("OpenAI's names and halves give the same", async () => {
  const other = readModel("tiny", openaiFile(sizes)).textTower!;
  assert.deepEqual(other.geometry, tower.model.geometry);
  const openai = new TextTower(other, tokenizer, cpu(1));
  assert.ok(relativeError((await openai.encode(texts)).values, (await tower.encode(texts)).values) < 1e-5);
  await openai.close();
});

test("what cannot be is said", async () => {
  await assert.rejects(async () => tower.encode(["low ".repeat(76)]), /too long: 76 tokens, and 75 fit: "low low/);
  assert.throws(() => new TextTower(tower.model, createTokenizer([]), cpu(1)), /has 514 tokens, the text tower 518/);
  const wrong = new Map(checkpoint.tensors);
  wrong.set("text_projection.weight", {...wrong.get("text_projection.weight")!, shape: [96, 64]});
  assert.throws(
    () => readModel("tiny", {...checkpoint, tensors: wrong}, configOf(sizes)),
    /text_projection\.weight gives 96 features, visual_projection\.weight another number/
  );
});

test("a long job can be followed and stopped", async () => {
  const seen: number[] = [];
  await tower.encode(
    Array.from({length: 40}, () => "low"),
    {onProgress: (done) => seen.push(done)}
  );
  assert.deepEqual(seen, [32, 40]);
  await assert.rejects(tower.encode(["low"], {signal: AbortSignal.abort(new Error("enough"))}), /enough/);
  assert.equal((await tower.encode(["low"])).values.length, sizes.features);
});

test("a word is the direction of the mean of its sentences' directions", async () => {
  const {vectors, width} = await wordVectors(tower, ["low", " lower ", "low"], {templates: "sfp-15"});
  assert.deepEqual(vectors.subarray(0, width), vectors.subarray(2 * width));
  const sentences = ["low", "lower"].map((word) =>
    [
      "a clean origami W.",
      ...["", "small ", "medium ", "large "].flatMap((size) => [
        `This is a photo of a ${size}W.`,
        `There is a ${size}W in the scene.`,
        `a photo of a ${size}W.`
      ]),
      "There is the W in the scene.",
      "a photo of a W in the scene."
    ].map((text) => text.replace("W", word))
  );
  for (const [i, list] of sentences.entries()) {
    const directions = list.map((text) => unit(expected(text, tokenizer.encode(text).length + 2)));
    const mean = directions[0].map((_, j) => directions.reduce((sum, row) => sum + row[j], 0));
    assert.ok(relativeError(vectors.subarray(i * width, (i + 1) * width), unit(mean)) < 1e-4);
  }
  await assert.rejects(wordVectors(tower, ["low", "  "]), /An empty word/);
});

function unit(values: Float64Array): Float64Array {
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
}

test("the mean of directions, by hand", () => {
  assert.deepEqual(
    [...meanDirection(Float32Array.of(3, 4, 0, 0, 0, 7), 3)],
    [3 / 5, 4 / 5, 1].map((v) => Math.fround(v / Math.SQRT2))
  );
});

test("a cache is asked by model, template set and word, and spares the tower", async () => {
  const kept = new Map<string, Float32Array>();
  const cache = {
    get: async (key: string) => kept.get(key),
    set: async (key: string, vector: Float32Array) => void kept.set(key, vector)
  };
  let asked = 0;
  const counting = {encode: (list: readonly string[]) => ((asked += list.length), tower.encode(list))};
  const options = {templates: "gem-1", cache, model: "abc"} as const;
  const first = await wordVectors(counting, ["low", "lower"], options);
  assert.deepEqual([...kept.keys()], [cacheKey("abc", "gem-1", "low"), cacheKey("abc", "gem-1", "lower")]);
  assert.deepEqual(await wordVectors(counting, ["low", "lower"], options), first);
  await wordVectors(counting, ["lower", "slow"], options);
  assert.equal(asked, 3);
  await assert.rejects(wordVectors(counting, ["low"], {cache}), /needs the model's hash/);
});
