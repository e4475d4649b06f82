import type {Place} from "../site/feed.js";
import type {Draw} from "./catalog.js";

/** Shows one of a page's own figures. Figures of other pages are shown by their names: `showNamed`. */
export function show<P extends Place>(place: P, draw: Draw<P>): HTMLElement {
  return draw(place);
}
