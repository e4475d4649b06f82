/**
 * Vectors of the words that suit each photo. The file of all words of a model is a hundred times as large, and a page's
 * first figure would wait for it.
 */
import {existsSync, readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {gunzipSync, gzipSync} from "node:zlib";
import {Lexicon, type LexiconFile, type TextVectors} from "../../components/model/lexicon.js";
import {parseLabels} from "../../components/model/segmentation/labels.js";
import {generalWords} from "../../components/site/generalWords.js";
import {WordList} from "../../components/model/wordList.js";
import {decodeFeatures, decodeWords, encodeWords} from "../../components/records/arrow.js";

/** What answers words: a lexicon or a list. */
interface Answering {
  vectors(words: readonly string[]): TextVectors;
}

/** What answers a model's words in a built site; undefined where nothing does. */
export function answering(site: string, model: string): Answering | undefined {
  const file = (name: string) => join(site, "data/records", model, `${name}.arrow.gz`);
  const read = (name: string) => new Uint8Array(gunzipSync(readFileSync(file(name))));
  if (existsSync(file("words"))) return new WordList(decodeWords(read("words")));
  const lexicon = join(site, "data/models/mini/lexicon.json");
  if (!existsSync(file("classifier")) || !existsSync(lexicon)) return undefined;
  return new Lexicon(decodeFeatures(read("classifier")), JSON.parse(readFileSync(lexicon, "utf8")) as LexiconFile);
}

/** Words of `words.json` for any photo that it does not name. */
export function wordsOfAny(): string {
  const file = "data/images/words.json";
  const written = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Record<string, string>) : {};
  return written["*"] ?? generalWords;
}

/** Writes the vectors of those words that are known; the page says which are not. */
export function placeWords(folder: string, typed: string, known: Answering): void {
  let asked: string[];
  try {
    asked = parseLabels(typed).flatMap(({words}) => words);
  } catch {
    // The page tells what is wrong with them.
    return;
  }
  const words = asked.filter((word) => knows(known, word));
  if (words.length === 0) return;
  const {vectors, width} = known.vectors(words);
  writeFileSync(join(folder, "words.arrow.gz"), gzipSync(encodeWords(words, {width, values: vectors})));
}

function knows(known: Answering, word: string): boolean {
  try {
    known.vectors([word]);
    return true;
  } catch {
    return false;
  }
}
