import {h} from "../ui/dom.js";
import {photoWords, withWords} from "../site/asked.js";
import type {Feed} from "../site/feed.js";

/** How long after the last keystroke words are looked up, in ms. */
const pause = 350;

let fields = 0;

/** Where the reader types classes and their words; below it, what the model cannot answer. */
export function wordsField(feed: Feed): HTMLElement {
  const {store} = feed;
  const id = `words-${(fields += 1)}`;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const send = () => {
    clearTimeout(timer);
    store.set({words: input.value.trim()});
  };
  const input = h("input", {
    type: "text",
    autocomplete: "off",
    spellcheck: "false",
    maxlength: 400,
    "aria-describedby": id,
    oninput: () => {
      clearTimeout(timer);
      timer = setTimeout(send, pause);
    },
    onchange: send
  });
  const note = h("span", {class: "words-note", id, role: "status"});
  const element = h("div", {class: "words"}, h("label", {}, h("span", {}, "Words"), input), note);
  const show = () => {
    const {model, image, words} = store.value;
    if (document.activeElement !== input) input.value = words;
    void photoWords(image).then((suits) => (input.placeholder = suits));
    withWords(
      {model, image, words},
      () => {
        note.textContent = "A semicolon parts classes, a comma synonyms.";
        note.classList.remove("is-refused");
      },
      (reason) => {
        note.textContent = reason;
        note.classList.add("is-refused");
      }
    );
  };
  feed.subscribe(show);
  return element;
}
