/** The chosen slide as it will be shown. */
import {edited, type Deck, type Slide} from "../site/deck/deck.js";
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
    const {element: shown, fill, feeds, figures} = slideView(deck, slide, `preview-${slide.id}`);
    shown.classList.replace("deck-slide", "deck-shown");
    element.append(shown);
    fill();
    const keep = (now: Deck) =>
      now.slides.some(({id}) => id === slide.id) ? edited(now, slide.id, {figures: figures()}) : now;
    for (const {store} of feeds) store.subscribe(() => change(keep));
  };
  return {element, show};
}
