import type {RecordSource} from "../../records/record.js";
import {headSummary, type HeadSummary} from "../../analysis/summary.js";

const known = new WeakMap<RecordSource, (readonly HeadSummary[] | undefined)[]>();

/**
 * Measures every head of every layer of the plain trunk, a layer at a time, and hands over what is known after each.
 * `undefined` stands for a layer that is still to come. Ends early when `wanted` says so.
 */
export async function measureHeads(
  source: RecordSource,
  use: (layers: readonly (readonly HeadSummary[] | undefined)[]) => void,
  wanted: () => boolean
): Promise<void> {
  const {layers, grid, trunks} = source.record;
  const patches = grid[0] * grid[1];
  const found = known.get(source) ?? Array.from<readonly HeadSummary[] | undefined>({length: layers});
  known.set(source, found);
  for (let layer = 0; layer < layers && wanted(); ++layer) {
    if (found[layer]) continue;
    const outliers = trunks.plain.outliers.subarray(layer * patches, (layer + 1) * patches);
    const maps = await source.headAttention("plain", layer);
    const summaries: HeadSummary[] = [];
    for (const map of maps) {
      summaries.push(headSummary(map, grid, {outliers}));
      // A map takes some milliseconds: between two of them the page may answer its reader.
      await new Promise((resolve) => setTimeout(resolve));
    }
    found[layer] = summaries;
    use(found);
  }
  use(found);
}
