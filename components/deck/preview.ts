/** The chosen slide as it will be shown. */
import {edited, type Deck, type Slide} from "../site/deck/deck.js";
import {formatWhole} from "../site/selection.js";
import {h} from "../ui/dom.js";
import {slideView} from "./slideView.js";

/**
 * A place for one slide.
 *
 * @param change called when the reader changes its figures, such as their layer, with what makes that the slide's
 */
export function slidePreview(change: (change: (deck: Deck) => Deck) => void): {
  element: HTMLElement;
  show: (deck: Deck, slide?: Slide) => void;
} {
  const element = h("div", {class: "deck-preview"});
  const show = (deck: Deck, slide?: Slide) => {
    element.replaceChildren();
    if (!slide) return;
    const {element: shown, fill, feeds} = slideView(deck, slide, `preview-${slide.id}`);
    shown.classList.replace("deck-slide", "deck-shown");
    element.append(shown);
    fill();
    const selections = () => feeds.map((feed) => formatWhole(feed.store.shown));
    for (const {store} of feeds) store.subscribe(() => change((now) => withSelections(now, slide.id, selections())));
  };
  return {element, show};
}

function withSelections(deck: Deck, id: string, selections: readonly string[]): Deck {
  const slide = deck.slides.find((each) => each.id === id);
  if (!slide) return deck;
  const figures = slide.figures.map((figure, i) => ({...figure, selection: selections[i] ?? figure.selection}));
  return edited(deck, id, {figures});
}
