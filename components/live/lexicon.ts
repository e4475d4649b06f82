/** The words of a supervised model, in the page: its lexicon and its classifier's rows, as files. */
import {decodeFeatures} from "../analysis/arrow.js";
import {Lexicon, type LexiconFile} from "../model/lexicon.js";
import {fetchData} from "./files.js";

const open = new Map<string, Promise<Lexicon>>();

/**
 * The lexicon of a model whose classes are ImageNet's. Fetched once.
 *
 * @throws Error saying which file is missing
 */
export function openLexicon(model: string): Promise<Lexicon> {
  const known = open.get(model);
  if (known) return known;
  const opened = read(model);
  open.set(model, opened);
  // A failure is not remembered, so that the next attempt fetches again.
  opened.catch(() => open.delete(model));
  return opened;
}

/** Answers a model's words with a lexicon made elsewhere, such as of a model that runs in this page. */
export function offerLexicon(model: string, lexicon: Lexicon): void {
  open.set(model, Promise.resolve(lexicon));
}

async function read(model: string): Promise<Lexicon> {
  const [words, rows] = await Promise.all([
    fetchData("models/mini/lexicon.json"),
    fetchData(`records/${model}/classifier.arrow`)
  ]);
  return new Lexicon(decodeFeatures(rows), JSON.parse(new TextDecoder().decode(words)) as LexiconFile);
}
