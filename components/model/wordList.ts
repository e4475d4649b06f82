/** Words whose vectors a text tower computed beforehand, for pages that do not have the tower. */
import type {FeatureMap} from "../records/record.js";
import type {TextVectors} from "./lexicon.js";
import {nearestWords, plain, UnknownWordsError} from "./spelling.js";

/** Words, and one vector of unit length for each. */
export interface ListedWords {
  words: readonly string[];
  vectors: FeatureMap;
}

/** Answers the words of a list as they are; no plurals, no other forms: a text tower tells them apart. */
export class WordList {
  /** Its vectors are those of a text tower. */
  readonly tower = true;
  private readonly rows: ReadonlyMap<string, Float32Array>;
  private readonly width: number;

  /** @throws Error when there are not as many vectors as words */
  constructor({words, vectors: {width, values}}: ListedWords) {
    if (values.length !== words.length * width)
      throw new Error(`The list has ${words.length} words, but ${values.length / width} vectors.`);
    this.width = width;
    this.rows = new Map(words.map((word, i) => [plain(word), values.subarray(i * width, (i + 1) * width)]));
  }

  /**
   * One unit vector per word.
   *
   * @throws UnknownWordsError naming every word that is not listed, with the nearest that are
   */
  vectors(words: readonly string[]): TextVectors {
    const {rows, width} = this;
    const unknown = words.filter((word) => !rows.has(plain(word)));
    if (unknown.length)
      throw new UnknownWordsError(
        unknown.map((word) => ({word, nearest: nearestWords(word, [...rows.keys()])})),
        {
          source: "This site’s list of words has",
          known: [...rows.keys()],
          remedy:
            "The Live page reads any word, if it has this model; a build adds the words that data/images/words.json asks for."
        }
      );
    const vectors = new Float32Array(words.length * width);
    words.forEach((word, q) => vectors.set(rows.get(plain(word))!, q * width));
    return {vectors, width};
  }
}
