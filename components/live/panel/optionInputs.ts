import {reasonOf} from "../../ui/reason.js";
import {menu, segmented, slider} from "../../ui/inputs.js";
import {h} from "../../ui/dom.js";
import type {Method} from "../../model/methods/method.js";
import {
  formatOption,
  readOptions,
  type LayerSpec,
  type NumberSpec,
  type OptionSpec,
  type OptionValue,
  type OptionValues
} from "../../analysis/options.js";

/** As many choices as stand side by side; more go into a menu. */
const sideBySide = 3;

/** Where a slider ends when its declaration does not say. */
const sliderEnd = 10;

export interface OptionInputsOptions {
  method: Method;
  values: OptionValues;
  /** Layers of the model: options that name a layer end there. */
  layers: number;
  onChange: (values: OptionValues) => void;
}

/** Every option of a method as an input, made from the method's own declarations. */
export function optionInputs({method, values: given, layers, onChange}: OptionInputsOptions): HTMLElement {
  const {name: owner, options: specs} = method;
  let values: OptionValues = readOptions(owner, specs, given);
  const inputs = Object.entries(specs).map(([name, spec]) =>
    optionInput({owner, name, layers, value: values[name]}, spec, (value) => {
      const presets = Object.keys(specs).filter((key) => key !== name && setsOther(specs[key], name));
      values = {...values, [name]: value, ...Object.fromEntries(presets.map((key) => [key, specs[key].default]))};
      const changed = () =>
        Object.fromEntries(
          Object.entries(values).filter(([key, each]) => formatOption(each) !== formatOption(specs[key].default))
        );
      // A choice that sets others, and one of those, change what other inputs show.
      if (presets.length || setsOther(spec)) {
        if (setsOther(spec)) values = readOptions(owner, specs, {...withoutSet(spec, changed()), [name]: value});
        element.replaceWith((element = optionInputs({method, values: changed(), layers, onChange})));
      }
      onChange(changed());
    })
  );
  let element: HTMLElement = h("div", {class: "option-inputs"}, ...inputs);
  return element;
}

/** Whether a choice sets other options, or this one. */
function setsOther(spec: OptionSpec, name?: string): boolean {
  const sets = spec.kind === "choice" ? Object.values(spec.sets ?? {}) : [];
  return name === undefined ? sets.length > 0 : sets.some((each) => each !== undefined && Object.hasOwn(each, name));
}

/** Values without those that a choice sets. */
function withoutSet(spec: OptionSpec, values: OptionValues): OptionValues {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !setsOther(spec, name)));
}

interface OptionInput {
  owner: string;
  name: string;
  layers: number;
  value: OptionValue;
}

function optionInput(input: OptionInput, spec: OptionSpec, onChange: (value: OptionValue) => void): HTMLElement {
  const {name, layers, value} = input;
  const label = name.replaceAll("_", " ");
  switch (spec.kind) {
    case "choice": {
      const options = spec.values.map((each) => ({value: each, label: each, hint: spec.about}));
      const kind = options.length <= sideBySide ? segmented<string> : menu<string>;
      return withHint(kind({label, options, value: String(value), onChange}), spec.about);
    }
    case "number":
    case "layer":
      return withHint(numberInput(label, numberRange(spec, layers), value, onChange), spec.about);
    case "numbers":
    case "neurons":
    case "text":
      return withHint(listInput(input, spec, label, onChange), spec.about);
  }
}

type SliderRange = Pick<NumberSpec, "least" | "word" | "about"> & {end: number; integer: boolean};

function numberRange(spec: NumberSpec | LayerSpec, layers: number): SliderRange {
  const {about} = spec;
  if (spec.kind === "layer") return {about, least: 1, end: spec.last ? layers : layers - 1, integer: true};
  const {least, most, slider: declared, word, integer = false} = spec;
  return {about, least, word, integer, end: declared ?? Math.min(most ?? sliderEnd, sliderEnd)};
}

function numberInput(
  label: string,
  {least, word, about, end, integer}: SliderRange,
  value: OptionValue,
  onChange: (value: OptionValue) => void
): HTMLElement {
  // A word beside the numbers, such as "none", stands at the slider's foot.
  const foot = word === undefined ? least : least - 1;
  const input = slider({
    label,
    least: foot,
    most: end,
    step: integer ? 1 : 0.05,
    value: typeof value === "number" ? value : foot,
    suffix: value === word ? word : "",
    hint: about,
    onChange: (next) => {
      const said = next < least ? word : undefined;
      input.update({value: next, suffix: said ?? ""});
      onChange(said ?? next);
    }
  });
  return input;
}

/** A list is typed; what cannot be read is said at the field and changes nothing. */
function listInput(
  {owner, name, layers, value}: OptionInput,
  spec: OptionSpec,
  label: string,
  onChange: (value: OptionValue) => void
): HTMLElement {
  const field = h("input", {type: "text", value: formatOption(value), spellcheck: "false"});
  field.addEventListener("change", () => {
    try {
      onChange(readOptions(owner, {[name]: spec}, {[name]: field.value}, layers)[name]);
      field.setCustomValidity("");
    } catch (error) {
      field.setCustomValidity(reasonOf(error));
      field.reportValidity();
    }
  });
  return h("label", {}, `${label} `, field);
}

function withHint(input: HTMLElement, about: string): HTMLElement {
  return h("div", {class: "option-input"}, input, h("small", {}, about));
}
