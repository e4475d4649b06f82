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
  const neighbour = (id: string, by: number) => shown[place(id) + by]?.id;

  const takeKey = (event: KeyboardEvent, id: string) => {
    const {key, shiftKey, altKey, ctrlKey, metaKey} = event;
    const by = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1}[key];
    if (ctrlKey || metaKey) return;
    if (by !== undefined && (shiftKey || altKey)) hands.move(id, by);
    else if (by !== undefined) focus(neighbour(id, by) ?? id);
    else if (key === "Delete" || key === "Backspace") hands.remove(id);
    else if (key === "d") hands.duplicate(id);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
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
  const action = (label: string, name: string, act: () => void, possible = true) =>
    h("button", {type: "button", title: name, "aria-label": name, disabled: !possible, onclick: act}, label);

  const card = (slide: Slide, i: number, chosen: boolean) => {
    const {id, title, figures, picture} = slide;
    const name = title || "Untitled slide";
    const of = `slide ${i + 1}`;
    const before = shown[i - 1];
    return h(
      "li",
      {class: "deck-card", ...dragHands(id)},
      h(
        "button",
        {
          type: "button",
          class: "deck-thumbnail",
          "data-slide": id,
          "aria-current": chosen ? "true" : null,
          "aria-label": `${i + 1}: ${name}`,
          onclick: () => hands.choose(id),
          onkeydown: (event: KeyboardEvent) => takeKey(event, id)
        },
        picture
          ? h("img", {src: picture, alt: "", draggable: "false"})
          : h("span", {class: "deck-words"}, figures.length > 0 ? figures.map(({figure}) => figure).join(" · ") : name)
      ),
      h("p", {}, h("b", {}, String(i + 1)), ` ${name}`),
      h(
        "div",
        {class: "deck-card-actions"},
        action("←", `Move ${of} back`, () => hands.move(id, -1), i > 0),
        action("→", `Move ${of} on`, () => hands.move(id, 1), i < shown.length - 1),
        action("Copy", `Duplicate ${of}`, () => hands.duplicate(id)),
        figures.length > 1
          ? action("Split", `Give each figure of ${of} a slide`, () => hands.part(id))
          : action(
              "Join",
              `Put ${of} beside the one before`,
              () => hands.join(id),
              figures.length === 1 && before?.figures.length === 1
            ),
        action("×", `Remove ${of}`, () => hands.remove(id))
      )
    );
  };
  return {
    element,
    show: (slides, chosen) => {
      const focused = document.activeElement?.getAttribute("data-slide");
      shown = slides;
      element.replaceChildren(...slides.map((slide, i) => card(slide, i, slide.id === chosen)));
      if (focused) focus(focused);
    }
  };
}
