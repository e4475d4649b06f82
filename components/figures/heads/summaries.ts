import type {AttentionMap, RecordSource} from "../../records/record.js";
import {headSummary, type HeadSummary} from "../../analysis/summary.js";
import {Cache, perOwner} from "../../site/cache.js";

/** The heads of a layer in numbers: `undefined` while they are still to come, `null` where the photo has no maps of them. */
export type LayerHeads = readonly HeadSummary[] | null | undefined;

const known = perOwner(({record}: RecordSource) => Array.from<LayerHeads>({length: record.layers}));

/** Each layer's heads, measured once, whoever asks. */
const measured = perOwner((source: RecordSource) => new Cache((layer) => measureLayer(source, Number(layer))));

/** Every layer's heads, once all are measured. */
export async function allHeads(source: RecordSource): Promise<readonly LayerHeads[]> {
  await measureHeads(
    source,
    () => {},
    () => true
  );
  return known(source);
}

/**
 * Measures every head of every layer of the plain trunk, a layer at a time, and hands over what is known after each.
 * Ends early when `wanted` says so. Rejects where no layer has maps, and then asks again the next time.
 */
export async function measureHeads(
  source: RecordSource,
  use: (layers: readonly LayerHeads[]) => void,
  wanted: () => boolean
): Promise<void> {
  const found = known(source);
  let failure: unknown;
  for (let layer = 0; layer < found.length && wanted(); ++layer) {
    if (found[layer]) continue;
    try {
      found[layer] = await measured(source).get(String(layer));
    } catch (error) {
      failure = error;
      found[layer] = null;
    }
    use(found);
  }
  if (found.every((heads) => heads === null)) throw failure;
  use(found);
}

/** Rejects where the photo has no maps of the layer's heads. */
async function measureLayer(source: RecordSource, layer: number): Promise<HeadSummary[]> {
  const {grid, trunks} = source.record;
  const patches = grid[0] * grid[1];
  const outliers = trunks.plain.outliers.subarray(layer * patches, (layer + 1) * patches);
  return summarise(await source.headAttention("plain", layer), (map) => headSummary(map, grid, {outliers}));
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
