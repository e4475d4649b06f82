/** What answers a model's words in the page: files that the site has for it, or a model that runs here. */
import {decodeFeatures, decodeWords} from "../records/arrow.js";
import {NotInImport} from "../records/absent.js";
import {wordSource} from "./models.js";
import {Lexicon, type LexiconFile, type TextVectors} from "../model/lexicon.js";
import {UnknownWordsError, type Meaning} from "../model/spelling.js";
import {WordList} from "../model/wordList.js";
import {Cache, type Answer} from "./cache.js";
import {fetchData, isPreview} from "./files.js";

/** Whatever gives words their vectors: a lexicon or a list at once, a text tower after a run. */
export interface WordVectors {
  /** Whether the vectors are those of a text tower. */
  readonly tower?: boolean;
  vectors(words: readonly string[]): TextVectors | Promise<TextVectors>;
}

const words = new Cache<WordVectors>(read);

/**
 * What answers a model's words: from the site's files, fetched once, or what was offered. Rejects with what is missing.
 */
export function wordsOf(model: string): Answer<WordVectors> {
  return words.get(model);
}

/** The words that suit a photo, whose vectors a built site has in a file a hundredth of the model's. */
const ofPhotos = new Cache<WordVectors>(async (key) => {
  const [model, image] = key.split("/");
  try {
    const list = new WordList(decodeWords(await fetchData(`records/${model}/${image}/words.arrow.gz`)));
    return {
      ...(wordSource(model) === "list" && {tower: true}),
      vectors: (asked) => {
        try {
          return list.vectors(asked);
        } catch {
          return everyVector(model, asked);
        }
      }
    };
  } catch {
    return wordsOf(model);
  }
});

async function everyVector(model: string, asked: readonly string[]): Promise<TextVectors> {
  return (await wordsOf(model)).vectors(asked);
}

/** What answers the words that suit a photo of the site. Rejects with what is missing. */
export function wordsOfPhoto(model: string, image: string): Answer<WordVectors> {
  const source = wordSource(model);
  const inFiles = !isPreview && (source === "lexicon" || source === "list");
  return words.peek(model) ?? (inFiles ? ofPhotos.get(`${model}/${image}`) : wordsOf(model));
}

/** Answers a model's words from elsewhere, such as by a model that runs in this page. */
export function offerWords(model: string, offered: WordVectors): void {
  words.put(model, offered);
}

/** Words near in meaning, as the site has them (`data/near.json.gz.ts`). */
let near: Promise<Meaning> | undefined;

/** A failure to answer, with words near in meaning where a word was not known. */
export async function explained(error: unknown): Promise<unknown> {
  if (!(error instanceof UnknownWordsError)) return error;
  near ??= fetchData("near.json.gz").then((bytes) => {
    const table = JSON.parse(new TextDecoder().decode(bytes)) as {words: string[]; near: Record<string, number[]>};
    return (word) => (Object.hasOwn(table.near, word) ? table.near[word].map((i) => table.words[i]) : undefined);
  });
  try {
    const meaning = await near;
    return error.byMeaning(() => meaning);
  } catch {
    // Without the table words are offered by their spelling.
    near = undefined;
    return error;
  }
}

async function read(model: string): Promise<WordVectors> {
  switch (wordSource(model)) {
    case "lexicon": {
      const [lexicon, rows] = await Promise.all([
        fetchData("models/mini/lexicon.json"),
        fetchData(`records/${model}/classifier.arrow.gz`)
      ]);
      return new Lexicon(decodeFeatures(rows), JSON.parse(new TextDecoder().decode(lexicon)) as LexiconFile);
    }
    case "list":
      return new WordList(decodeWords(await fetchData(`records/${model}/words.arrow.gz`)));
    case "none":
      throw new Error(
        `Words for ${model} were not computed: its folder has no tokenizer.json. Put it there and build the site again, or type your words on the Live page.`
      );
    case "imported":
      throw new NotInImport(
        `Not in the import: ${model} was computed by another program, and its text tower is not here. Choose another model to ask words of.`
      );
    case undefined:
      throw new Error(`${model} answers words once it runs in the page.`);
  }
}
