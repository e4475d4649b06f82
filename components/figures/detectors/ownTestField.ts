import {functions, longestExpression, quantities, type Quantity} from "../../analysis/detectors/expression.js";
import {evidenceFor, ownTest} from "../../analysis/detectors/expressionDetector.js";
import type {View} from "../../site/feed.js";
import type {SelectionStore} from "../../site/selection.js";
import {h, setText} from "../../ui/dom.js";
import {ownTestOf} from "../frame/ownTest.js";

/** How long after the last keystroke an expression is tried, in ms. */
const pause = 250;

/** Pages hold no whole maps of every layer. */
const known = (Object.keys(quantities) as Quantity[]).filter((name) => !evidenceFor[name].includes("map"));

const help = `Names: ${known.join(", ")}. Functions: ${Object.keys(functions).join(", ")}.`;

let fields = 0;

/** Where the reader writes a detector of their own; beside it, what is wrong with it and at which column. */
export function ownTestField(store: SelectionStore): {element: HTMLElement; show(view: View): void} {
  const id = `own-test-${(fields += 1)}`;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const send = () => {
    clearTimeout(timer);
    store.set({detectors: {expr: input.value.trim()}});
  };
  const input = h("input", {
    type: "text",
    autocomplete: "off",
    spellcheck: "false",
    maxlength: longestExpression,
    placeholder: "cls > 1.5 * self && rank(cls) <= 10",
    "aria-describedby": id,
    oninput: () => {
      clearTimeout(timer);
      timer = setTimeout(send, pause);
    },
    onchange: send
  });
  const note = h("span", {class: "words-note", id, role: "status"}, help);
  const element = h("div", {class: "words own-test"}, h("label", {}, h("span", {}, ownTest.label), input), note);
  let shown = "";
  return {
    element,
    show({selection, record, choice}) {
      const {expr} = selection.detectors;
      // What is being typed stays until another expression is chosen elsewhere.
      if (expr !== shown && expr !== input.value.trim()) input.value = expr;
      shown = expr;
      const {problem} = ownTestOf(selection, record, choice.trunk);
      setText(note, problem || help);
      note.classList.toggle("is-refused", problem !== "");
      input.setAttribute("aria-invalid", String(problem !== ""));
    }
  };
}
