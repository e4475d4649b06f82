/** The slides of a talk, which lie ready in the page, unfilled until each is shown. */
import type {Deck, Slide} from "../site/deck/deck.js";
import {h} from "../ui/dom.js";
import {slideView, type SlideView} from "./slideView.js";

/** A place for a deck's slides. `show` makes those anew that changed, and returns all in order. */
export function deckStage(): {element: HTMLElement; show: (deck: Deck) => readonly SlideView[]} {
  const element = h("div", {class: "deck-stage"});
  let made = new Map<Slide, SlideView>();
  const show = (deck: Deck) => {
    // Slides are never changed in place, so that the same object is the same slide.
    made = new Map(deck.slides.map((slide, i) => [slide, made.get(slide) ?? slideView(deck, slide, String(i + 1))]));
    const views = [...made.values()];
    views.forEach((view, i) => (view.element.id = `figure-${i + 1}`));
    const same =
      views.length === element.children.length && views.every((view, i) => element.children[i] === view.element);
    if (!same) element.replaceChildren(...views.map((view) => view.element));
    return views;
  };
  return {element, show};
}
