/** Asks for a moving picture of a figure, makes it, and can stop. */
import type {Place} from "../../site/feed.js";
import {h} from "../../ui/dom.js";
import {reasonOf} from "../../ui/reason.js";
import {fileName, type Caption} from "./caption.js";
import {filmKinds, framesOf, walksOf, type FilmKind, type Walk} from "./film.js";
import {save} from "./save.js";

/** A figure whose film is asked for. */
interface Filmed {
  figure: HTMLElement;
  caption: () => Caption;
}

/** Shows what can be chosen for a film of a figure. */
export function openFilm(figure: HTMLElement, place: Place, caption: () => Caption): void {
  const walks = walksOf(figure, place);
  const said = h("p", {role: "status"});
  const asked = filmFields(walks);
  let stop: AbortController | undefined;
  const make = async (kind: FilmKind) => {
    if (!asked.valid()) return;
    stop = new AbortController();
    await makeFilm({figure, caption}, kind, asked, stop.signal, (words) => (said.textContent = words));
    stop = undefined;
  };
  const dialog = h(
    "dialog",
    {
      class: "paper film",
      "aria-labelledby": "film-title",
      onclose: () => {
        stop?.abort();
        dialog.remove();
      }
    },
    h("h2", {id: "film-title"}, "A moving picture"),
    asked.element,
    said,
    h(
      "div",
      {class: "paper-row"},
      ...(walks.length > 0 ? Object.values(filmKinds).map((kind: FilmKind) => kindButton(kind, make)) : []),
      h("button", {type: "button", onclick: () => stop?.abort()}, "Stop"),
      h("button", {type: "button", onclick: () => dialog.close()}, "Close")
    )
  );
  document.body.append(dialog);
  dialog.showModal();
}

interface FilmFields {
  element: HTMLElement;
  /** Whether every number can be used; the first that cannot says so. */
  valid: () => boolean;
  read: () => {walk: Walk; from: number; to: number; rate: number; width: number};
}

/** What is asked: over which slider, from where to where, how fast and how wide. */
function filmFields(walks: readonly Walk[]): FilmFields {
  const number = (label: string, value: number, least: number, most: number, step: number) => {
    const field = h("input", {type: "number", min: least, max: most, step, value});
    return {field, label: h("label", {}, label, field)};
  };
  const walk = h("select", {onchange: () => limits()}, ...walks.map(({label}, i) => h("option", {value: i}, label)));
  const from = number("from", 1, -1e6, 1e6, 1);
  const to = number("to", 12, -1e6, 1e6, 1);
  const rate = number("Frames a second", 2, 0.5, 30, 0.5);
  const width = number("Width in pixels", 1000, 200, 3840, 2);
  const chosen = () => walks[Number(walk.value)];
  const limits = () => {
    const {least, most, step} = chosen();
    for (const [{field}, value] of [
      [from, least],
      [to, most]
    ] as const) {
      [field.min, field.max, field.step] = [least, most, step].map(String);
      field.value = String(value);
    }
  };
  if (walks.length > 0) limits();
  const fields = [from, to, rate, width].map(({field}) => field);
  const element =
    walks.length > 0
      ? h("div", {class: "paper-row"}, h("label", {}, "Over", walk), from.label, to.label, rate.label, width.label)
      : h("p", {}, "This figure has no slider to move.");
  return {
    element,
    valid: () => {
      const wrong = fields.find((field) => !field.checkValidity() || field.value === "");
      wrong?.reportValidity();
      return !wrong;
    },
    read: () => {
      const [first, last, second, pixels] = fields.map((field) => field.valueAsNumber);
      return {walk: chosen(), from: first, to: last, rate: second, width: pixels};
    }
  };
}

function kindButton(kind: FilmKind, make: (kind: FilmKind) => Promise<void>): HTMLElement {
  const disabled = kind.end !== "gif";
  const button = h("button", {type: "button", disabled, onclick: () => void make(kind)}, kind.label);
  void kind.possible().then(
    (can) => {
      button.disabled = !can;
      if (!can) button.title = "This browser cannot encode such a film.";
    },
    () => (button.disabled = true)
  );
  return button;
}

/** Makes and saves a film, and says how far it is and how it ended. */
async function makeFilm(
  {figure, caption}: Filmed,
  {label, end, make: encode}: FilmKind,
  asked: FilmFields,
  signal: AbortSignal,
  say: (words: string) => void
): Promise<void> {
  const progress = (done: number, all: number) => say(`${label}: frame ${done} of ${all}`);
  const name = fileName(caption()).replace(/-layer-\d+/, "");
  const choice = asked.read();
  try {
    const blob = await encode(framesOf(figure, caption, {...choice, signal, progress}), choice.rate);
    save(blob, `${name}.${end}`);
    say(`${label}: saved, ${Math.round(blob.size / 1000)} kB.`);
  } catch (thrown) {
    say(signal.aborted ? "Stopped." : reasonOf(thrown));
  }
}
