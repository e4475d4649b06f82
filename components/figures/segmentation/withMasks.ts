import type {RecordSource} from "../../records/record.js";
import type {View} from "../../site/feed.js";
import {withWords, type Asked} from "../../site/asked.js";
import {segmentPatches, type Mask} from "./masks.js";
import {segmenters} from "../features/stages.js";
import {withFeatures} from "../features/withFeatures.js";

/** Every method's mask, by the name of its features, and the words they are for. */
export interface Masks {
  asked: Asked;
  byName: ReadonlyMap<string, Mask>;
}

const known = new WeakMap<RecordSource, {words: string; masks: Promise<Masks>; done?: Masks}>();

/**
 * Hands every method's mask of a view to `use`: at once when they were asked for before. Only the latest words of
 * a photo are kept.
 */
export function withMasks(
  {source, selection, record}: View,
  use: (masks: Masks) => void,
  failed: (reason: string) => void,
  unknownWords: (reason: string) => void
): void {
  const names = segmenters.map(({name}) => name);
  const fail = (error: unknown) => failed(error instanceof Error ? error.message : String(error));
  withWords(
    selection,
    (asked) => {
      const before = known.get(source);
      if (before?.words === asked.words) {
        if (before.done) use(before.done);
        else before.masks.then(use, fail);
        return;
      }
      const masks = new Promise<Masks>((resolve, reject) => {
        withFeatures(
          source,
          names,
          (maps) => {
            const each = names.map(
              async (name) => [name, await segmentPatches(maps.get(name)!, record.grid, asked)] as const
            );
            Promise.all(each).then((list) => resolve({asked, byName: new Map(list)}), reject);
          },
          reject
        );
      });
      const entry: {words: string; masks: Promise<Masks>; done?: Masks} = {words: asked.words, masks};
      known.set(source, entry);
      masks.then(
        (done) => {
          entry.done = done;
          use(done);
        },
        (error: unknown) => {
          known.delete(source);
          fail(error);
        }
      );
    },
    unknownWords
  );
}
