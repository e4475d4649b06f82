/** The deck's slides as small cards: chosen, moved by drag or keys, duplicated, removed. */
import type {Slide} from "../site/deck/deck.js";
import {h} from "../ui/dom.js";

/** What a reader does with the cards. */
export interface CardHands {
  choose: (id: string) => void;
  move: (id: string, by: number) => void;
  duplicate: (id: string) => void;
  remove: (id: string) => void;
  join: (id: string) => void;
  part: (id: string) => void;
}

/** What a card is drawn from. */
interface Card {
  slide: Slide;
  /** Its place, from 0. */
  at: number;
  last: boolean;
  chosen: boolean;
  /** Whether it and the one before hold one figure each. */
  joins: boolean;
}

/** The list of cards. `show` draws it for slides, with one chosen. */
export function slideCards(hands: CardHands): {
  element: HTMLElement;
  show: (slides: readonly Slide[], chosen?: string) => void;
} {
  const element = h("ol", {class: "deck-cards", "aria-label": "Slides"});
  let dragged: string | undefined;
  let shown: readonly Slide[] = [];

  const place = (id: string) => shown.findIndex((slide) => slide.id === id);
  const focus = (id: string) => element.querySelector<HTMLElement>(`[data-slide="${id}"]`)?.focus();
  const step = (id: string, by: number) => focus(shown[place(id) + by]?.id ?? id);
  const dragHands = (id: string) => ({
    draggable: "true",
    ondragstart: (event: DragEvent) => {
      dragged = id;
      event.dataTransfer?.setData("text/plain", id);
    },
    ondragover: (event: DragEvent) => {
      if (dragged) event.preventDefault();
    },
    ondrop: (event: DragEvent) => {
      event.preventDefault();
      if (dragged && dragged !== id) hands.move(dragged, place(id) - place(dragged));
      dragged = undefined;
    }
  });
  const cardOf = (slide: Slide, at: number, chosen: boolean) => {
    const joins = slide.figures.length === 1 && shown[at - 1]?.figures.length === 1;
    const card = {slide, at, last: at === shown.length - 1, chosen, joins};
    return h(
      "li",
      {class: "deck-card", ...dragHands(slide.id)},
      thumbnail(card, hands, step),
      h("p", {}, h("b", {}, String(at + 1)), ` ${nameOf(slide)}`),
      cardActions(card, hands)
    );
  };
  return {
    element,
    show: (slides, chosen) => {
      const focused = document.activeElement?.getAttribute("data-slide");
      shown = slides;
      element.replaceChildren(...slides.map((slide, i) => cardOf(slide, i, slide.id === chosen)));
      if (focused) focus(focused);
    }
  };
}

function nameOf({title}: Slide): string {
  return title || "Untitled slide";
}

/** What the slide shows, in small; it is chosen by it, and moved by keys. */
function thumbnail({slide, at, chosen}: Card, hands: CardHands, step: (id: string, by: number) => void): HTMLElement {
  const {id, figures, picture} = slide;
  const words = figures.length > 0 ? figures.map(({figure}) => figure).join(" · ") : nameOf(slide);
  return h(
    "button",
    {
      type: "button",
      class: "deck-thumbnail",
      "data-slide": id,
      "aria-current": chosen ? "true" : null,
      "aria-label": `${at + 1}: ${nameOf(slide)}`,
      onclick: () => hands.choose(id),
      onkeydown: (event: KeyboardEvent) => takeKey(event, id, hands, step)
    },
    picture ? h("img", {src: picture, alt: "", draggable: "false"}) : h("span", {class: "deck-words"}, words)
  );
}

function takeKey(event: KeyboardEvent, id: string, hands: CardHands, step: (id: string, by: number) => void): void {
  const {key, shiftKey, altKey, ctrlKey, metaKey} = event;
  const by = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1}[key];
  if (ctrlKey || metaKey) return;
  if (by !== undefined && (shiftKey || altKey)) hands.move(id, by);
  else if (by !== undefined) step(id, by);
  else if (key === "Delete" || key === "Backspace") hands.remove(id);
  else if (key === "d") hands.duplicate(id);
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function cardActions({slide: {id, figures}, at, last, joins}: Card, hands: CardHands): HTMLElement {
  const of = `slide ${at + 1}`;
  const action = (label: string, name: string, act: () => void, possible = true) =>
    h("button", {type: "button", title: name, "aria-label": name, disabled: !possible, onclick: act}, label);
  return h(
    "div",
    {class: "deck-card-actions"},
    action("←", `Move ${of} back`, () => hands.move(id, -1), at > 0),
    action("→", `Move ${of} on`, () => hands.move(id, 1), !last),
    action("Copy", `Duplicate ${of}`, () => hands.duplicate(id)),
    figures.length > 1
      ? action("Split", `Give each figure of ${of} a slide`, () => hands.part(id))
      : action("Join", `Put ${of} beside the one before`, () => hands.join(id), joins),
    action("×", `Remove ${of}`, () => hands.remove(id))
  );
}
