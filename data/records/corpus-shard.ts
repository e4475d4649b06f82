/** A part of a corpus on disk: records and what is known of their patches, so that parts merge into exactly the whole. */
import {strFromU8, strToU8, unzipSync, zipSync} from "fflate";
import type {CorpusImage} from "../../components/analysis/corpus.js";
import {mapMeasures, type MeasureId} from "../../components/analysis/layerMeasures.js";
import {decodeRecord, encodeRecord} from "../../components/records/arrow.js";

/** Images of a corpus by their place in its list, 0-based. */
export interface CorpusShard {
  /** What the whole is called. */
  name: string;
  /** How many images the whole has. */
  total: number;
  images: ReadonlyMap<number, CorpusImage>;
}

interface Patches {
  variance: number[];
  /** JSON has no NaN: null stands for it. */
  object?: (number | null)[];
  /** The same of each measure, a number a layer. */
  measures?: Record<MeasureId, (number | null)[]>;
}

/** A shard as a zip: `corpus.json`, and for each image PLACE.arrow and PLACE.json. */
export function packShard({name, total, images}: CorpusShard): Uint8Array {
  const members: Record<string, Uint8Array> = {"corpus.json": strToU8(JSON.stringify({name, total}))};
  for (const [place, {record, variance, object, measures}] of images) {
    const patches: Patches = {
      variance: Array.from(variance),
      ...(object && {object: Array.from(object)}),
      ...(measures && {measures})
    };
    members[`${place}.arrow`] = encodeRecord(record);
    members[`${place}.json`] = strToU8(JSON.stringify(patches));
  }
  return zipSync(members, {mtime: new Date(1980, 0, 2)});
}

/** @throws Error when the bytes are not what `packShard` wrote */
export function unpackShard(bytes: Uint8Array): CorpusShard {
  const members = unzipSync(bytes);
  const json = (member: string): unknown => {
    if (!Object.hasOwn(members, member)) throw new Error(`it has no ${member}`);
    return JSON.parse(strFromU8(members[member]));
  };
  const {name, total} = json("corpus.json") as {name: string; total: number};
  const places = Object.keys(members).flatMap((member) => /^(\d+)\.arrow$/.exec(member)?.[1] ?? []);
  const images = places.map((place): [number, CorpusImage] => {
    const {variance, object, measures} = json(`${place}.json`) as Patches;
    const record = decodeRecord(members[`${place}.arrow`]);
    const image = {
      record,
      variance,
      ...(object && {object: withNaN(object)}),
      ...(measures && {measures: mapMeasures(measures, withNaN)})
    };
    return [Number(place), image];
  });
  return {name, total, images: new Map(images)};
}

function withNaN(values: readonly (number | null)[]): number[] {
  return values.map((value) => value ?? NaN);
}

/**
 * The images of all shards in the order of the list.
 *
 * @throws Error when they are not the whole of one corpus under one model
 */
export function joinShards(shards: readonly CorpusShard[]): {name: string; images: CorpusImage[]} {
  const [{name, total}] = shards;
  if (shards.some((shard) => shard.name !== name || shard.total !== total))
    throw new Error("These are shards of different corpora.");
  const all = new Map<number, CorpusImage>();
  for (const {images} of shards)
    for (const [place, image] of images) {
      if (all.has(place)) throw new Error(`Image ${place + 1} is in two shards; give each shard once.`);
      all.set(place, image);
    }
  if (all.size !== total) throw new Error(`These shards have ${all.size} of ${total} images; give all of them.`);
  const images = [...all].toSorted(([a], [b]) => a - b).map(([, image]) => image);
  if (new Set(images.map(({record}) => record.provenance.weights)).size > 1)
    throw new Error("These shards were computed with different weights.");
  return {name, images};
}
