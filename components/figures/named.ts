/** Any figure of the catalogue by its id, on any page. */
import {reasonOf} from "../ui/reason.js";
import type {Feed} from "../site/feed.js";
import {PairStore} from "../site/deck/store.js";
import {h} from "../ui/dom.js";
import {whenSeen} from "../ui/whenSeen.js";
import {whenTalking} from "../page/talk.js";
import {figureNamed, type FigureEntry} from "./catalog.js";
import {openReport} from "./results/report.js";
import {pairOf} from "./side/pair.js";

/**
 * Shows a figure of the catalogue. Its code is fetched now and it is drawn when its place comes near the window
 * or a talk begins: a figure that nobody sees costs no run.
 *
 * @throws RangeError for an id that is not in the catalogue
 */
export function showNamed(feed: Feed, id: string): HTMLElement {
  return whenNear(maker(entryOf(id), feed));
}

/**
 * Shows a figure of the catalogue for two feeds, side by side, as one figure.
 *
 * @throws RangeError for an id that is not in the catalogue
 */
export function showPair(first: Feed, second: Feed, id: string): HTMLElement {
  const entry = entryOf(id);
  const makers = Promise.all([first, second].map((feed) => maker(entry, feed)));
  const place = {store: new PairStore(first.store, second.store), side: `${first.side}-ab`, page: first.page};
  return whenNear(
    makers.then(
      ([one, other]) =>
        () =>
          pairOf(entry, place, [first, second], [one(), other()])
    )
  );
}

function entryOf(id: string): FigureEntry {
  const entry = figureNamed(id);
  if (!entry) throw new RangeError(`There is no figure “${id}”.`);
  return entry;
}

/** A place that is filled once what fills it is there, and the place is near the window. */
function whenNear(making: Promise<() => HTMLElement>): HTMLElement {
  const place = h("div", {class: "figure-later"});
  let make: (() => HTMLElement) | undefined;
  let wanted = false;
  const fill = () => {
    if (make && wanted && !place.hasChildNodes()) place.append(make());
  };
  const want = () => {
    wanted = true;
    fill();
  };
  making.then(
    (made) => {
      make = made;
      fill();
    },
    (thrown: unknown) => place.replaceChildren(h("p", {class: "figure-message"}, reasonOf(thrown)))
  );
  whenSeen(place, want);
  whenTalking(want);
  return place;
}

/** Loads a figure's code and what it needs beside a feed. */
async function maker(entry: FigureEntry, feed: Feed): Promise<() => HTMLElement> {
  if (entry.needs === "report") {
    const [draw, report] = await Promise.all([entry.load(), openReport(feed)]);
    return () => draw(report);
  }
  if (entry.needs === "causes") {
    const [draw, {CausesPlace}] = await Promise.all([entry.load(), import("./causes/causes.js")]);
    return () => draw(new CausesPlace(feed));
  }
  const draw = await entry.load();
  return () => draw(feed);
}
