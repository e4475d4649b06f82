/** The words of a supervised model, in the page: its lexicon and its classifier's rows, as files. */
import {decodeFeatures} from "../analysis/arrow.js";
import {Lexicon, type LexiconFile, type TextVectors} from "../model/lexicon.js";
import {fetchData} from "./files.js";

/** Whatever gives words their vectors: a lexicon at once, a text tower after a run. */
export interface Words {
  vectors(words: readonly string[]): TextVectors | Promise<TextVectors>;
}

const open = new Map<string, Promise<Words>>();

/**
 * The words of a model: the lexicon of one whose classes are ImageNet's, fetched once, or what was offered.
 *
 * @throws Error saying which file is missing
 */
export function openLexicon(model: string): Promise<Words> {
  const known = open.get(model);
  if (known) return known;
  const opened = read(model);
  open.set(model, opened);
  // A failure is not remembered, so that the next attempt fetches again.
  opened.catch(() => open.delete(model));
  return opened;
}

/** Answers a model's words from elsewhere, such as by a model that runs in this page. */
export function offerWords(model: string, words: Words): void {
  open.set(model, Promise.resolve(words));
}

async function read(model: string): Promise<Lexicon> {
  const [words, rows] = await Promise.all([
    fetchData("models/mini/lexicon.json"),
    fetchData(`records/${model}/classifier.arrow.gz`)
  ]);
  return new Lexicon(decodeFeatures(rows), JSON.parse(new TextDecoder().decode(words)) as LexiconFile);
}
