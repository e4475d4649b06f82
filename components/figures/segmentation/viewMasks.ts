import {reasonOf} from "../../ui/reason.js";
import type {ImageRecord, RecordSource} from "../../records/record.js";
import {askWords, type Asked} from "../../site/asked.js";
import {Cache, perOwner, proceed, type Answer} from "../../site/cache.js";
import type {View} from "../../site/feed.js";
import {segmenters, type FeatureStage} from "../features/stages.js";
import {segmentPatches, type PhotoMask} from "./masks.js";

/** The masks of every method that the photo has features of, by the name of those, and the words they are for. */
export interface Masks {
  asked: Asked;
  byName: ReadonlyMap<string, PhotoMask>;
  /** Methods whose masks are on their way. */
  pending: readonly string[];
}

/** What segments and is there, in the page's order. */
export function present({byName}: Masks): readonly FeatureStage[] {
  return segmenters.filter(({name}) => byName.has(name));
}

/** A photo's masks for some words: each method's, or why it has none, and all once they are here. */
interface Kept {
  each: Cache<PhotoMask | Error>;
  all?: Masks;
}

const kept = perOwner((_source: RecordSource) => new WeakMap<Asked, Kept>());

function keptOf({source, record}: View, asked: Asked): Kept {
  const ofWords = kept(source);
  const found = ofWords.get(asked) ?? {each: new Cache((name) => segment(source, record, name, asked))};
  ofWords.set(asked, found);
  return found;
}

async function segment(source: RecordSource, {grid}: ImageRecord, name: string, asked: Asked) {
  try {
    return await segmentPatches(await source.features(name), grid, asked);
  } catch (thrown) {
    return new Error(reasonOf(thrown), {cause: thrown});
  }
}

/**
 * The masks of a view's photo for its words, as soon as those of the first method are here.
 *
 * @param more called when there is another; without it, all are waited for
 * @throws Error where no method has features, or where words are not known
 */
export function viewMasks(view: View, more?: () => void): Answer<Masks> {
  const {selection} = view;
  return proceed(askWords({...selection, words: selection.words.list}), (asked) => masksOf(view, asked, more));
}

function masksOf(view: View, asked: Asked, more?: () => void): Answer<Masks> {
  const held = keptOf(view, asked);
  if (held.all) return held.all;
  const answers = segmenters.map(({name}) => [name, held.each.get(name)] as const);
  const coming = answers.flatMap(([name, answer]) => (answer instanceof Promise ? [{name, answer}] : []));
  const again = () => masksOf(view, asked, more);
  if (!more && coming.length) return Promise.all(coming.map(({answer}) => answer)).then(again);
  const [first] = segmenters;
  const awaited = coming.find(({name}) => name === first.name);
  if (awaited) return awaited.answer.then(again);
  const byName = new Map(answers.flatMap(([name, answer]) => (isMask(answer) ? [[name, answer] as const] : [])));
  const failed = answers.find(([, answer]) => answer instanceof Error)?.[1];
  if (!coming.length && byName.size === 0) throw failed as Error;
  // Where the first has none, the next that has is as good.
  if (byName.size === 0) return Promise.race(coming.map(({answer}) => answer)).then(again);
  const masks: Masks = {asked, byName, pending: coming.map(({name}) => name)};
  if (!coming.length) held.all = masks;
  for (const {answer} of coming) void answer.then(more);
  return masks;
}

function isMask(answer: Answer<PhotoMask | Error>): answer is PhotoMask {
  return !(answer instanceof Promise) && !(answer instanceof Error);
}
