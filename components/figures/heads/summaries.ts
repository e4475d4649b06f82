import type {AttentionMap, RecordSource} from "../../records/record.js";
import {headSummary, type HeadSummary} from "../../analysis/summary.js";
import {perOwner} from "../../site/cache.js";

/** The heads of a layer in numbers: `undefined` while they are still to come, `null` where the photo has no maps of them. */
export type LayerHeads = readonly HeadSummary[] | null | undefined;

const known = perOwner(({record}: RecordSource) => Array.from<LayerHeads>({length: record.layers}));

/**
 * Measures every head of every layer of the plain trunk, a layer at a time, and hands over what is known after each.
 * Ends early when `wanted` says so. Rejects where no layer has maps, and then asks again the next time.
 */
export async function measureHeads(
  source: RecordSource,
  use: (layers: readonly LayerHeads[]) => void,
  wanted: () => boolean
): Promise<void> {
  const {layers, grid, trunks} = source.record;
  const patches = grid[0] * grid[1];
  const found = known(source);
  let failure: unknown;
  for (let layer = 0; layer < layers && wanted(); ++layer) {
    if (found[layer]) continue;
    const outliers = trunks.plain.outliers.subarray(layer * patches, (layer + 1) * patches);
    let maps: AttentionMap[] | undefined;
    try {
      maps = await source.headAttention("plain", layer);
    } catch (error) {
      failure = error;
    }
    found[layer] = maps ? await summarise(maps, (map) => headSummary(map, grid, {outliers})) : null;
    use(found);
  }
  if (found.every((heads) => heads === null)) throw failure;
  use(found);
}

async function summarise(
  maps: readonly AttentionMap[],
  of: (map: AttentionMap) => HeadSummary
): Promise<HeadSummary[]> {
  const summaries: HeadSummary[] = [];
  for (const map of maps) {
    summaries.push(of(map));
    // A map takes some milliseconds: between two of them the page may answer its reader.
    await new Promise((resolve) => setTimeout(resolve));
  }
  return summaries;
}
