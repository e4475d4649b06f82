/** Tokenisers of SigLIP and others by their `tokenizer.json`, through a library that is loaded when it is asked for. */
import {object} from "../families/config.js";
import type {TextTokens} from "./tower.js";

/**
 * A tokeniser of SigLIP's kind: words, the end token, then padding up to the whole context, which counts for the vector.
 *
 * @param file the parsed `tokenizer.json`
 * @param vocabulary rows of the text tower's embedding
 * @throws Error when the file is damaged, or of another model
 */
export async function openHubTokenizer(file: unknown, vocabulary: number): Promise<TextTokens> {
  const {Tokenizer} = await import("@huggingface/tokenizers");
  const tokenizer = new Tokenizer(object(file), {});
  const id = (...names: string[]) =>
    names.map((name) => tokenizer.token_to_id(name)).find((found) => found !== undefined);
  const end = id("</s>", "<eos>");
  // Version 1 pads with its end token, </s>; version 2, whose end is <eos>, with a token of its own.
  const first = id("</s>") !== undefined && id("<eos>") === undefined;
  const pad = first ? end : id("<pad>");
  if (end === undefined || pad === undefined)
    throw new Error("tokenizer.json has no end token (</s>, or <eos> with <pad>); it is of another model.");
  return {
    size: vocabulary,
    sequence(text, length) {
      const {ids} = tokenizer.encode(first ? canonical(text) : text.toLowerCase(), {add_special_tokens: false});
      if (ids.length + 1 > length)
        throw new Error(`too long: ${ids.length} tokens, and ${length - 1} fit: ${JSON.stringify(text.slice(0, 60))}`);
      if (ids.some((one) => one >= vocabulary))
        throw new Error("tokenizer.json has tokens that the text tower does not: not of one model.");
      const sequence = new Int32Array(length).fill(pad);
      sequence.set([...ids, end]);
      return sequence;
    }
  };
}

/** As version 1 was trained: lower case, no punctuation, single blanks. */
function canonical(text: string): string {
  return text
    .toLowerCase()
    .replace(/[!-/:-@[-`{-~]/g, "")
    .replace(/\s+/g, " ")
    .trim();
}
