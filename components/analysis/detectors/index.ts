import type {GivenOptions, ValuesOf} from "../options.js";
import type {Detector} from "./detector.js";
import {expressionDetector, expressionMark} from "./expressionDetector.js";
import {l2Detector} from "./l2.js";
import {lofDetector} from "./lof.js";
import {madDetector} from "./mad.js";
import {singularDetector} from "./singular.js";
import {somDetector} from "./som.js";

/**
 * Every detector, by its name, in the order in which pages and help show them. To add one: a file beside this one, and a
 * line here.
 */
export const detectors = {
  som: somDetector,
  l2: l2Detector,
  lof: lofDetector,
  mad: madDetector,
  singular: singularDetector
} as const;

export type DetectorId = keyof typeof detectors;

export const detectorIds = Object.keys(detectors) as DetectorId[];

/** What a page chooses of each detector: the options that a record leaves open. */
export type OpenOptions = {
  readonly [Id in DetectorId]: (typeof detectors)[Id] extends Detector<infer S, infer Open>
    ? Readonly<Pick<ValuesOf<S>, Open & keyof S>>
    : never;
};

/** Given options of some detectors. */
export type DetectorOptions = {readonly [Id in DetectorId]?: GivenOptions};

/**
 * A detector by its name.
 *
 * @throws RangeError listing the names that are known
 */
export function detectorNamed(name: string): Detector {
  if (name.startsWith(expressionMark)) return expressionDetector(name.slice(expressionMark.length));
  const found = Object.entries<Detector>(detectors).find(([known]) => known === name);
  if (found) return found[1];
  throw new RangeError(`invalid detector: ${name}; known are ${detectorIds.join(", ")}, and "expr: ..".`);
}
