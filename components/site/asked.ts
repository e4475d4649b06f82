/** The words that a page compares features with: typed by its reader, or those that suit the photo. */
import {FileAttachment} from "observablehq:stdlib";
import type {TextVectors} from "../model/lexicon.js";
import {classOfQueries, equalWords, parseLabels, type LabelClass} from "../model/segmentation/labels.js";
import {explained, knownWords, openWords, type Words} from "./lexicon.js";
import {listPhotos} from "./library.js";
import {selection} from "./selection.js";

/** Classes, and one vector for each of their words. */
export interface Asked {
  classes: LabelClass[];
  text: TextVectors;
  /** The class of each vector. */
  classOf: Uint16Array;
  /** As typed. */
  words: string;
  /** Whether a text tower made the vectors. */
  tower: boolean;
  /** What must be said of them: words that the model cannot tell apart. */
  notes: string[];
}

let suited: Promise<Record<string, unknown>> | undefined;

/** For photos that have none, in a site whose words.json names none for any. */
const general = "animal; vehicle; furniture; building";

/** The words that suit a photo: its own in data/images/words.json, those for any photo there ("*"), or general ones. */
export async function photoWords(image: string): Promise<string> {
  suited ??= FileAttachment("../../data/images/words.json")
    .json()
    .then(
      (words: unknown) => (typeof words === "object" && words !== null ? (words as Record<string, unknown>) : {}),
      () => ({})
    );
  const words = await suited;
  // The site's list says which words are about this very picture.
  const own = (await listPhotos()).find(({id}) => id === image)?.words;
  const named = [own, Object.hasOwn(words, "*") ? words["*"] : undefined];
  return named.find((text): text is string => typeof text === "string" && text.trim() !== "") ?? general;
}

/** The last answer: every figure of a page asks for the same words, on every move of a slider. */
let latest: {lexicon: Words; asked: Asked} | undefined;

/** The answer that a text tower is still at. */
let awaited: {lexicon: Words; words: string; asked: Promise<Asked>} | undefined;

/** The words that were asked for last. */
let typedLast = "";

/** What suits the photos that were asked about. */
const suiting = new Map<string, string>();

/**
 * Hands the classes and vectors of `words` to `use`, at once where what answers them is there already.
 * Words it does not know reach `failed`, with the nearest that it does.
 */
export function withWords(
  {model, image, words}: {model: string; image: string; words: string},
  use: (asked: Asked) => void,
  failed: (reason: string) => void
): void {
  const answer = (lexicon: Words, suits: string) => {
    const typed = words.trim() || suits;
    selection.resolve({words: typed});
    typedLast = typed;
    // What is near in meaning may have to be fetched, and other words may have been typed meanwhile.
    const fail = (error: unknown) =>
      void explained(error).then((told) => {
        if (typedLast === typed) failed(reason(told));
      });
    if (latest?.lexicon === lexicon && latest.asked.words === typed) return use(latest.asked);
    try {
      const found = awaited?.lexicon === lexicon && awaited.words === typed ? awaited.asked : ask(lexicon, typed);
      if (!(found instanceof Promise)) {
        latest = {lexicon, asked: found};
        return use(found);
      }
      awaited = {lexicon, words: typed, asked: found};
      found.then(
        (asked) => {
          latest = {lexicon, asked};
          use(asked);
        },
        (error: unknown) => {
          // A failure is not remembered, so that the next attempt asks again.
          if (awaited?.asked === found) awaited = undefined;
          fail(error);
        }
      );
    } catch (error) {
      fail(error);
    }
  };
  const [known, suits] = [knownWords(model), suiting.get(image)];
  if (known && suits !== undefined) return answer(known, suits);
  Promise.all([openWords(model), photoWords(image)]).then(
    ([lexicon, found]) => {
      suiting.set(image, found);
      answer(lexicon, found);
    },
    (error: unknown) => failed(reason(error))
  );
}

/** @throws Error naming the words that cannot be read or answered */
function ask(lexicon: Words, words: string): Asked | Promise<Asked> {
  const classes = parseLabels(words);
  const made = (text: TextVectors): Asked => ({
    classes,
    text,
    classOf: classOfQueries(classes),
    words,
    tower: lexicon.tower ?? false,
    notes: equalWords(classes, text)
  });
  const text = lexicon.vectors(classes.flatMap(({words: synonyms}) => synonyms));
  return text instanceof Promise ? text.then(made) : made(text);
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
