import {highNormPatches} from "../../analysis/causes.js";
import {patchName} from "../../charts/reading.js";
import {
  formatInterventions,
  interventionKinds,
  parseInterventions,
  usages,
  type Intervention
} from "../../model/interventions/index.js";
import {h, setText} from "../../ui/dom.js";
import {slider} from "../../ui/inputs.js";
import {reasonOf} from "../../ui/reason.js";
import type {CausesPlace, CausesView} from "./causes.js";

/** The questions, the list with an undo for each part and a slider for its number, and a field to write it in. */
export function changeControls(place: CausesPlace): HTMLElement {
  const questions = h("div", {class: "causes-questions"});
  const list = h("ul", {class: "causes-list", "aria-label": "what is changed"});
  const status = h("span", {class: "causes-status", role: "status"});
  const input = h("input", {
    type: "text",
    "aria-label": "interventions",
    placeholder: "head 3.2 x0; neuron 8.128 set 0 @ 0",
    title: usages.join("\n")
  });
  const form = h(
    "form",
    {
      class: "causes-form",
      onsubmit: (event: Event) => {
        event.preventDefault();
        try {
          place.ask(parseInterventions(input.value));
        } catch (error) {
          setText(status, reasonOf(error));
        }
      }
    },
    input,
    h("button", {type: "submit"}, "Run")
  );
  let drawn = "";
  place.subscribe(({view, stage, failure}) => {
    setText(status, failure ?? stage ?? "");
    status.classList.toggle("is-failed", failure !== undefined);
    if (!view) return;
    const key = `${view.picture.id} ${formatInterventions(view.list)}`;
    if (key === drawn) return;
    // A slider that moves keeps its place: only its number has changed.
    const moved = sliding(list) && sameParts(drawn, key);
    drawn = key;
    questions.replaceChildren(...questionsOf(place, view));
    if (!moved) list.replaceChildren(...view.list.map((each, i) => part(place, view.list, each, i)));
    input.value = formatInterventions(view.list);
  });
  return h("div", {class: "causes-controls"}, questions, list, form, status);
}

function sliding(list: HTMLElement): boolean {
  return list.contains(document.activeElement);
}

function sameParts(a: string, b: string): boolean {
  return a.split(";").length === b.split(";").length && a !== "";
}

/** What one click answers: the first neuron, all that are listed, and back. */
function questionsOf(place: CausesPlace, {causes}: CausesView): HTMLElement[] {
  const {neurons, plain, grid, layer} = causes;
  const norms = plain.norms[layer - 1];
  const high = highNormPatches(norms);
  if (!neurons.length || !high.length) return [];
  const longest = norms.reduce((best, norm, patch) => (norm > norms[best] ? patch : best), 0);
  const [first] = neurons;
  const off = (some: typeof neurons): Intervention[] =>
    some.map(({layer: at, index}) => ({kind: "neuron", values: {layer: at, index, how: "set", value: 0, patches: []}}));
  const button = (label: string, list: readonly Intervention[], hint: string) =>
    h("button", {type: "button", title: hint, onclick: () => place.ask(list)}, label);
  return [
    button(
      `Switch off the neuron that makes high-norm patch ${patchName(longest, grid[1])} longest`,
      off([first]),
      `neuron ${first.layer}.${first.index}, at all patches`
    ),
    button(
      `Switch off all ${neurons.length} neurons that do`,
      off(neurons),
      "the neurons most active at high-norm patches"
    ),
    button("As trained", [], "undo everything")
  ];
}

/** Lists of more parts than this have no sliders. */
const mostSliders = 3;

/** One intervention: its text, its number on a slider, and its undo. */
function part(place: CausesPlace, list: readonly Intervention[], {kind, values}: Intervention, i: number): HTMLElement {
  const {amount, options, write} = interventionKinds[kind];
  const spec = amount === undefined ? undefined : options[amount];
  const name = h("code", {}, write(values));
  const undo = h(
    "button",
    {
      type: "button",
      "aria-label": `Undo ${write(values)}`,
      title: "Undo",
      onclick: () => place.ask(list.filter((_, j) => j !== i))
    },
    "×"
  );
  // A long list is for reading and undoing.
  if (amount === undefined || spec?.kind !== "number" || list.length > mostSliders) return h("li", {}, name, undo);
  const range = slider({
    label: amount,
    least: Math.max(spec.least, -1),
    most: spec.slider ?? 2,
    step: 0.05,
    value: Number(values[amount]),
    onChange: (value) => {
      const changed = {kind, values: {...values, [amount]: value}};
      range.update({value});
      setText(name, write(changed.values));
      const now = parseInterventions(place.store.value.causes.list);
      place.ask(now.map((each, j) => (j === i ? changed : each)));
    }
  });
  return h("li", {}, name, range, undo);
}
