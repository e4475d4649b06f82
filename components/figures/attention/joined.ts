import {greatestMap, type LayerChoice} from "../../charts/reading.js";
import type {AttentionMap, RecordSource, Trunk} from "../../records/record.js";
import {Cache, perOwner, type Answer} from "../../site/cache.js";

/** A slider that goes back and forth asks for the same few maps again. */
const maps = perOwner((source: RecordSource) => new Cache((key) => join(source, key), 24));

/** The attention of a layer (0-based), joined over heads. */
export function joinedAttention(
  source: RecordSource,
  {trunk, layer, head}: Pick<LayerChoice, "trunk" | "layer" | "head">
): Answer<AttentionMap> {
  return maps(source).get(`${trunk} ${layer} ${head}`);
}

async function join(source: RecordSource, key: string): Promise<AttentionMap> {
  const [trunk, layer, head] = key.split(" ");
  if (head === "mean") return source.attention(trunk as Trunk, Number(layer));
  const heads = await source.headAttention(trunk as Trunk, Number(layer));
  return head === "max" ? greatestMap(heads) : heads[Number(head) - 1];
}
