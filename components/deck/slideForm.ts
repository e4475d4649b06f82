/** The words of one slide, to be edited, and how its figure is built. */
import type {Slide} from "../site/deck/deck.js";
import {h} from "../ui/dom.js";

type Change = Partial<Omit<Slide, "id">>;

/** A form for one slide; `change` gets what was edited, once a field is left. */
export function slideForm(slide: Slide, change: (edit: Change) => void): HTMLElement {
  const title = h("input", {type: "text", value: slide.title, onchange: () => change({title: title.value})});
  const area = (name: "remark" | "notes", rows: number) => {
    const field = h("textarea", {rows, onchange: () => change({[name]: field.value})}, slide[name]);
    return field;
  };
  return h(
    "form",
    {class: "deck-form", onsubmit: (event: Event) => event.preventDefault()},
    h("label", {}, "Title", title),
    h(
      "label",
      {},
      "Remark",
      h("small", {}, "on the slide; Markdown, formulas between dollar signs"),
      area("remark", 4)
    ),
    h("label", {}, "Notes", h("small", {}, "for the presenter alone"), area("notes", 4)),
    slide.figures.length > 0 ? buildFields(slide, change) : null
  );
}

/** From which layer to which the arrow keys build the figure. */
function buildFields({build}: Slide, change: (edit: Change) => void): HTMLElement {
  const number = (value: number) => h("input", {type: "number", min: 1, max: 99, value, onchange: () => tell()});
  const from = number(build?.from ?? 1);
  const to = number(build?.to ?? 12);
  const on = h("input", {type: "checkbox", checked: build !== undefined, onchange: () => tell()});
  const tell = () => {
    const [first, last] = [from.valueAsNumber, to.valueAsNumber];
    const valid = [first, last].every((layer) => Number.isInteger(layer) && layer >= 1 && layer <= 99);
    change({build: on.checked && valid ? {from: first, to: last} : undefined});
  };
  return h(
    "fieldset",
    {class: "deck-build"},
    h("label", {}, on, "Build it over the layers: → shows the next"),
    h("label", {}, "from", from),
    h("label", {}, "to", to)
  );
}
