/** CLIP's byte-pair tokeniser: text to token numbers, exactly as the text tower was trained. */

import {clean, whitespaceClass} from "./clean.js";
import {byteSymbols, type Merge, vocabulary} from "./merges.js";

export interface Tokenizer {
  /** How many tokens there are; the text tower's embedding has as many rows. */
  readonly size: number;
  /** The token before every text, and the one after it, which has the highest number of all. */
  readonly start: number;
  readonly end: number;
  /** The tokens of a text, without start and end. */
  encode(text: string): number[];
  /** Start, tokens, end, then zeros to `length`. A longer text is an error, or is cut with `truncate`. */
  sequence(text: string, length?: number, options?: {truncate?: boolean}): Int32Array;
  /** The text of tokens, with a blank after each word. */
  decode(tokens: Iterable<number>): string;
}

/** How many tokens CLIP's text tower reads. */
export const contextLength = 77;

const startText = "<|startoftext|>";
const endText = "<|endoftext|>";

// The order of the alternatives matters. One numeral at a time: "2024" is four pieces. The text is in lower case by
// now, so the pattern need not ignore case as the original does, but for two characters that this touches: "ſ" counts
// as an "s", and U+0345, a mark whose capital is a letter, matches nothing there and is dropped.
const pieces = new RegExp(
  `<\\|startoftext\\|>|<\\|endoftext\\|>|'[sſ]|'t|'re|'ve|'m|'ll|'d|` +
    `\\p{L}+|\\p{N}|[^${whitespaceClass}\\p{L}\\p{N}\\u0345]+`,
  "gu"
);

/** Words repeat, above all across prompt templates; beyond this many, memory counts more. */
const cacheLimit = 20_000;

/** A tokeniser over a merge table; see {@link readMerges} for where one comes from. */
export function createTokenizer(merges: readonly Merge[]): Tokenizer {
  const words = vocabulary(merges);
  const ids = new Map(words.map((word, id) => [word, id]));
  const start = words.length;
  const end = start + 1;
  const size = end + 1;

  const symbol = (text: string): number => {
    const id = ids.get(text);
    if (id === undefined) throw new Error(`merge table: "${text}" is merged before anything makes it`);
    return id;
  };
  // Two numbers make one key, which is several times faster than joined strings.
  const key = (left: number, right: number): number => left * size + right;
  const ranks = new Map(merges.map(([left, right], rank) => [key(symbol(left), symbol(right)), rank]));
  const results = merges.map(([left, right]) => symbol(left + right));

  const cache = new Map<string, readonly number[]>();

  function encodePiece(piece: string): readonly number[] {
    if (piece === startText) return [start];
    if (piece === endText) return [end];
    const known = cache.get(piece);
    if (known) return known;
    const symbols = Array.from(new TextEncoder().encode(piece), (byte) => byteSymbols.get(byte) as string);
    const tokens = merge(symbols.map((text, i) => symbol(i === symbols.length - 1 ? `${text}</w>` : text)));
    if (cache.size >= cacheLimit) cache.clear();
    cache.set(piece, tokens);
    return tokens;
  }

  /** Merges the pair of lowest rank, everywhere it occurs, until no pair is in the table. */
  function merge(tokens: number[]): number[] {
    for (;;) {
      let best = Infinity;
      for (let i = 1; i < tokens.length; i++) {
        const rank = ranks.get(key(tokens[i - 1], tokens[i]));
        if (rank !== undefined && rank < best) best = rank;
      }
      if (best === Infinity) return tokens;
      const merged: number[] = [];
      for (let i = 0; i < tokens.length; i++) {
        if (i + 1 < tokens.length && ranks.get(key(tokens[i], tokens[i + 1])) === best) {
          merged.push(results[best]);
          i++;
        } else {
          merged.push(tokens[i]);
        }
      }
      tokens = merged;
    }
  }

  function encode(text: string): number[] {
    return (clean(text).match(pieces) ?? []).flatMap((piece) => encodePiece(piece));
  }

  function sequence(text: string, length = contextLength, {truncate = false} = {}): Int32Array {
    const tokens = encode(text);
    if (tokens.length + 2 > length && !truncate)
      throw new Error(`too long: ${tokens.length} tokens, and ${length - 2} fit: "${text.slice(0, 60)}..."`);
    return Int32Array.from({length}, (_, i) => {
      if (i === 0) return start;
      if (i === Math.min(tokens.length + 1, length - 1)) return end;
      return i <= tokens.length ? tokens[i - 1] : 0;
    });
  }

  const byteOf = new Map([...byteSymbols].map(([byte, char]) => [char, byte]));

  function decode(tokens: Iterable<number>): string {
    const text = Array.from(tokens, (id) => (id === start ? startText : id === end ? endText : words[id])).join("");
    const bytes = Uint8Array.from([...text.replaceAll("</w>", " ")], (char) => byteOf.get(char) ?? char.charCodeAt(0));
    return new TextDecoder().decode(bytes);
  }

  return {size, start, end, encode, sequence, decode};
}
