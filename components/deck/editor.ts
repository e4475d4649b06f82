/** The Deck page: slides in the reader's order and words, kept in this browser, presented and handed over. */
import {figureCatalog} from "../figures/catalog.js";
import {save} from "../figures/export/save.js";
import {talkFrom} from "../page/talk.js";
import {DeckError, formatDeck, formatLink, parseDeck, parseLink} from "../site/deck/codec.js";
import {
  added,
  duplicated,
  edited,
  emptyDeck,
  besidePrevious,
  moveSlide,
  newSlide,
  parted,
  removed
} from "../site/deck/deck.js";
import type {Deck} from "../site/deck/deck.js";
import {History} from "../site/deck/history.js";
import {followShelf, readShelf, writeShelf} from "../site/deck/kept.js";
import {formatWhole} from "../site/selection.js";
import {h} from "../ui/dom.js";
import {reasonOf} from "../ui/reason.js";
import {slideCards} from "./cards.js";
import {handOver, outputs} from "./outputs.js";
import {slideForm} from "./slideForm.js";
import {slideView, type SlideView} from "./slideView.js";

const figureIds: ReadonlySet<string> = new Set(figureCatalog.map(({id}) => id));

/** Shows the deck, to be edited. */
export function deckEditor(): HTMLElement {
  const message = h("p", {class: "deck-message", role: "status"});
  const stage = h("div", {class: "deck-stage"});
  const preview = h("div", {class: "deck-preview"});
  const form = h("div", {class: "deck-words-of"});
  const title = h("input", {type: "text", class: "deck-name", "aria-label": "The deck’s title"});
  const past = new History<Deck>(emptyDeck);
  let chosen: string | undefined;
  let views: SlideView[] = [];

  const say = (words: string, failed = false) => {
    message.textContent = words;
    message.classList.toggle("is-failed", failed);
  };
  const guarded = (act: () => unknown) => async () => {
    say("");
    try {
      await act();
    } catch (thrown) {
      say(reasonOf(thrown), true);
    }
  };
  const keep = () => void writeShelf("deck", past.value).catch((thrown: unknown) => say(reasonOf(thrown), true));
  /** Goes on to another deck, keeps it and shows it. */
  const go = (next: Deck) => {
    past.set(next);
    keep();
    show();
  };
  const edit = (change: (deck: Deck) => Deck) => guarded(() => go(change(past.value)))();
  const cards = slideCards({
    choose: (id) => {
      chosen = id;
      show();
    },
    move: (id, by) => edit((deck) => moveSlide(deck, id, by)),
    duplicate: (id) => edit((deck) => duplicated(deck, id)),
    remove: (id) => edit((deck) => removed(deck, id)),
    join: (id) => edit((deck) => besidePrevious(deck, id)),
    part: (id) => edit((deck) => parted(deck, id))
  });
  const button = (label: string, hint: string, act: () => unknown) =>
    h("button", {type: "button", title: hint, onclick: guarded(act)}, label);
  const undo = button("Undo", "Undo the last change (Ctrl+Z)", () => step("undo"));
  const redo = button("Redo", "Do it again (Ctrl+Shift+Z)", () => step("redo"));
  const step = (way: "undo" | "redo") => {
    past[way]();
    keep();
    show();
  };
  const only = h("input", {type: "checkbox"});
  /** The deck, or a deck of the chosen slide, whose title it then has. */
  const wanted = (): Deck => {
    const {slides, ...deck} = past.value;
    const slide = slides.find(({id}) => id === chosen);
    return only.checked && slide ? {...deck, title: slide.title || deck.title, slides: [slide]} : past.value;
  };
  const file = h("input", {type: "file", accept: ".json,application/json", hidden: true, onchange: guarded(openFile)});
  const actions = h(
    "div",
    {class: "deck-actions"},
    button("Present", "Show the slides in full, from the chosen one (t)", () => present()),
    button("Text slide", "Add a slide of text after the chosen one", () => {
      const slide = newSlide({title: "A slide of text", remark: "Words, and $a_{ii} < a_{ci}$."});
      const after = chosen;
      chosen = slide.id;
      go(added(past.value, slide, after));
    }),
    undo,
    redo,
    button("Open…", "Open a deck.json in place of this deck", () => file.click()),
    button("Save", "Save the deck as deck.json", () =>
      save(new Blob([formatDeck(past.value)], {type: "application/json"}), "deck.json")
    ),
    button("Link", "Copy a link that holds the deck", copyLink),
    ...outputs.map((output) => button(output.label, output.hint, () => handOver(output, wanted(), say))),
    h("label", {class: "deck-only"}, only, "this slide only"),
    file
  );
  title.addEventListener("change", () => go({...past.value, title: title.value}));

  async function openFile() {
    const [picked] = file.files ?? [];
    file.value = "";
    if (picked) go(parseDeck(await picked.text(), figureIds));
  }
  async function copyLink() {
    const url = new URL(location.href);
    url.hash = `deck=${await formatLink(past.value)}`;
    url.search = "";
    await navigator.clipboard.writeText(url.href).catch(() => {
      throw new DeckError(`Copying is not allowed here. The link: ${url.href}`);
    });
    say("A link with the deck in it is copied.");
  }
  function present() {
    const at = Math.max(
      0,
      past.value.slides.findIndex(({id}) => id === chosen)
    );
    if (views.length === 0) throw new DeckError("The deck has no slides yet.");
    talkFrom(views[at].element);
  }
  /** The slides of a talk lie ready in the page, unfilled until each is shown. */
  function setStage() {
    views = past.value.slides.map((slide, i) => slideView(past.value, slide, String(i + 1)));
    stage.replaceChildren(...views.map(({element}) => element));
  }
  function show() {
    const {slides} = past.value;
    const slide = slides.find(({id}) => id === chosen) ?? slides[0];
    chosen = slide?.id;
    title.value = past.value.title;
    undo.disabled = !past.canUndo;
    redo.disabled = !past.canRedo;
    cards.show(slides, chosen);
    form.replaceChildren(
      ...(slide ? [slideForm(slide, (change) => edit((deck) => edited(deck, slide.id, change)))] : [help()])
    );
    setStage();
    showPreview();
  }
  function showPreview() {
    const slide = past.value.slides.find(({id}) => id === chosen);
    preview.replaceChildren();
    if (!slide) return;
    const view = slideView(past.value, slide, `preview-${slide.id}`);
    view.element.classList.replace("deck-slide", "deck-shown");
    preview.append(view.element);
    view.fill();
    followLayers(view, (selections) => {
      past.amend(withSelections(past.value, slide.id, selections));
      setStage();
      keep();
    });
  }
  addEventListener("keydown", (event) => {
    const typing = event.target instanceof Element && event.target.matches("input, textarea");
    if (typing || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
    event.preventDefault();
    step(event.shiftKey ? "redo" : "undo");
  });
  followShelf(
    "deck",
    guarded(async () => {
      past.set(await readShelf("deck"));
      show();
    })
  );
  void guarded(async () => {
    past.amend(await readShelf("deck").catch(() => emptyDeck));
    const linked = /^#deck=(.+)$/.exec(location.hash);
    if (linked) {
      go(await parseLink(linked[1], figureIds));
      history.replaceState(history.state, "", location.pathname + location.search);
    } else show();
  })();
  return h(
    "div",
    {class: "deck-editor"},
    h("div", {class: "deck-head"}, title, actions),
    message,
    cards.element,
    h("div", {class: "deck-edit"}, form, preview),
    stage
  );
}

function help(): HTMLElement {
  return h(
    "p",
    {class: "deck-empty"},
    "The deck is empty. On any page, move the pointer over a figure and press “To deck”; or begin with a slide of text."
  );
}

/** What a reader changes in the shown figures, such as the layer, becomes the slide's. */
function followLayers({feeds}: SlideView, tell: (selections: string[]) => void): void {
  for (const {store} of feeds) store.subscribe(() => tell(feeds.map((feed) => formatWhole(feed.store.shown))));
}

function withSelections(deck: Deck, id: string, selections: readonly string[]): Deck {
  const slide = deck.slides.find((each) => each.id === id);
  if (!slide) return deck;
  const figures = slide.figures.map((figure, i) => ({...figure, selection: selections[i] ?? figure.selection}));
  return edited(deck, id, {figures});
}
