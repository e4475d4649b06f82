/** Words for models without a text tower: a word is a set of the classifier's classes. */
import type {FeatureMap} from "../records/record.js";
import type {Model} from "./model.js";
import {readFloats} from "./safetensors.js";
import {nearestWords, otherNumber, plain, UnknownWordsError} from "./spelling.js";

/** A lexicon as its file holds it. */
export interface LexiconFile {
  /** Names of every class, in the classifier's order. */
  classes: string[][];
  /** Words and the classes that they stand for. */
  words: Record<string, number[]>;
}

/** Vectors that stand for words: one row of unit length per query. */
export interface TextVectors {
  /** Q × width, row-major. */
  vectors: Float32Array;
  width: number;
}

/**
 * The rows of a supervised model's classifier, classes × width.
 *
 * @throws Error when the model has none
 */
export function classifierRows({id, image: {classifier}, geometry, checkpoint}: Model): FeatureMap {
  if (!classifier) throw new Error(`${id} has no classifier, so a lexicon cannot give it words.`);
  return {width: geometry.width, values: readFloats(checkpoint, classifier.weight)};
}

/**
 * The lexicon of a supervised model. A word's vector is the L2-normalised mean of its classes' rows,
 * each centred by the mean of all rows; the bias is not used. It is compared with LNpost(x).
 */
export class Lexicon {
  private readonly index = new Map<string, number[]>();
  private readonly rows: Float32Array;
  private readonly centre: Float64Array;
  private readonly width: number;

  /**
   * @param classifier the classifier's rows, one a class (`classifierRows`)
   * @throws Error when the lexicon is for another number of classes
   */
  constructor({width, values}: FeatureMap, {classes, words}: LexiconFile) {
    const count = values.length / width;
    if (classes.length !== count)
      throw new Error(`The lexicon names ${classes.length} classes, the classifier has ${count}.`);
    this.width = width;
    this.rows = values;
    this.centre = meanRow(values, width);
    classes.forEach((names, i) => names.forEach((name) => this.addClass(plain(name), i)));
    for (const [word, set] of Object.entries(words)) this.index.set(plain(word), set);
  }

  private addClass(name: string, index: number) {
    const known = this.index.get(name);
    if (known) known.push(index);
    else this.index.set(name, [index]);
  }

  /** All words it answers. */
  get words(): string[] {
    return [...this.index.keys()];
  }

  has(word: string): boolean {
    return this.classesOf(word) !== undefined;
  }

  /** The classes a word stands for; its plural or singular is understood. */
  classesOf(word: string): number[] | undefined {
    const name = plain(word);
    const form = this.index.has(name) ? name : otherNumber(name, (one) => this.index.has(one));
    return form === undefined ? undefined : this.index.get(form);
  }

  /**
   * One unit vector per word.
   *
   * @throws UnknownWordsError naming every word it cannot answer, with the nearest that it can
   */
  vectors(words: readonly string[]): TextVectors {
    const unknown = words.filter((word) => !this.has(word));
    if (unknown.length)
      throw new UnknownWordsError(
        unknown.map((word) => ({word, nearest: this.nearest(word)})),
        {source: "This model's lexicon has", known: this.words}
      );
    const {width} = this;
    const vectors = new Float32Array(words.length * width);
    words.forEach((word, q) => vectors.set(this.vector(this.classesOf(word)!), q * width));
    return {vectors, width};
  }

  private vector(classes: number[]): Float64Array {
    const {width, rows, centre} = this;
    const sum = new Float64Array(width);
    for (const c of classes) for (let k = 0; k < width; ++k) sum[k] += rows[c * width + k] - centre[k];
    const length = Math.hypot(...sum) || 1;
    return sum.map((v) => v / length);
  }

  /** Up to three known words that may stand for it. */
  nearest(word: string): string[] {
    return nearestWords(word, this.words);
  }
}

function meanRow(rows: Float32Array, width: number): Float64Array {
  const mean = new Float64Array(width);
  for (let i = 0; i < rows.length; ++i) mean[i % width] += rows[i];
  return mean.map((v) => v / (rows.length / width));
}
