import {h} from "../ui/dom.js";
import {askWords, photoWords} from "../site/asked.js";
import {newest} from "../site/cache.js";
import {reasonOf} from "../ui/reason.js";
import type {Feed} from "../site/feed.js";
import {mostWords} from "../site/selection.js";
import {formatLabels, parseLabels} from "../model/segmentation/labels.js";

/** How long after the last keystroke words are looked up, in ms. */
const pause = 350;

let fields = 0;

/** Classes pasted as lines, on one; text that is no list of classes as it is, so that what is wrong with it is said. */
function oneLine(text: string): string {
  try {
    return formatLabels(parseLabels(text, {repeats: "keep"}));
  } catch {
    return text.trim().replace(/\s*[\n\r]+\s*/g, "; ");
  }
}

/** Where the reader types classes and their words; below it, what the model cannot answer. */
export function wordsField(feed: Feed): HTMLElement {
  const {store} = feed;
  const id = `words-${(fields += 1)}`;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** The words that the selection had last. */
  let shown: string | undefined;
  const send = () => {
    clearTimeout(timer);
    const words = input.value.trim();
    if (words.length <= mostWords) {
      shown = words;
      return store.set({words: {list: words}});
    }
    say(
      `${words.length.toLocaleString("en")} characters are more than an address holds; ${mostWords.toLocaleString("en")} are the most. Ask for fewer classes at a time, or use npm run sfp -- segment --labels-file.`,
      true
    );
  };
  const say = (text: string, refused: boolean) => {
    note.textContent = text;
    note.classList.toggle("is-refused", refused);
  };
  const input = h("input", {
    type: "text",
    autocomplete: "off",
    spellcheck: "false",
    "aria-describedby": id,
    oninput: () => {
      clearTimeout(timer);
      timer = setTimeout(send, pause);
    },
    onchange: send,
    onpaste: (event: ClipboardEvent) => {
      const text = event.clipboardData?.getData("text") ?? "";
      // A field of one line would drop the line ends, and with them where classes end.
      if (!/[\n\r]/.test(text.trim())) return;
      event.preventDefault();
      input.setRangeText(oneLine(text), input.selectionStart ?? 0, input.selectionEnd ?? 0, "end");
      send();
    }
  });
  const note = h("span", {class: "words-note", id, role: "status"});
  const element = h("div", {class: "words"}, h("label", {}, h("span", {}, "Words"), input), note);
  const [suit, ask] = [newest(), newest()];
  const show = () => {
    const {
      model,
      image,
      words: {list: words}
    } = store.value;
    // What is being typed, or was refused, stays until other words are chosen elsewhere.
    if (words !== shown && document.activeElement !== input) input.value = words;
    shown = words;
    suit(
      () => photoWords(image),
      (suits) => (input.placeholder = suits),
      () => {}
    );
    ask(
      () => askWords({model, image, words}),
      ({notes, words: answered}) => {
        store.resolve({words: {list: answered}});
        say(notes.join(" ") || "Separate classes with semicolons and synonyms with commas.", notes.length > 0);
      },
      (thrown) => say(reasonOf(thrown), true)
    );
  };
  feed.subscribe(show);
  return element;
}
