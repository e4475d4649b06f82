import {median, type Numbers} from "../arrays.js";
import {changedOptions, readOptions, type GivenOptions, type OptionSpecs, type ValuesOf} from "../options.js";
import type {Grid} from "../../records/record.js";
import type {Detection} from "./detection.js";

/** All that a detector may look at in one layer; patches only. H heads, N patches, D channels. */
export interface Evidence {
  heads: number;
  /** Attention from the class token to each patch: H × N. */
  classRows: Numbers;
  /** Attention of each patch to itself: H × N. */
  diagonals: Numbers;
  /** Token norms: N. */
  norms: Numbers;
  /** Tokens: N × D. */
  features: Numbers;
  width: number;
  /** Singular direction of the network up to this layer: D. */
  direction: Numbers;
  /** Attention of every token, mean over heads, the tokens before the patches first: T × T. */
  map: Numbers;
  grid: Grid;
}

/** What is known of a layer: evidence, and what was computed of it before. */
export interface Known extends Partial<Evidence> {
  /** Scores with the default options, by detector. */
  scores?: Readonly<Record<string, Numbers>>;
  /** Sets with the default options, by detector, where they were decided on numbers that were rounded since. */
  sets?: Readonly<Record<string, Uint8Array>>;
}

/** What is known of a detector without running it. */
interface Description<S extends OptionSpecs> {
  /** As the command line, files and addresses call it: "lof". */
  name: string;
  /** As a legend names it: "LOF". */
  label: string;
  /** What it looks at, in a few words, for the title of a map: "sparse surroundings". */
  title: string;
  /** One line for the command line. */
  about: string;
  /** Where it is defined. */
  source: string;
  /** One sentence for the reader of a figure: what its scores or its set mean. */
  reading: string;
  /** The unit that scores are shown in, and how they get there. */
  unit: {
    label: string;
    /** Scores are divided by their median, or multiplied by the number of keys. Default: as they are. */
    shown?: "over median" | "times keys";
    /** Where the colour scale begins. Default 0. */
    from?: number;
    /** Both signs have a meaning; 0 is neutral. */
    signed?: boolean;
  };
  colour: string;
  dash?: string;
  /** Names what it ranks patches by, where detectors share it. Their rank correlation is 1 by construction. */
  ranksBy?: string;
  needs: readonly (keyof Evidence)[];
  options: S;
}

/** A detector as it is declared: `detect` is given every option, with the types of its declaration. */
interface Declaration<S extends OptionSpecs, Open extends keyof S & string> extends Description<S> {
  detect(evidence: Evidence, options: ValuesOf<S>): Detection;
  /** For a detector whose evidence is too large for a record: its scores are kept there, and these options stay open. */
  kept?: {
    options: readonly Open[];
    set(scores: Numbers, options: ValuesOf<Pick<S, Open>>): Uint8Array;
  };
  /** The set in words, for a caption: "the 10 largest". */
  caption(options: ValuesOf<S>): string;
}

/** A test for outliers among the patches of one layer. */
export interface Detector<S extends OptionSpecs = OptionSpecs, Open extends string = string> extends Description<S> {
  /** Whether a record keeps its scores. */
  kept: boolean;
  /** The options that can still be chosen when only a record is known. */
  open: readonly Open[];
  /**
   * Scores and set of one layer.
   *
   * @throws RangeError for an option that is unknown or out of range; Error naming the evidence that is missing
   */
  detect(known: Known, given?: GivenOptions): Detection;
  /** What a caption says of the options. */
  caption(given?: GivenOptions): string;
}

/** Declares a detector. A new one is a file in this folder and a line in `index.ts`. */
export function defineDetector<const S extends OptionSpecs, Open extends keyof S & string>({
  detect,
  kept,
  caption,
  ...description
}: Declaration<S, Open>): Detector<S, Open> {
  const {name, options: specs, needs} = description;
  return {
    ...description,
    kept: kept !== undefined,
    open: kept?.options ?? (Object.keys(specs) as Open[]),
    detect(known, given = {}) {
      const options = readOptions(name, specs, given);
      const changed = changedOptions(specs, given).map((word) => word.slice(0, word.indexOf("=")));
      const found = keptDetection() ?? detect(complete(name, needs, known), options);
      const decided = known.sets?.[name];
      return decided && changed.length === 0 ? {...found, outliers: decided} : found;

      function keptDetection(): Detection | undefined {
        const scores = known.scores?.[name];
        if (!kept || !scores || !changed.every((option) => kept.options.some((open) => open === option))) return;
        return {scores: Float64Array.from(scores), outliers: kept.set(scores, options)};
      }
    },
    caption: (given) => caption(readOptions(name, specs, given))
  };
}

/** @throws Error naming what is missing */
function complete(name: string, needs: readonly (keyof Evidence)[], known: Known): Evidence {
  const missing = needs.filter((need) => known[need] === undefined);
  if (missing.length) throw new Error(`detector ${name} needs ${missing.join(", ")}`);
  return known as Evidence;
}

/**
 * Scores in the unit that a reader sees.
 *
 * @param keys how many tokens share a query's attention
 */
export function shownScores({unit: {shown}}: Pick<Detector, "unit">, scores: Float64Array, keys: number): Float64Array {
  if (shown === undefined) return scores;
  const factor = shown === "times keys" ? keys : 1 / median(scores);
  return scores.map((score) => score * factor);
}
