import assert from "node:assert/strict";
import {test} from "node:test";
import {openHubTokenizer} from "../../components/model/text/hub-tokenizer.js";

/** A tokenizer.json of single letters, with special tokens of these names. */
function letters(special: string[]) {
  const tokens = [...special, ..."▁abcdefghijklmnopqrstuvwxyz"];
  return {
    version: "1.0",
    added_tokens: special.map((content, id) => ({
      id,
      content,
      special: true,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false
    })),
    normalizer: null,
    pre_tokenizer: {type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true},
    post_processor: null,
    decoder: null,
    model: {
      type: "BPE",
      unk_token: special[0],
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges: []
    }
  };
}

test("version 1 of SigLIP: lower case, no punctuation, padded with the end token to the whole context", async () => {
  const tokenizer = await openHubTokenizer(letters(["<unk>", "</s>"]), 40);
  assert.deepEqual([...tokenizer.sequence("A, b!", 8)], [2, 3, 2, 4, 1, 1, 1, 1]);
  assert.throws(() => tokenizer.sequence("abcdefgh", 8), /too long: 9 tokens, and 7 fit/);
});

test("version 2: an end token, then padding of its own", async () => {
  const tokenizer = await openHubTokenizer(letters(["<pad>", "<eos>", "<unk>"]), 40);
  assert.deepEqual([...tokenizer.sequence("Ab", 7)], [3, 4, 5, 1, 0, 0, 0]);
  await assert.rejects(openHubTokenizer(letters(["<unk>"]), 40), /no end token/);
});
