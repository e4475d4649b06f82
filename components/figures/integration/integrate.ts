import {columnSums, maskedMap, rowSums, type PassOrder} from "../../analysis/integration.js";
import {hasTrunk} from "../../records/absent.js";
import type {AttentionMap, ImageRecord, RecordSource, Trunk} from "../../records/record.js";
import {Cache, oneAtATime, perOwner, type Answer} from "../../site/cache.js";
import type {View} from "../../site/feed.js";
import {sfp} from "../../model/methods/sfp.js";
import {readSettings} from "../../page/methodOptions.js";
import {inBackground} from "../../site/background.js";
import type {Integration} from "../../site/background.worker.js";

/** What HAI is asked to do, within what the model has. */
export interface HaiChoice {
  /** The sum's first and last layer, 1-based. */
  l0: number;
  to: number;
  rounds: number;
  order: PassOrder;
}

/** The masked maps of a photo's layers 1 to L - 1 (Eq. 8), and their sums. */
export interface MaskedLayers {
  patches: number;
  maps: Float64Array[];
  rowSums: Float64Array[];
  columnSums: Float64Array[];
  outliers: Uint8Array[];
}

/** Rounds that the diagnostics follow, at least. */
const followed = 6;

/** Reads the settings of `sfp` in a selection. The sum ends at the chosen layer, at most at L - 1. */
export function haiChoice({selection, record}: View): HaiChoice {
  const {l0, rounds, order} = readSettings(sfp, selection.method.options);
  const last = record.layers - 1;
  const to = Math.min(selection.layer, last);
  return {l0: Math.min(l0, to), to, rounds, order};
}

/** The trunk whose maps HAI adds: the purified one, and the plain one where an import holds no other. */
export function haiTrunk(record: ImageRecord): Trunk {
  return hasTrunk(record, "purified") ? "purified" : "plain";
}

/** A photo's maps of layers 1 to L - 1, which the worker holds too. */
const layersOf = perOwner((source: RecordSource) => new Cache(() => maskLayers(source)));

/** The masked maps of a view's photo. */
export function maskedLayers({source}: Pick<View, "source">): Answer<MaskedLayers> {
  return layersOf(source).get("layers");
}

/** The same where they are there already. */
export function knownLayers({source}: Pick<View, "source">): MaskedLayers | undefined {
  return layersOf(source).peek("layers");
}

async function maskLayers(source: RecordSource): Promise<MaskedLayers> {
  const {layers, grid, trunks} = source.record;
  const {outliers: sets} = trunks[haiTrunk(source.record)];
  const patches = grid[0] * grid[1];
  const outliers = Array.from({length: layers - 1}, (_, l) => sets.slice(l * patches, (l + 1) * patches));
  const held = await hold(source, outliers);
  const maps = held.map((map, l) => maskedMap(map, outliers[l]));
  return {patches, maps, rowSums: maps.map(rowSums), columnSums: maps.map(columnSums), outliers};
}

/** Gives the worker a photo's maps, and returns them. */
async function hold(source: RecordSource, outliers: Uint8Array[]): Promise<AttentionMap[]> {
  const maps = await Promise.all(outliers.map((_, l) => source.attention(haiTrunk(source.record), l)));
  await inBackground("hold", {key: holdKey(source), maps, outliers});
  return maps;
}

const integrations = perOwner((source: RecordSource) => {
  // While the worker is at one question of a photo only the latest waits: a slider passes over the others.
  const ask = oneAtATime((choice: HaiChoice) => askWorker(source, choice));
  const cache: Cache<Integration> = new Cache((key) => ask(JSON.parse(key) as HaiChoice), 60);
  return cache;
});

/** A_HAI and its diagnostics for a view, once its masked layers are there. Rejects with `PassedOver` where another was asked meanwhile. */
export function integrate(view: View): Answer<Integration> {
  return integrations(view.source).get(JSON.stringify(haiChoice(view)));
}

async function askWorker(source: RecordSource, choice: HaiChoice): Promise<Integration> {
  const asked = {key: holdKey(source), ...choice, followed: Math.max(followed, choice.rounds)};
  return inBackground("integrate", asked).catch(async () => {
    // Another photo's maps were held meanwhile.
    await hold(source, (await maskedLayers({source})).outliers);
    return inBackground("integrate", asked);
  });
}

let given = 0;
const holdKey = perOwner<RecordSource, string>(() => `source ${(given += 1)}`);
