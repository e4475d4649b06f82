import type {FeatureMap, RecordSource} from "../../records/record.js";

/** Feature maps by the name of their stage or method. */
export type FeatureMaps = ReadonlyMap<string, FeatureMap>;

const known = new WeakMap<RecordSource, Map<string, FeatureMap>>();

/**
 * Hands the features of some stages to `use`: at once when all were asked for before, so that the drawing is
 * there within the frame, and otherwise when they have come. What comes for a photo that is no longer shown
 * is for the caller to ignore.
 */
export function withFeatures(
  source: RecordSource,
  names: readonly string[],
  use: (maps: FeatureMaps) => void,
  failed: (error: unknown) => void
): void {
  const maps = known.get(source) ?? new Map<string, FeatureMap>();
  known.set(source, maps);
  const missing = names.filter((name) => !maps.has(name));
  if (missing.length === 0) return use(maps);
  Promise.all(missing.map(async (name) => maps.set(name, await source.features(name)))).then(() => use(maps), failed);
}
