import {menu, segmented, slider} from "../../ui/inputs.js";
import {h} from "../../ui/dom.js";
import {methods} from "../../model/methods/index.js";
import {readOptions, type OptionSpec, type OptionValues} from "../../analysis/options.js";

/** As many choices as stand side by side; more go into a menu. */
const sideBySide = 3;

/** Where a slider ends when its option has no end. */
const sliderEnds: Readonly<Record<string, number>> = {factor: 3, lambda: 2, cap: 60};

export interface OptionInputsOptions {
  method: string;
  values: OptionValues;
  /** Layers of the model: options that name a layer end there. */
  layers: number;
  onChange: (values: OptionValues) => void;
}

/** Every option of a method as an input, made from the method's own declarations. */
export function optionInputs({method, values: given, layers, onChange}: OptionInputsOptions): HTMLElement {
  const specs = methods[method].options;
  let values = readOptions(method, specs, given);
  const inputs = Object.entries(specs).map(([name, spec]) =>
    optionInput(name, spec, values[name], layers, (value) => {
      values = {...values, [name]: value};
      onChange(Object.fromEntries(Object.entries(values).filter(([key, each]) => each !== specs[key].default)));
    })
  );
  return h("div", {class: "option-inputs"}, ...inputs);
}

function optionInput(
  name: string,
  spec: OptionSpec,
  value: string | number,
  layers: number,
  onChange: (value: string | number) => void
): HTMLElement {
  const label = name.replaceAll("_", " ");
  if (spec.kind === "choice") {
    const options = spec.values.map((each) => ({value: each, label: each, hint: spec.about}));
    const kind = options.length <= sideBySide ? segmented<string> : menu<string>;
    return withHint(kind({label, options, value: String(value), onChange}), spec.about);
  }
  // A word beside the numbers, such as "none", stands at the slider's foot.
  const foot = spec.word === undefined ? spec.least : spec.least - 1;
  const ofLayers = name === "l0" || name === "from";
  const input = slider({
    label,
    least: foot,
    most: ofLayers ? layers - 1 : (sliderEnds[name] ?? Math.min(spec.most ?? 10, 10)),
    step: spec.integer ? 1 : 0.05,
    value: typeof value === "number" ? value : foot,
    suffix: value === spec.word ? spec.word : "",
    hint: spec.about,
    onChange: (next) => {
      const word = spec.word !== undefined && next < spec.least;
      input.update({value: next, suffix: word ? spec.word : ""});
      onChange(word ? spec.word! : next);
    }
  });
  return withHint(input, spec.about);
}

function withHint(input: HTMLElement, about: string): HTMLElement {
  return h("div", {class: "option-input"}, input, h("small", {}, about));
}
