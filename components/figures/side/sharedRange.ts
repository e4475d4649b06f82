/** One range for the maps of both sides of a split figure, so that a colour means the same on either. */
import type {Domain} from "../../charts/colour.js";
import {perOwner} from "../../site/cache.js";
import type {Feed} from "../../site/feed.js";
import {anchorOf} from "../frame/figure.js";
import {redraw} from "../frame/redraw.js";

/** What a side's maps span by themselves, and what they are drawn on. */
interface Range {
  own: Domain;
  drawn: Domain;
}

/** By the figure's id and the part of it that has the range. */
const rangesOf = perOwner<Feed, Map<string, Range>>(() => new Map());

/**
 * The range to draw a side's maps on: its own, or on a split page the one that holds the other side's too. The other
 * side's figure is drawn again where this one makes its range another.
 *
 * @param id the figure's id
 * @param part which maps of the figure, where not all of them share a range
 */
export function sharedRange(feed: Feed, id: string, own: Domain, part = ""): Domain {
  const {beside} = feed;
  if (!beside?.on() || feed.store.value.maps.range === "own") return own;
  const key = `${id} ${part}`;
  const other = rangesOf(beside.feed).get(key);
  const drawn = other ? union(own, other.own) : own;
  rangesOf(feed).set(key, {own, drawn});
  // A side that is about to be drawn anyway finds this range then.
  if (other && String(other.drawn) !== String(drawn) && !beside.feed.pending)
    redraw(beside.feed, anchorOf(id, beside.feed.side));
  return drawn;
}

function union([low, high]: Domain, [otherLow, otherHigh]: Domain): Domain {
  return [Math.min(low, otherLow), Math.max(high, otherHigh)];
}
