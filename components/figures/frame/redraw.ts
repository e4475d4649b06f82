/** Draws one figure of a feed again, where what it depends on is more than the view: a range that two sides share. */
import {perOwner} from "../../site/cache.js";
import type {Feed} from "../../site/feed.js";

/** How each figure of a feed is drawn, by its anchor. */
const drawers = perOwner<Feed, Map<string, () => void>>(() => new Map());

/** What is to be drawn again, and for which feed. */
const wanted = new Map<() => void, Feed>();

/** Keeps how a figure is drawn again. */
export function drawnBy(feed: Feed, figure: HTMLElement, draw: () => void): void {
  drawers(feed).set(figure.id, draw);
}

/** Draws a figure again within the present frame, once, however often it is asked for. */
export function redraw(feed: Feed, anchor: string): void {
  const draw = drawers(feed).get(anchor);
  if (!draw) return;
  if (wanted.size === 0) queueMicrotask(drawWanted);
  wanted.set(draw, feed);
}

function drawWanted(): void {
  const now = [...wanted];
  wanted.clear();
  for (const [draw, feed] of now) if (!feed.pending) draw();
}
