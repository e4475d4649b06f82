/** What a reader does with a whole deck: presents it, goes back, opens and saves it, hands it over. */
import {save} from "../figures/export/save.js";
import {DeckError, formatDeck, formatLink} from "../site/deck/codec.js";
import type {Deck} from "../site/deck/deck.js";
import {h} from "../ui/dom.js";
import {handOver, outputs} from "./outputs.js";

/** What the actions ask of the editor. */
export interface DeckHands {
  deck: () => Deck;
  /** The id of the chosen slide. */
  chosen: () => string | undefined;
  present: () => void;
  addText: () => void;
  step: (way: "undo" | "redo") => void;
  /** Takes the text of a deck.json in place of this deck. */
  open: (text: string) => void;
  say: (words: string) => void;
  /** Does something, and says why it failed. */
  guarded: (act: () => unknown) => () => Promise<void>;
}

/** The row of actions. `show` says whether there is anything to undo and to do again. */
export function deckActions(hands: DeckHands): {
  element: HTMLElement;
  show: (can: {canUndo: boolean; canRedo: boolean}) => void;
} {
  const {deck, guarded, say} = hands;
  const button = (label: string, hint: string, act: () => unknown) =>
    h("button", {type: "button", title: hint, onclick: guarded(act)}, label);
  const undo = button("Undo", "Undo the last change (Ctrl+Z)", () => hands.step("undo"));
  const redo = button("Redo", "Do it again (Ctrl+Shift+Z)", () => hands.step("redo"));
  const only = h("input", {type: "checkbox"});
  const openFile = async () => {
    const [picked] = file.files ?? [];
    file.value = "";
    if (picked) hands.open(await picked.text());
  };
  const file = h("input", {type: "file", accept: ".json,application/json", hidden: true, onchange: guarded(openFile)});
  const wanted = () => (only.checked ? ofOneSlide(deck(), hands.chosen()) : deck());
  const element = h(
    "div",
    {class: "deck-actions"},
    button("Present", "Show the slides in full, from the chosen one (t)", hands.present),
    button("Text slide", "Add a slide of text after the chosen one", hands.addText),
    undo,
    redo,
    button("Open…", "Open a deck.json in place of this deck", () => file.click()),
    button("Save", "Save the deck as deck.json", () =>
      save(new Blob([formatDeck(deck())], {type: "application/json"}), "deck.json")
    ),
    button("Link", "Copy a link that holds the deck", async () => {
      await copyLink(deck());
      say("A link with the deck in it is copied.");
    }),
    ...outputs.map((output) => button(output.label, output.hint, () => handOver(output, wanted(), say))),
    h("label", {class: "deck-only"}, only, "this slide only"),
    file
  );
  const show = ({canUndo, canRedo}: {canUndo: boolean; canRedo: boolean}) => {
    undo.disabled = !canUndo;
    redo.disabled = !canRedo;
  };
  return {element, show};
}

/** A deck of one slide, whose title it then has; the whole deck where there is no such slide. */
function ofOneSlide(deck: Deck, chosen?: string): Deck {
  const slide = deck.slides.find(({id}) => id === chosen);
  return slide ? {...deck, title: slide.title || deck.title, slides: [slide]} : deck;
}

/** @throws DeckError with the link, where copying is not allowed */
async function copyLink(deck: Deck): Promise<void> {
  const url = new URL(location.href);
  url.hash = `deck=${await formatLink(deck)}`;
  url.search = "";
  await navigator.clipboard.writeText(url.href).catch(() => {
    throw new DeckError(`Copying is not allowed here. The link: ${url.href}`);
  });
}
