/** Any figure of the catalogue by its id, on any page. */
import {reasonOf} from "../ui/reason.js";
import type {Feed} from "../site/feed.js";
import {h} from "../ui/dom.js";
import {whenSeen} from "../ui/whenSeen.js";
import {whenTalking} from "../page/talk.js";
import {figureNamed, type FigureEntry} from "./catalog.js";
import {openReport} from "./results/report.js";

/**
 * Shows a figure of the catalogue. Its code is fetched now and it is drawn when its place comes near the window
 * or a talk begins: a figure that nobody sees costs no run.
 *
 * @throws RangeError for an id that is not in the catalogue
 */
export function showNamed(feed: Feed, id: string): HTMLElement {
  const entry = figureNamed(id);
  if (!entry) throw new RangeError(`There is no figure “${id}”.`);
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
  maker(entry, feed).then(
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
  const draw = await entry.load();
  return () => draw(feed);
}
