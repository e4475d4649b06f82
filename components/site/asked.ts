/** The words that a page compares features with: typed by its reader, or those that suit the photo. */
import {FileAttachment} from "observablehq:stdlib";
import type {TextVectors} from "../model/lexicon.js";
import {classOfQueries, equalWords, parseLabels, type LabelClass} from "../model/segmentation/labels.js";
import {Cache, perOwner, proceed, type Answer} from "./cache.js";
import {explained, wordsOf, wordsOfPhoto, type WordVectors} from "./lexicon.js";
import {generalWords} from "./generalWords.js";
import {listPhotos} from "./library.js";

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

const suiting = new Cache(findWords);

/** The words that suit a photo: its own in data/images/words.json, those for any photo there ("*"), or general ones. */
export function photoWords(image: string): Answer<string> {
  return suiting.get(image);
}

async function findWords(image: string): Promise<string> {
  const words: unknown = await FileAttachment("../../data/images/words.json")
    .json()
    .catch(() => ({}));
  // The site's list says which words are about this very picture.
  const own = (await listPhotos()).find(({id}) => id === image)?.words;
  const any = typeof words === "object" && words !== null && "*" in words ? words["*"] : undefined;
  return [own, any].find((text): text is string => typeof text === "string" && text.trim() !== "") ?? generalWords;
}

/** Every figure of a page asks for the same words, on every move of a slider: the last few answers are kept. */
const answers = perOwner((lexicon: WordVectors) => new Cache((typed) => explaining(() => ask(lexicon, typed)), 8));

/** The classes and vectors of words, or of those that suit the photo. Rejects naming the words that are not known. */
export function askWords({model, image, words}: {model: string; image: string; words: string}): Answer<Asked> {
  const typed = words.trim();
  return proceed(typed ? wordsOf(model) : wordsOfPhoto(model, image), (answering) =>
    proceed(typed || photoWords(image), (asked) => answers(answering).get(asked))
  );
}

/** @throws Error naming the words that cannot be read or answered */
function ask(lexicon: WordVectors, words: string): Answer<Asked> {
  const classes = parseLabels(words);
  return proceed(lexicon.vectors(classes.flatMap(({words: synonyms}) => synonyms)), (text) => ({
    classes,
    text,
    classOf: classOfQueries(classes),
    words,
    tower: lexicon.tower ?? false,
    notes: equalWords(classes, text)
  }));
}

/** Words that are not known are told with those near in meaning, which may have to be fetched first. */
function explaining<T>(run: () => Answer<T>): Answer<T> {
  const explain = async (thrown: unknown): Promise<never> => {
    throw await explained(thrown);
  };
  try {
    const answer = run();
    return answer instanceof Promise ? answer.catch(explain) : answer;
  } catch (thrown) {
    return explain(thrown);
  }
}
