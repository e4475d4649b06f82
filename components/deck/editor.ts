/** The Deck page: slides in the reader's order and words, kept in this browser, presented and handed over. */
import {figureCatalog} from "../figures/catalog.js";
import {talkFrom} from "../page/talk.js";
import {DeckError, parseDeck, parseLink} from "../site/deck/codec.js";
import {
  added,
  besidePrevious,
  duplicated,
  edited,
  emptyDeck,
  moveSlide,
  newSlide,
  parted,
  removed,
  type Deck
} from "../site/deck/deck.js";
import {History} from "../site/deck/history.js";
import {followShelf, readShelf, writeShelf} from "../site/deck/kept.js";
import {h} from "../ui/dom.js";
import {reasonOf} from "../ui/reason.js";
import {deckActions} from "./actions.js";
import {slideCards} from "./cards.js";
import {slidePreview} from "./preview.js";
import {slideForm} from "./slideForm.js";
import type {SlideView} from "./slideView.js";
import {deckStage} from "./stage.js";

const figureIds: ReadonlySet<string> = new Set(figureCatalog.map(({id}) => id));

/** Shows the deck, to be edited. */
export function deckEditor(): HTMLElement {
  return new Editor().element;
}

class Editor {
  readonly element: HTMLElement;
  #chosen: string | undefined;
  #views: readonly SlideView[] = [];
  readonly #past = new History<Deck>(emptyDeck);
  readonly #message = h("p", {class: "deck-message", role: "status"});
  readonly #form = h("div", {class: "deck-words-of"});
  readonly #title = h("input", {
    type: "text",
    class: "deck-name",
    "aria-label": "The deck’s title",
    onchange: () => this.#go({...this.#past.value, title: this.#title.value})
  });
  readonly #stage = deckStage();
  readonly #preview = slidePreview((change) => this.#amend(change));
  readonly #cards = slideCards({
    choose: (id) => {
      this.#chosen = id;
      this.#show();
    },
    move: (id, by) => this.#edit((deck) => moveSlide(deck, id, by)),
    duplicate: (id) => this.#edit((deck) => duplicated(deck, id)),
    remove: (id) => this.#edit((deck) => removed(deck, id)),
    join: (id) => this.#edit((deck) => besidePrevious(deck, id)),
    part: (id) => this.#edit((deck) => parted(deck, id))
  });
  readonly #actions = deckActions({
    deck: () => this.#past.value,
    chosen: () => this.#chosen,
    present: () => this.#present(),
    addText: () => this.#addText(),
    step: (way) => this.#step(way),
    open: (text) => this.#go(parseDeck(text, figureIds)),
    say: (words) => this.#say(words),
    guarded: (act) => this.#guarded(act)
  });

  constructor() {
    this.element = h(
      "div",
      {class: "deck-editor"},
      h("div", {class: "deck-head"}, this.#title, this.#actions.element),
      this.#message,
      this.#cards.element,
      h("div", {class: "deck-edit"}, this.#form, this.#preview.element),
      this.#stage.element
    );
    addEventListener("keydown", (event) => this.#takeKey(event));
    followShelf(
      "deck",
      this.#guarded(async () => {
        this.#past.set(await readShelf("deck"));
        this.#show();
      })
    );
    void this.#guarded(() => this.#begin())();
  }

  /** Shows the deck that a link holds, or else the one that was kept. */
  async #begin(): Promise<void> {
    this.#past.amend(await readShelf("deck").catch(() => emptyDeck));
    const linked = /^#deck=(.+)$/.exec(location.hash);
    if (!linked) return this.#show();
    this.#go(await parseLink(linked[1], figureIds));
    history.replaceState(history.state, "", location.pathname + location.search);
  }

  #say(words: string, failed = false): void {
    this.#message.textContent = words;
    this.#message.classList.toggle("is-failed", failed);
  }

  #guarded(act: () => unknown): () => Promise<void> {
    return async () => {
      this.#say("");
      try {
        await act();
      } catch (thrown) {
        this.#say(reasonOf(thrown), true);
      }
    };
  }

  #keep(): void {
    void writeShelf("deck", this.#past.value).catch((thrown: unknown) => this.#say(reasonOf(thrown), true));
  }

  /** Goes on to another deck, keeps it and shows it. */
  #go(next: Deck): void {
    this.#past.set(next);
    this.#keep();
    this.#show();
  }

  #edit(change: (deck: Deck) => Deck): void {
    void this.#guarded(() => this.#go(change(this.#past.value)))();
  }

  /** Changes the deck where that is no step of its own, and what is being edited stays as it is. */
  #amend(change: (deck: Deck) => Deck): void {
    this.#past.amend(change(this.#past.value));
    this.#views = this.#stage.show(this.#past.value);
    this.#keep();
  }

  #step(way: "undo" | "redo"): void {
    this.#past[way]();
    this.#keep();
    this.#show();
  }

  #takeKey(event: KeyboardEvent): void {
    const typing = event.target instanceof Element && event.target.matches("input, textarea");
    if (typing || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
    event.preventDefault();
    this.#step(event.shiftKey ? "redo" : "undo");
  }

  #addText(): void {
    const slide = newSlide({title: "A slide of text", remark: "Words, and $a_{ii} < a_{ci}$."});
    const after = this.#chosen;
    this.#chosen = slide.id;
    this.#go(added(this.#past.value, slide, after));
  }

  #present(): void {
    if (this.#views.length === 0) throw new DeckError("The deck has no slides yet.");
    const at = this.#past.value.slides.findIndex(({id}) => id === this.#chosen);
    talkFrom(this.#views[Math.max(0, at)].element);
  }

  #show(): void {
    const deck = this.#past.value;
    const slide = deck.slides.find(({id}) => id === this.#chosen) ?? deck.slides[0];
    this.#chosen = slide?.id;
    this.#title.value = deck.title;
    this.#actions.show(this.#past);
    this.#cards.show(deck.slides, this.#chosen);
    const form = slide && slideForm(slide, (change) => this.#edit((now) => edited(now, slide.id, change)));
    this.#form.replaceChildren(form ?? help());
    this.#views = this.#stage.show(deck);
    this.#preview.show(deck, slide);
  }
}

function help(): HTMLElement {
  return h(
    "p",
    {class: "deck-empty"},
    "The deck is empty. On any page, move the pointer over a figure and press “To deck”; or begin with a slide of text."
  );
}
