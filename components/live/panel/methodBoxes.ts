import {h} from "../../ui/dom.js";
import {methods} from "../../model/methods/index.js";

export interface MethodBoxes {
  element: HTMLElement;
  show(chosen: readonly string[]): void;
}

/** A box for every method, to compare any of them; `onChange` is told the ticked ones, at least one. */
export function methodBoxes(onChange: (names: string[]) => void): MethodBoxes {
  const boxes = Object.values(methods).map(({name, title, about}) => {
    const input = h("input", {type: "checkbox", value: name, onchange: () => change()});
    return {name, input, label: h("label", {title: about}, input, title)};
  });
  const change = () => {
    const names = boxes.filter(({input}) => input.checked).map(({name}) => name);
    if (names.length) onChange(names);
  };
  const element = h("fieldset", {class: "live-methods"}, h("legend", {}, "Methods"), ...boxes.map(({label}) => label));
  return {
    element,
    show: (chosen) => {
      for (const {name, input} of boxes) input.checked = chosen.includes(name);
    }
  };
}
