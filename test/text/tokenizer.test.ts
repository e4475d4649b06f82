import assert from "node:assert/strict";
import {test} from "node:test";
import {Tokenizer as HubTokenizer} from "@huggingface/tokenizers";
import {clean} from "../../components/model/text/clean.js";
import {
  type Merge,
  mergesOfTokenizerJson,
  parseMerges,
  readMerges,
  vocabulary
} from "../../components/model/text/merges.js";
import {createTokenizer} from "../../components/model/text/tokenizer.js";
import {clipMergeTable, hardStrings, noMerges} from "../support/text-shared.js";

// 512 byte symbols, then these: "lo" is 512, "low" 513, "low</w>" 514, "er</w>" 515; start 516, end 517.
const tiny = "#version: 0.2\nl o\nlo w\nlo w</w>\ne r</w>\n";
const byte = (char: string): number => char.charCodeAt(0) - 0x21;
const ofWord = (char: string): number => byte(char) + 256;

test("a table small enough to do by hand", () => {
  const tokenizer = createTokenizer(parseMerges(tiny));
  assert.equal(tokenizer.size, 518);
  assert.deepEqual(tokenizer.encode("low"), [514]);
  assert.deepEqual(tokenizer.encode("LOWER  low"), [513, 515, 514]);
  assert.deepEqual(tokenizer.encode("lot"), [512, ofWord("t")]);
  assert.deepEqual(tokenizer.encode("12"), [ofWord("1"), ofWord("2")], "one numeral at a time");
  assert.deepEqual(tokenizer.encode("low's!?"), [514, byte("'"), ofWord("s"), byte("!"), ofWord("?")]);
  assert.deepEqual(tokenizer.encode("é"), [byte("!") + 94 + 0xc3 - 0xa1 - 1, 256 + 94 + 0xa9 - 0xa1], "two bytes");
  assert.deepEqual(tokenizer.encode(""), []);
  assert.deepEqual(tokenizer.encode("<|endoftext|>low"), [517, 514]);
  assert.equal(tokenizer.decode(tokenizer.encode("Lower é 12")), "lower é 1 2 ");
});

test("a sequence is start, tokens, end, zeros; a longer text is an error or is cut", () => {
  const tokenizer = createTokenizer(parseMerges(tiny));
  assert.deepEqual([...tokenizer.sequence("low", 5)], [516, 514, 517, 0, 0]);
  assert.deepEqual([...tokenizer.sequence("low low low", 5)], [516, 514, 514, 514, 517]);
  assert.throws(() => tokenizer.sequence("low low low low", 5), /too long: 4 tokens, and 3 fit/);
  assert.deepEqual([...tokenizer.sequence("low low low low", 5, {truncate: true})], [516, 514, 514, 514, 517]);
  assert.equal(tokenizer.sequence("low").length, 77);
});

test("every form of the table says the same", async () => {
  const merges = parseMerges(tiny);
  const bytes = new TextEncoder().encode(tiny);
  const gzipped = new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip")));
  assert.deepEqual(await readMerges(new Uint8Array(await gzipped.arrayBuffer())), merges);
  for (const list of [merges, merges.map((pair) => pair.join(" "))]) {
    const json = JSON.stringify({model: {type: "BPE", end_of_word_suffix: "</w>", merges: list}});
    assert.deepEqual(await readMerges(new TextEncoder().encode(json)), merges);
  }
  assert.throws(() => mergesOfTokenizerJson('{"model":{"type":"WordPiece"}}'), /not a byte-pair tokenizer/);
  assert.throws(() => parseMerges("#version\nl o w\n"), /line 2: not two symbols/);
});

test("a merge of symbols that nothing makes is an error, not a wrong token", () => {
  assert.throws(() => createTokenizer([["lo", "w"]]), /"lo" is merged before anything makes it/);
});

test("CLIP's numbers", {skip: noMerges}, async () => {
  const tokenizer = createTokenizer(await clipMergeTable());
  assert.deepEqual([tokenizer.size, tokenizer.start, tokenizer.end], [49408, 49406, 49407]);
  assert.deepEqual(tokenizer.encode("a photo of a cat."), [320, 1125, 539, 320, 2368, 269]);
  assert.deepEqual(
    tokenizer.encode("wood ."),
    tokenizer.encode("wood."),
    "a blank before the final dot does not matter"
  );
  assert.notDeepEqual(tokenizer.encode("pottedplant"), tokenizer.encode("potted plant"));
});

test("hard strings, against OpenAI's algorithm in Python", {skip: noMerges}, async () => {
  const tokenizer = createTokenizer(await clipMergeTable());
  for (const [text, , tokens] of hardStrings) assert.deepEqual(tokenizer.encode(text), tokens, JSON.stringify(text));
});

test("hard strings, against a plain implementation", {skip: noMerges}, async () => {
  const merges = await clipMergeTable();
  const tokenizer = createTokenizer(merges);
  const reference = plainTokenizer(merges);
  for (const [text] of hardStrings)
    assert.deepEqual(tokenizer.encode(text), reference(clean(text)), JSON.stringify(text));
});

test(
  "hard strings, against @huggingface/tokenizers with a tokenizer.json of the same table",
  {skip: noMerges},
  async () => {
    const merges = await clipMergeTable();
    const tokenizer = createTokenizer(merges);
    const library = new HubTokenizer(tokenizerJson(merges), {});
    for (const [text] of hardStrings) {
      const cleaned = clean(text);
      // The published tokenizer.json has no ignored case, so "ſ" is no "s" there.
      if (cleaned.includes("ſ")) continue;
      const {ids} = library.encode(cleaned, {add_special_tokens: false});
      assert.deepEqual(tokenizer.encode(text), ids, JSON.stringify(text));
    }
  }
);

/** Text is kept as text throughout, and one pair is merged at a time: slow, and nothing shared with the real one. */
function plainTokenizer(merges: Merge[]): (cleaned: string) => number[] {
  const words = [...vocabulary(merges), "<|startoftext|>", "<|endoftext|>"];
  const ranks = new Map(merges.map((pair, rank) => [pair.join(" "), rank]));
  const printable = [
    [0x21, 0x7e],
    [0xa1, 0xac],
    [0xae, 0xff]
  ].flatMap(([first, last]) => Array.from({length: last - first + 1}, (_, i) => first + i));
  const others = Array.from({length: 256}, (_, i) => i).filter((i) => !printable.includes(i));
  const symbolOf = (value: number): string =>
    String.fromCharCode(printable.includes(value) ? value : 256 + others.indexOf(value));
  return (cleaned) => {
    const tokens: number[] = [];
    let rest = cleaned;
    while (rest) {
      const special = /^<\|(start|end)oftext\|>/.exec(rest)?.[0];
      const piece =
        special ??
        /^'(?:[sſtmd]|re|ve|ll)/.exec(rest)?.[0] ??
        /^\p{L}+/u.exec(rest)?.[0] ??
        /^\p{N}/u.exec(rest)?.[0] ??
        /^(?:(?!<\|(?:start|end)oftext\|>|\p{L}|\p{N}| ).)+/su.exec(rest)?.[0] ??
        "";
      rest = rest.slice(piece.length || 1);
      if (!piece) continue;
      if (special) {
        tokens.push(words.indexOf(special));
        continue;
      }
      const parts = [...Buffer.from(piece, "utf8")].map(symbolOf);
      parts[parts.length - 1] += "</w>";
      for (;;) {
        const candidates = parts.slice(1).map((part, i) => ranks.get(`${parts[i]} ${part}`) ?? Infinity);
        const best = Math.min(...candidates);
        if (best === Infinity || candidates.length === 0) break;
        const at = candidates.indexOf(best);
        parts.splice(at, 2, parts[at] + parts[at + 1]);
      }
      tokens.push(...parts.map((part) => words.indexOf(part)));
    }
    return tokens;
  };
}

/** What Hugging Face publishes beside CLIP. */
function tokenizerJson(merges: Merge[]): object {
  const words = vocabulary(merges);
  const special = (id: number, content: string): object => ({
    id,
    content,
    special: true,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: true
  });
  return {
    version: "1.0",
    added_tokens: [special(words.length, "<|startoftext|>"), special(words.length + 1, "<|endoftext|>")],
    normalizer: {
      type: "Sequence",
      normalizers: [{type: "NFC"}, {type: "Replace", pattern: {Regex: "\\s+"}, content: " "}, {type: "Lowercase"}]
    },
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [
        {
          type: "Split",
          pattern: {Regex: "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+"},
          behavior: "Removed",
          invert: true
        },
        {type: "ByteLevel", add_prefix_space: false, trim_offsets: true}
      ]
    },
    post_processor: null,
    decoder: {type: "ByteLevel", add_prefix_space: true, trim_offsets: true},
    model: {
      type: "BPE",
      dropout: null,
      unk_token: "<|endoftext|>",
      continuing_subword_prefix: "",
      end_of_word_suffix: "</w>",
      fuse_unk: false,
      vocab: Object.fromEntries([...words, "<|startoftext|>", "<|endoftext|>"].map((word, id) => [word, id])),
      merges: merges.map((pair) => pair.join(" "))
    }
  };
}
