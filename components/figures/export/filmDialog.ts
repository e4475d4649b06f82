/** Asks for a moving picture of a figure, makes it, and can stop. */
import type {Place} from "../../site/feed.js";
import {h} from "../../ui/dom.js";
import {reasonOf} from "../../ui/reason.js";
import {fileName, type Caption} from "./caption.js";
import {filmKinds, framesOf, walksOf, type FilmKind} from "./film.js";
import {save} from "./save.js";

/** Shows what can be chosen for a film of a figure. */
export function openFilm(figure: HTMLElement, place: Place, caption: () => Caption): void {
  const walks = walksOf(figure, place);
  const said = h("p", {role: "status"});
  let stop: AbortController | undefined;
  const number = (label: string, value: number, least: number, most: number, step: number) => {
    const field = h("input", {type: "number", min: least, max: most, step, value});
    return {field, label: h("label", {}, label, field)};
  };
  const walk = h("select", {onchange: () => limits()}, ...walks.map(({label}, i) => h("option", {value: i}, label)));
  const from = number("from", 1, -1e6, 1e6, 1);
  const to = number("to", 12, -1e6, 1e6, 1);
  const rate = number("Frames a second", 2, 0.5, 30, 0.5);
  const width = number("Width in pixels", 1000, 200, 3840, 2);
  const limits = () => {
    const {least, most, step} = walks[Number(walk.value)];
    for (const [{field}, value] of [
      [from, least],
      [to, most]
    ] as const) {
      [field.min, field.max, field.step] = [least, most, step].map(String);
      field.value = String(value);
    }
  };
  const make = async ({label, end, make: encode}: FilmKind) => {
    const fields = [from, to, rate, width].map(({field}) => field);
    const wrong = fields.find((field) => !field.checkValidity() || field.value === "");
    if (wrong) {
      wrong.reportValidity();
      return;
    }
    stop = new AbortController();
    const {signal} = stop;
    const progress = (done: number, all: number) => (said.textContent = `${label}: frame ${done} of ${all}`);
    const [first, last, second, pixels] = fields.map((field) => field.valueAsNumber);
    const name = fileName(caption()).replace(/-layer-\d+/, "");
    try {
      const options = {
        walk: walks[Number(walk.value)],
        from: first,
        to: last,
        rate: second,
        width: pixels,
        signal,
        progress
      };
      const blob = await encode(framesOf(figure, caption, options), second);
      save(blob, `${name}.${end}`);
      said.textContent = `${label}: saved, ${Math.round(blob.size / 1000)} kB.`;
    } catch (thrown) {
      said.textContent = signal.aborted ? "Stopped." : reasonOf(thrown);
    } finally {
      stop = undefined;
    }
  };
  const buttons = Object.values(filmKinds).map((kind: FilmKind) => {
    const button = h(
      "button",
      {type: "button", disabled: kind.end !== "gif", onclick: () => void make(kind)},
      kind.label
    );
    void kind.possible().then(
      (can) => {
        button.disabled = !can;
        if (!can) button.title = "This browser cannot encode such a film.";
      },
      () => (button.disabled = true)
    );
    return button;
  });
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
    walks.length > 0
      ? h("div", {class: "paper-row"}, h("label", {}, "Over", walk), from.label, to.label, rate.label, width.label)
      : h("p", {}, "This figure has no slider to move."),
    said,
    h(
      "div",
      {class: "paper-row"},
      ...(walks.length > 0 ? buttons : []),
      h("button", {type: "button", onclick: () => stop?.abort()}, "Stop"),
      h("button", {type: "button", onclick: () => dialog.close()}, "Close")
    )
  );
  if (walks.length > 0) limits();
  document.body.append(dialog);
  dialog.showModal();
}
