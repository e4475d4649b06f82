import {Feed, type Place} from "../site/feed.js";
import {hasOther, otherFeed} from "../site/library.js";
import {side} from "../site/side.js";
import {h} from "../ui/dom.js";
import {figureNamed, type Draw} from "./catalog.js";
import {pairOf} from "./side/pair.js";

/**
 * Shows one of a page's own figures, and where the page is split, both sides of it. Figures of other pages are shown by
 * their names: `showNamed`.
 */
export function show<P extends Place>(place: P, draw: Draw<P>): HTMLElement {
  const figure = draw(place);
  if (!(place instanceof Feed) || !hasOther(place) || !drawsFeeds(draw)) return figure;
  const element = h("div", {class: "figure-place"}, figure);
  let pair: HTMLElement | undefined;
  const follow = () => {
    if (!side.on) {
      pair?.remove();
      if (figure.parentElement !== element) element.append(figure);
      return;
    }
    // Made once: a figure follows its feed for as long as the page is open, and draws only in sight.
    pair ??= makePair(place, figure, draw);
    pair.querySelector(".side")!.append(figure);
    element.append(pair);
  };
  side.subscribeSplit(follow);
  follow();
  return element;
}

/** What a feed is given to draws feeds. */
function drawsFeeds(_draw: Draw<never>): _draw is Draw<Feed> {
  return true;
}

function makePair(feed: Feed, figure: HTMLElement, draw: Draw<Feed>): HTMLElement {
  const other = otherFeed(feed)!;
  const entry = figureNamed(figure.id.replace(/^figure-/, ""));
  if (!entry) throw new RangeError(`A page shows “${figure.id}”, which the catalogue does not have.`);
  return pairOf(entry, {store: side, side: "ab"}, [feed, other], [figure, draw(other)]);
}
