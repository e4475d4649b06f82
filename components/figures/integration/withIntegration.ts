import {columnSums, maskedMap, rowSums, type PassOrder} from "../../analysis/integration.js";
import type {RecordSource} from "../../records/record.js";
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
  const {l0, rounds, order} = readSettings(sfp, selection.options);
  const last = record.layers - 1;
  const to = Math.min(selection.layer, last);
  return {l0: Math.min(l0, to), to, rounds, order};
}

const layers = new WeakMap<RecordSource, MaskedLayers>();
const answers = new WeakMap<RecordSource, Map<string, Integration>>();

/** Hands the masked maps to `use`: at once when they were asked for before. */
export function withMaskedLayers(
  {source, record}: View,
  use: (masked: MaskedLayers) => void,
  failed: (error: unknown) => void
): void {
  const known = layers.get(source);
  if (known) return use(known);
  const patches = record.grid[0] * record.grid[1];
  const count = record.layers - 1;
  const outliers = Array.from({length: count}, (_, l) =>
    record.trunks.purified.outliers.slice(l * patches, (l + 1) * patches)
  );
  Promise.all(outliers.map((_, l) => source.attention("purified", l))).then(async (maps) => {
    await inBackground("hold", {key: holdKey(source), maps, outliers});
    const masked = maps.map((map, l) => maskedMap(map, outliers[l]));
    const made = {
      patches,
      maps: masked,
      rowSums: masked.map(rowSums),
      columnSums: masked.map(columnSums),
      outliers
    };
    layers.set(source, made);
    use(made);
  }, failed);
}

let asking = false;
let next: {key: string; questions: (() => void)[]} | undefined;

/**
 * Hands A_HAI and its diagnostics to `use`: at once when this was asked before, else when the worker has answered.
 * While it works, only the latest question waits: a slider passes over the others.
 */
export function withIntegration(view: View, use: (found: Integration) => void, failed: (error: unknown) => void): void {
  const {source} = view;
  const choice = haiChoice(view);
  const key = JSON.stringify(choice);
  const known = answers.get(source) ?? new Map<string, Integration>();
  answers.set(source, known);
  const answer = known.get(key);
  if (answer) return use(answer);
  const ask = async () => {
    asking = true;
    try {
      const asked = {key: holdKey(source), ...choice, followed: Math.max(followed, choice.rounds)};
      const found = await inBackground("integrate", asked).catch(async () => {
        // Another photo's maps were held meanwhile.
        await holdAgain(view);
        return inBackground("integrate", asked);
      });
      if (known.size > 60) known.delete(known.keys().next().value!);
      known.set(key, found);
      use(found);
    } catch (error) {
      failed(error);
    } finally {
      asking = false;
      const waiting = next;
      next = undefined;
      for (const question of waiting?.questions ?? []) question();
    }
  };
  if (!asking) return void ask();
  // Several figures ask the same; all of them get the answer.
  const id = `${holdKey(source)} ${key}`;
  if (next?.key !== id) next = {key: id, questions: []};
  next.questions.push(() => withIntegration(view, use, failed));
}

async function holdAgain({source}: View): Promise<void> {
  const {outliers} = layers.get(source)!;
  const maps = await Promise.all(outliers.map((_, l) => source.attention("purified", l)));
  await inBackground("hold", {key: holdKey(source), maps, outliers});
}

const keys = new WeakMap<RecordSource, string>();
let given = 0;

function holdKey(source: RecordSource): string {
  const key = keys.get(source) ?? `source ${(given += 1)}`;
  keys.set(source, key);
  return key;
}
