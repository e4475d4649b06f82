/** The words that a page compares features with: typed by its reader, or those that suit the photo. */
import {FileAttachment} from "observablehq:stdlib";
import type {Lexicon, TextVectors} from "../model/lexicon.js";
import {classOfQueries, parseLabels, type LabelClass} from "../model/segmentation/labels.js";
import {openLexicon} from "./lexicon.js";

/** Classes, and one vector for each of their words. */
export interface Asked {
  classes: LabelClass[];
  text: TextVectors;
  /** The class of each vector. */
  classOf: Uint16Array;
  /** As typed. */
  words: string;
}

/** Words for a photo that has none of its own. */
const anyPhoto = "animal; vehicle; furniture; building";

let suited: Promise<Record<string, string>> | undefined;

/** The words that suit a photo. */
export async function photoWords(image: string): Promise<string> {
  suited ??= FileAttachment("../../data/images/words.json").json() as Promise<Record<string, string>>;
  return (await suited)[image] ?? anyPhoto;
}

/** The last answer: every figure of a page asks for the same words, on every move of a slider. */
let latest: {lexicon: Lexicon; asked: Asked} | undefined;

const ready = new Map<string, {lexicon: Lexicon; suits: string}>();

/**
 * Hands the classes and vectors of `words` to `use`, at once where the model's lexicon is there already.
 * Words it does not know reach `failed`, with the nearest that it does.
 */
export function withWords(
  {model, image, words}: {model: string; image: string; words: string},
  use: (asked: Asked) => void,
  failed: (reason: string) => void
): void {
  const key = `${model}/${image}`;
  const answer = ({lexicon, suits}: {lexicon: Lexicon; suits: string}) => {
    const typed = words.trim() || suits;
    if (latest?.lexicon !== lexicon || latest.asked.words !== typed) {
      try {
        latest = {lexicon, asked: ask(lexicon, typed)};
      } catch (error) {
        return failed(reason(error));
      }
    }
    use(latest.asked);
  };
  const known = ready.get(key);
  if (known) return answer(known);
  Promise.all([openLexicon(model), photoWords(image)]).then(
    ([lexicon, suits]) => {
      ready.set(key, {lexicon, suits});
      answer({lexicon, suits});
    },
    (error: unknown) => failed(reason(error))
  );
}

/** @throws Error naming the words that cannot be read or answered */
function ask(lexicon: Lexicon, words: string): Asked {
  const classes = parseLabels(words);
  return {
    classes,
    text: lexicon.vectors(classes.flatMap(({words: synonyms}) => synonyms)),
    classOf: classOfQueries(classes),
    words
  };
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
