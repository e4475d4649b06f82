import type {FeatureMap, RecordSource} from "../../records/record.js";
import {Cache, perOwner, type Answer} from "../../site/cache.js";
import {reasonOf} from "../../ui/reason.js";

/** Feature maps by the name of their stage or method, as far as they are there. */
export type FeatureMaps = ReadonlyMap<string, FeatureMap>;

const known = perOwner((source: RecordSource) => new Cache((names) => load(source, names.split(" ")), 8));

/** Features of some stages or methods of a photo. One that is not there is left out; rejects where none is. */
export function featureMaps(source: RecordSource, names: readonly string[]): Answer<FeatureMaps> {
  return known(source).get(names.join(" "));
}

async function load(source: RecordSource, names: readonly string[]): Promise<FeatureMaps> {
  const found = await Promise.allSettled(names.map((name) => source.features(name)));
  const maps = new Map<string, FeatureMap>();
  for (const [i, result] of found.entries()) if (result.status === "fulfilled") maps.set(names[i], result.value);
  const [first] = found;
  if (maps.size === 0 && first?.status === "rejected") throw new Error(reasonOf(first.reason), {cause: first.reason});
  return maps;
}
