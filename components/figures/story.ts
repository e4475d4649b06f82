/** Figures inside a text: each has a selection of its own, and words of the text change it. */
import {Feed} from "../site/feed.js";
import {ownStore} from "../site/deck/store.js";
import {openShown} from "../site/library.js";
import {formatSelection, overrule} from "../site/selection.js";
import {h} from "../ui/dom.js";
import {figureNamed} from "./catalog.js";
import {showNamed} from "./named.js";

/** A step of a story. */
export interface StoryStep {
  /** The figure, to be put below the text. */
  figure: HTMLElement;
  /** Words of the text as a button: it gives the figure another selection, written as a query string. */
  to(words: string, search: string): HTMLButtonElement;
}

/**
 * A figure of the catalogue for a text.
 *
 * @param search what it shows at first, as a query string
 * @throws RangeError for an id that is not in the catalogue
 */
export function storyStep(id: string, search: string): StoryStep {
  const store = ownStore(search);
  const page = figureNamed(id)?.page;
  const figure = showNamed(new Feed(store, openShown, "story", page), id);
  const buttons = new Map<HTMLButtonElement, string>();
  const mark = () => {
    const now = formatSelection(store.value);
    for (const [button, asked] of buttons)
      button.setAttribute("aria-pressed", String(formatSelection(overrule(store.value, asked)) === now));
  };
  store.subscribe(mark);
  return {
    figure,
    to(words, asked) {
      const button = h("button", {type: "button", class: "story-words"}, words);
      button.addEventListener("click", () => store.set(overrule(store.value, asked)));
      buttons.set(button, asked);
      mark();
      return button;
    }
  };
}
