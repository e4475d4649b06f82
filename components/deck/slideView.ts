/** A slide as it is shown: its title, its figures as they are on their pages, and its remark. */
import {figureNamed} from "../figures/catalog.js";
import {showNamed} from "../figures/named.js";
import {layerControl} from "../page/layerControl.js";
import {markdownPlace} from "../page/markdown.js";
import {giveHands} from "../page/talk.js";
import {Feed} from "../site/feed.js";
import {openShown} from "../site/library.js";
import {openKept} from "../site/deck/data.js";
import type {Deck, Slide} from "../site/deck/deck.js";
import {ownStore} from "../site/deck/store.js";
import {h} from "../ui/dom.js";

/** A slide in the page, and its hands. */
export interface SlideView {
  element: HTMLElement;
  /** Draws its figures, if they are not drawn. */
  fill(): void;
  /** The feeds of its figures, once it is filled. */
  feeds: readonly Feed[];
}

/**
 * Shows a slide of a deck.
 *
 * @param name ends its anchor, `figure-NAME`, which a talk's address names
 */
export function slideView(deck: Deck, slide: Slide, name: string): SlideView {
  const places = h("div", {class: "deck-figures"});
  const layerPlace = h("div", {class: "deck-layers no-export"});
  const element = h(
    "section",
    {class: "deck-slide", id: `figure-${name}`, "aria-label": slide.title || "A slide"},
    slide.title ? h("h2", {class: "deck-title"}, slide.title) : null,
    slide.figures.length > 0 ? places : null,
    layerPlace,
    markdownPlace(slide.remark, {class: "deck-remark"})
  );
  element.classList.toggle("is-text", slide.figures.length === 0);
  element.classList.toggle("is-pair", slide.figures.length > 1);
  const feeds: Feed[] = [];
  const fill = () => {
    if (feeds.length > 0 || slide.figures.length === 0) return;
    slide.figures.forEach(({figure, selection, data, still}, i) => {
      const kept = data === undefined ? undefined : deck.data[data];
      const open = kept ? () => openKept(kept) : openShown;
      const feed = new Feed(ownStore(selection), open, `${slide.id}-${i + 1}`, pageOf(figure));
      feeds.push(feed);
      if (needsLayer(figure)) layerPlace.append(layerOf(feed));
      places.append(still ? stillFigure(still, slide.title) : showNamed(feed, figure));
    });
  };
  giveHands(element, handsFor(slide, feeds, fill));
  return {element, fill, feeds};
}

/** Whether a figure shows one photo's layers. */
function needsLayer(id: string): boolean {
  return figureNamed(id)?.needs === "view";
}

/** The layer that a figure shows, to be moved. */
function layerOf(feed: Feed): HTMLElement {
  const {store} = feed;
  const control = layerControl({layer: store.value.layer, layers: 12, onChange: (layer) => store.set({layer})});
  feed.subscribe((state) => {
    if ("view" in state) control.update({layer: state.view.choice.layer + 1, layers: state.view.record.layers});
  });
  return control;
}

function pageOf(id: string): string | undefined {
  return figureNamed(id)?.page;
}

/** A figure that no page can draw again: its picture. */
function stillFigure(picture: string, title: string): HTMLElement {
  return h(
    "figure",
    {class: "figure is-still"},
    h("div", {class: "figure-drawing"}, h("img", {src: picture, alt: title}))
  );
}

function handsFor({build, title, notes, picture}: Slide, feeds: readonly Feed[], fill: () => void) {
  const set = (layer: number) => {
    for (const {store} of feeds) store.set({layer});
  };
  return {
    enter: (by: 1 | -1) => {
      fill();
      if (build) set(by > 0 ? build.from : build.to);
    },
    step: (by: 1 | -1) => {
      if (!build || feeds.length === 0) return false;
      const {layer} = feeds[0].store.value;
      const way = Math.sign(build.to - build.from) * by;
      const end = by > 0 ? build.to : build.from;
      if (layer === end || way === 0) return false;
      set(layer + way);
      return true;
    },
    layer: (by: 1 | -1) => {
      if (feeds.length === 0) return false;
      for (const {store, state} of feeds) {
        const layers = "view" in state ? state.view.record.layers : 99;
        store.set({layer: Math.max(1, Math.min(layers, store.value.layer + by))});
      }
      return true;
    },
    brief: () => ({
      title: title || "Untitled slide",
      ...(notes.trim() && {notes: () => markdownPlace(notes, {class: "deck-notes"})}),
      ...(picture && {picture})
    })
  };
}
