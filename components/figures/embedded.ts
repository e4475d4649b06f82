import {siteFeed} from "../site/library.js";
import {h} from "../ui/dom.js";
import {figureCatalog} from "./catalog.js";
import {showNamed} from "./named.js";

/** The figure that the address names, alone on its page; a list of all where it names none. */
export function embeddedFigure(): HTMLElement {
  const id = new URLSearchParams(location.search).get("figure");
  if (figureCatalog.some((figure) => figure.id === id)) {
    document.documentElement.classList.add("is-embedded");
    return showNamed(siteFeed(), id!);
  }
  return h(
    "div",
    {},
    h(
      "p",
      {},
      id === null ? "The address names no figure. These are there:" : `There is no figure “${id}”. These are there:`
    ),
    h("ul", {}, ...figureCatalog.map(({id: name, title}) => h("li", {}, h("a", {href: `?figure=${name}`}, title))))
  );
}
