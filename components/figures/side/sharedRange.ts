/** One range for the maps of both sides of a split figure, so that a colour means the same on either. */
import type {Domain} from "../../charts/colour.js";
import type {Feed} from "../../site/feed.js";
import {side} from "../../site/side.js";

interface Sides {
  own: Map<string, Domain>;
  feeds: Map<string, Feed>;
}

const ranges = new Map<string, Sides>();

// A range of its own again, where figures are drawn once.
side.subscribeSplit(() => {
  if (side.on) return;
  const feeds = new Set([...ranges.values()].flatMap((sides) => [...sides.feeds.values()]));
  ranges.clear();
  for (const feed of feeds) feed.refresh();
});

/**
 * The range to draw a side's maps on: its own, or on a split page the one that holds the other side's too. The other
 * side draws again when its range grows or shrinks by this.
 *
 * @param key which maps of which figure
 */
export function sharedRange(feed: Feed, key: string, own: Domain): Domain {
  if (!side.on || feed.store.value.maps.range === "own") return own;
  const sides = ranges.get(key) ?? {own: new Map<string, Domain>(), feeds: new Map<string, Feed>()};
  ranges.set(key, sides);
  const before = union(sides.own.values());
  sides.own.set(feed.side, own);
  sides.feeds.set(feed.side, feed);
  const after = union(sides.own.values());
  if (String(before) !== String(after))
    for (const [name, other] of sides.feeds) if (name !== feed.side) other.refresh();
  return after;
}

function union(domains: Iterable<Domain>): Domain {
  const list = [...domains];
  return [Math.min(...list.map(([low]) => low)), Math.max(...list.map(([, high]) => high))];
}
