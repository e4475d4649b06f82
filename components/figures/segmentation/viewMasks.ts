import type {ImageRecord, RecordSource} from "../../records/record.js";
import {askWords, type Asked} from "../../site/asked.js";
import {Cache, perOwner, proceed, type Answer} from "../../site/cache.js";
import type {View} from "../../site/feed.js";
import {featureMaps, type FeatureMaps} from "../features/featureMaps.js";
import {segmenters, type FeatureStage} from "../features/stages.js";
import {segmentPatches, type PhotoMask} from "./masks.js";

/** The masks of every method that the photo has features of, by the name of those, and the words they are for. */
export interface Masks {
  asked: Asked;
  byName: ReadonlyMap<string, PhotoMask>;
}

/** What segments and is there, in the page's order. */
export function present({byName}: Masks): readonly FeatureStage[] {
  return segmenters.filter(({name}) => byName.has(name));
}

const kept = perOwner<RecordSource, WeakMap<Asked, Cache<Masks>>>(() => new WeakMap());

/** The masks of a view's photo for its words. Rejects where no method has features, or where words are not known. */
export function viewMasks({source, selection, record}: View): Answer<Masks> {
  const names = segmenters.map(({name}) => name);
  return proceed(askWords({...selection, words: selection.words.list}), (asked) => {
    const ofWords = kept(source);
    const masks =
      ofWords.get(asked) ??
      new Cache(() => proceed(featureMaps(source, names), (maps) => segmentAll(maps, record, asked)));
    ofWords.set(asked, masks);
    return masks.get(asked.words);
  });
}

async function segmentAll(maps: FeatureMaps, {grid}: ImageRecord, asked: Asked): Promise<Masks> {
  const each = [...maps].map(async ([name, map]) => [name, await segmentPatches(map, grid, asked)] as const);
  return {asked, byName: new Map(await Promise.all(each))};
}
