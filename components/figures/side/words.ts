/** What two sides are called by: what they differ in, and what their figures find. */
import {readLayer} from "../../charts/reading.js";
import {hasTrunk} from "../../records/absent.js";
import type {View} from "../../site/feed.js";
import {headName, trunkName} from "../frame/figure.js";

/** How each thing that may differ is said of one side. */
const aspects: readonly ((view: View) => string)[] = [
  ({picture}) => picture.title,
  ({record}) => record.provenance.model,
  ({choice}) => `layer ${choice.layer + 1}`,
  ({choice}) => headName(choice.head),
  ({choice}) => trunkName(choice.trunk),
  ({selection}) => selection.method.name,
  ({choice}) => `factor ${choice.factor}`,
  ({selection}) => selection.method.options || "default options"
];

/** What may differ of figures about many images. */
const corpusAspects: typeof aspects = [
  ({selection}) => (selection.corpus.images === "voc" ? "PASCAL VOC" : "this site’s photos"),
  ({selection}) => selection.model,
  ({selection}) => `layer ${selection.layer}`,
  ({selection}) => `${selection.corpus.detector} sets`
];

/** What tells the two sides of a figure about many images apart; empty where nothing does. */
export function corpusSidesNamed(a: View, b: View): [a: string, b: string] {
  return named(corpusAspects, a, b);
}

/** What tells one side from the other, such as "layer 10" and "layer 4"; empty where nothing does. */
export function sidesNamed(a: View, b: View): [a: string, b: string] {
  return named(aspects, a, b);
}

function named(all: typeof aspects, a: View, b: View): [a: string, b: string] {
  const differing = all.filter((say) => say(a) !== say(b));
  const join = (view: View) => differing.map((say) => say(view)).join(", ");
  return [join(a), join(b)];
}

/** How many outliers the chosen layer has; undefined where an import lacks the trunk. */
export function outlierCount({record, choice}: View): number | undefined {
  return hasTrunk(record, choice.trunk) ? readLayer(record, choice).count : undefined;
}

/** "76 against 9 outliers"; undefined where either side has no sets. */
export function outlierNumbers(a: View, b: View): string | undefined {
  const counts = [outlierCount(a), outlierCount(b)];
  return counts.includes(undefined) ? undefined : `${counts[0]} against ${counts[1]} outliers`;
}

/** "76 against 9 outliers: layer 10 | layer 4", of the numbers and of what tells the sides apart. */
export function pairTitle(numbers: string | undefined, [one, other]: readonly [a: string, b: string]): string {
  return `${numbers ?? "Two sides"}: ${one ? `${one} | ${other}` : "the two sides show the same so far"}`;
}
