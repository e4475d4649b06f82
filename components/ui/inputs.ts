// The few kinds of input that the site has, all labelled, all reachable by keyboard.
import {h, setText} from "./dom.js";
import type {Drawing} from "./drawing.js";
import {drawing} from "./drawing.js";

export interface Option<T> {
  value: T;
  label: string;
  /** What it means, shown on hover. */
  hint?: string;
}

export interface ChoiceOptions<T> {
  label: string;
  options: readonly Option<T>[];
  value: T;
  /** Keep the label for assistive technology only. */
  quiet?: boolean;
  onChange: (value: T) => void;
}

let groups = 0;

/** A few choices side by side, one of which holds. */
export function segmented<T extends string | number>(
  options: ChoiceOptions<T>
): Drawing<Pick<ChoiceOptions<T>, "value">> {
  const group = `choice-${(groups += 1)}`;
  const inputs = options.options.map(({value, label, hint}) => {
    const input = h("input", {type: "radio", name: group, value, onchange: () => options.onChange(value)});
    return {value, input, label: h("label", {title: hint}, input, h("span", {}, label))};
  });
  const legend = h("legend", {class: options.quiet ? "visually-hidden" : ""}, options.label);
  const element = h("fieldset", {class: "segmented"}, legend, ...inputs.map(({label}) => label));
  const show = (chosen: T) => {
    for (const {value, input} of inputs) input.checked = value === chosen;
  };
  show(options.value);
  return drawing<Pick<ChoiceOptions<T>, "value">, HTMLFieldSetElement>(element, ({value}) => {
    if (value !== undefined) show(value);
  });
}

/** Many choices, one of which holds, in a menu. `update` can change the choices too. */
export function menu<T extends string | number>(
  options: ChoiceOptions<T>
): Drawing<Pick<ChoiceOptions<T>, "value" | "options">> {
  let list = options.options;
  const select = h("select", {onchange: () => options.onChange(list[select.selectedIndex].value)});
  const label = h("span", {class: options.quiet ? "visually-hidden" : ""}, options.label);
  const fill = () => select.replaceChildren(...list.map((option) => h("option", {}, option.label)));
  const show = (value: T) => {
    select.selectedIndex = list.findIndex((option) => option.value === value);
  };
  fill();
  show(options.value);
  return drawing<Pick<ChoiceOptions<T>, "value" | "options">, HTMLLabelElement>(
    h("label", {class: "menu"}, label, select),
    (change) => {
      const sameOptions = change.options?.every(
        ({value, label: name}, i) => value === list[i]?.value && name === list[i].label
      );
      if (change.options && !(sameOptions && change.options.length === list.length)) {
        list = change.options;
        fill();
      }
      if (change.value !== undefined) show(change.value);
    }
  );
}

export interface SliderOptions {
  label: string;
  least: number;
  most: number;
  step?: number;
  value: number;
  /** Written after the number: "of 12". */
  suffix?: string;
  /** What the least value means, when it is not a quantity: "no cap". */
  hint?: string;
  onChange: (value: number) => void;
}

/** A slider with its value beside it; the value can be typed. */
export function slider(options: SliderOptions): Drawing<SliderOptions> {
  let state: SliderOptions = {step: 1, ...options};
  const range = h("input", {type: "range", "aria-label": options.label});
  const typed = h("input", {type: "number", "aria-label": `${options.label}, typed`});
  const suffix = h("span", {class: "slider-suffix"});
  const element = h(
    "div",
    {class: "slider", role: "group", "aria-label": options.label, title: options.hint},
    h("span", {class: "slider-label", "aria-hidden": "true"}, options.label),
    range,
    typed,
    suffix
  );
  const change = (input: HTMLInputElement) => {
    const value = input.valueAsNumber;
    if (value >= state.least && value <= state.most) state.onChange(value);
  };
  range.addEventListener("input", () => change(range));
  typed.addEventListener("input", () => change(typed));
  typed.addEventListener("blur", () => (typed.value = String(state.value)));
  const write = () => {
    for (const input of [range, typed]) {
      for (const [name, value] of [
        ["min", state.least],
        ["max", state.most],
        ["step", state.step]
      ] as const)
        if (input[name] !== String(value)) input[name] = String(value);
      // Rewriting what is being typed would move its cursor.
      if (input.valueAsNumber !== state.value) input.value = String(state.value);
    }
    setText(suffix, state.suffix ?? "");
  };
  write();
  return drawing<SliderOptions, HTMLDivElement>(element, (next) => {
    state = {...state, ...next};
    write();
  });
}
