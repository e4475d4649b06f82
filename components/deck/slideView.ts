/** A slide as it is shown: its title, its figures as they are on their pages, and its remark. */
import {figureNamed} from "../figures/catalog.js";
import {showNamed, showPair} from "../figures/named.js";
import {layerControl} from "../page/layerControl.js";
import {markdownPlace} from "../page/markdown.js";
import {giveHands} from "../page/talk.js";
import {Feed, pairUp} from "../site/feed.js";
import {openShown} from "../site/library.js";
import {openKept} from "../site/deck/data.js";
import type {Deck, Slide, SlideFigure, SlideSide} from "../site/deck/deck.js";
import {ownStore} from "../site/deck/store.js";
import {formatWhole} from "../site/selection.js";
import {h} from "../ui/dom.js";

/** A slide in the page, and its hands. */
export interface SlideView {
  element: HTMLElement;
  /** Draws its figures, if they are not drawn. */
  fill(): void;
  /** The feeds of its figures, side by side, once it is filled. */
  feeds: readonly Feed[];
  /** Its figures with what they show now, once it is filled. */
  figures(): SlideFigure[];
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
  let shown: ShownFigure[] = [];
  const feeds: Feed[] = [];
  const fill = () => {
    if (shown.length > 0 || slide.figures.length === 0) return;
    shown = slide.figures.map((figure, i) => showFigure(deck, figure, `${slide.id}-${i + 1}`));
    for (const [i, {figure, still}] of slide.figures.entries()) {
      const {feed, beside} = shown[i];
      feeds.push(...(beside ? [feed, beside] : [feed]));
      if (needsLayer(figure))
        layerPlace.append(...(beside ? [layerOf(feed, "A"), layerOf(beside, "B")] : [layerOf(feed)]));
      const drawing = beside ? showPair(feed, beside, figure) : showNamed(feed, figure);
      places.append(still ? stillFigure(still, slide.title) : drawing);
    }
  };
  const figures = () =>
    slide.figures.map((figure, i) => ({
      ...figure,
      selection: formatWhole(shown[i].feed.store.shown),
      ...(figure.beside && {beside: {...figure.beside, selection: formatWhole(shown[i].beside!.store.shown)}})
    }));
  giveHands(
    element,
    handsFor(slide, () => shown, fill)
  );
  return {element, fill, feeds, figures};
}

/** The feeds of one figure of a slide, and how many layers further its second side is. */
interface ShownFigure {
  feed: Feed;
  beside?: Feed;
  further: number;
}

function showFigure(deck: Deck, {figure, beside, ...first}: SlideFigure, name: string): ShownFigure {
  const feedOf = ({selection, data}: SlideSide, side: string) => {
    const kept = data === undefined ? undefined : deck.data[data];
    const open = kept ? () => openKept(kept) : openShown;
    return new Feed(ownStore(selection), open, side, pageOf(figure));
  };
  const feed = feedOf(first, name);
  if (!beside) return {feed, further: 0};
  const second = feedOf(beside, `${name}b`);
  pairUp(feed, second, () => true);
  return {feed, beside: second, further: second.store.value.layer - feed.store.value.layer};
}

/** Whether a figure shows one photo's layers. */
function needsLayer(id: string): boolean {
  const needs = figureNamed(id)?.needs;
  return needs === "view" || needs === "causes";
}

/** The layer that a figure shows, to be moved. */
function layerOf(feed: Feed, letter?: string): HTMLElement {
  const {store} = feed;
  const control = layerControl({layer: store.value.layer, layers: 12, onChange: (layer) => store.set({layer})});
  feed.subscribe((state) => {
    if ("view" in state) control.update({layer: state.view.choice.layer + 1, layers: state.view.record.layers});
  });
  return letter ? h("span", {class: "deck-side-layer"}, h("b", {class: "side-letter"}, letter), control) : control;
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

function handsFor({build, title, notes, picture}: Slide, shown: () => readonly ShownFigure[], fill: () => void) {
  const set = (layer: number) => {
    for (const {feed, beside, further} of shown()) {
      feed.store.set({layer});
      beside?.store.set({layer: Math.max(1, layer + further)});
    }
  };
  return {
    enter: (by: 1 | -1) => {
      fill();
      if (build) set(by > 0 ? build.from : build.to);
    },
    step: (by: 1 | -1) => {
      const [first] = shown();
      if (!build || !first) return false;
      const {layer} = first.feed.store.value;
      const way = Math.sign(build.to - build.from) * by;
      const end = by > 0 ? build.to : build.from;
      if (layer === end || way === 0) return false;
      set(layer + way);
      return true;
    },
    layer: (by: 1 | -1) => {
      const feeds = shown().flatMap(({feed, beside}) => (beside ? [feed, beside] : [feed]));
      for (const {store, state} of feeds) {
        const layers = "view" in state ? state.view.record.layers : 99;
        store.set({layer: Math.max(1, Math.min(layers, store.value.layer + by))});
      }
      return feeds.length > 0;
    },
    brief: () => ({
      title: title || "Untitled slide",
      ...(notes.trim() && {notes: () => markdownPlace(notes, {class: "deck-notes"})}),
      ...(picture && {picture})
    })
  };
}
