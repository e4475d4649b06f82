import type {Numbers} from "../arrays.js";
import type {Detection} from "./detection.js";
import {l2, type L2Options} from "./l2.js";
import {lof, type LofOptions} from "./lof.js";
import {mad, type MadOptions} from "./mad.js";
import {singular, type SingularOptions} from "./singular.js";
import {som, type SomOptions} from "./som.js";

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
}

export interface Detector<Options> {
  /** As a reader sees it. */
  label: string;
  /** What a score is. */
  score: string;
  /** What must be known. */
  needs: readonly (keyof Evidence)[];
  detect(evidence: Evidence, options?: Options): Detection;
}

/** Each detector's options, by its id. */
export interface DetectorOptions {
  som: SomOptions;
  l2: L2Options;
  lof: LofOptions;
  mad: MadOptions;
  singular: SingularOptions;
}

export type DetectorId = keyof DetectorOptions;

/** Every detector. To add one: a file beside this one, a line in `DetectorOptions`, an entry here. */
export const detectors: {readonly [Id in DetectorId]: Detector<DetectorOptions[Id]>} = {
  som: {
    label: "Class against self (SOM)",
    score: "margin f · a_ci − a_ii",
    needs: ["heads", "classRows", "diagonals"],
    detect: (evidence, options) => som(evidence, options)
  },
  l2: {
    label: "Largest norms (L2)",
    score: "token norm",
    needs: ["norms"],
    detect: ({norms}, options) => l2(norms, options)
  },
  lof: {
    label: "Local outlier factor (LOF)",
    score: "local outlier factor",
    needs: ["features", "width"],
    detect: ({features, width}, options) => lof({values: features, width}, options)
  },
  mad: {
    label: "Robust z-score of norms (MAD)",
    score: "robust z of the token norm",
    needs: ["norms"],
    detect: ({norms}, options) => mad(norms, options)
  },
  singular: {
    label: "Singular direction (SINDER)",
    score: "|cos| with the singular direction",
    needs: ["features", "width", "direction"],
    detect: ({features, width, direction}, options) => singular({values: features, width}, direction, options)
  }
};

/** Runs a detector by its id, and says what is missing where something is. */
export function detect<Id extends DetectorId>(
  id: Id,
  evidence: Partial<Evidence>,
  options?: DetectorOptions[Id]
): Detection {
  const detector: Detector<DetectorOptions[Id]> | undefined = detectors[id];
  if (!detector) throw new Error(`invalid detector: ${id}`);
  const missing = detector.needs.filter((need) => evidence[need] === undefined);
  if (missing.length) throw new Error(`detector ${id} needs ${missing.join(", ")}`);
  return detector.detect(evidence as Evidence, options);
}
