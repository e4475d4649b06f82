import assert from "node:assert/strict";
import {test} from "node:test";
import {prompts, templates} from "../../components/model/text/prompts.js";

test("the sets have as many sentences as they say, all different, each with one place for the word", () => {
  const counts = {"imagenet-80": 80, "surgery-85": 85, "sfp-15": 15, "gem-1": 1};
  for (const [set, count] of Object.entries(counts)) {
    const sentences = templates[set as keyof typeof templates];
    assert.equal(new Set(sentences).size, count, set);
    for (const sentence of sentences) assert.match(sentence, /^[^{}]*\{\}[^{}]*\.$/);
  }
});

test("sentences that are easy to get wrong", () => {
  const sentences = new Set(templates["imagenet-80"]);
  for (const sentence of [
    "a photo of a hard to see {}.",
    "the embroidered {}.",
    "a origami {}.",
    "itap of my {}.",
    "itap of the {}.",
    "graffiti of a {}.",
    "a jpeg corrupted photo of the {}.",
    "the {} in a video game."
  ])
    assert.ok(sentences.has(sentence), sentence);
  assert.ok(templates["sfp-15"].includes("There is a large {} in the scene."));
  assert.ok(templates["surgery-85"].includes("this is one {} in the scene."));
});

test("a word is put in as it is", () => {
  assert.deepEqual(prompts("$& dog", "gem-1"), ["a photo of a $& dog."]);
});
