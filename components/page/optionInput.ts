import type {ChoiceSpec, NumberSpec, OptionSpec} from "../analysis/options.js";
import type {Drawing} from "../ui/drawing.js";
import {menu, segmented, slider} from "../ui/inputs.js";

/** As many choices as stand side by side; more go into a menu. */
const sideBySide = 3;

/** Where a slider ends when its option has no end. */
const openEnd = 10;

interface OptionInputOptions<V> {
  spec: OptionSpec;
  /** Shown where the declaration has no label. */
  name: string;
  value: V;
  onChange: (value: V) => void;
}

type OptionInput = Drawing<{value: string | number}>;

/** An input for one option, made from its declaration: choices side by side or in a menu, numbers as a slider. */
export function optionInput({spec, name, value, onChange}: OptionInputOptions<string | number>): OptionInput {
  const label = spec.label ?? name.replaceAll("_", " ");
  switch (spec.kind) {
    case "choice":
      return choiceInput(label, spec, String(value), onChange);
    case "number":
      return numberInput(label, spec, value, onChange);
    default:
      throw new Error(`${name}: an option of kind ${spec.kind} has no input here.`);
  }
}

function choiceInput(
  label: string,
  {values, about}: ChoiceSpec,
  value: string,
  onChange: (value: string) => void
): OptionInput {
  const options = values.map((each) => ({value: each, label: each, hint: about}));
  const kind = options.length <= sideBySide ? segmented<string> : menu<string>;
  const input = kind({label, options, value, onChange});
  const {update} = input;
  return Object.assign(input, {
    update: (change: {value?: string | number}) => {
      if (change.value !== undefined) update({value: String(change.value)});
    }
  });
}

/** A word beside the numbers, such as "none", stands at the slider's foot. */
function numberInput(
  label: string,
  {least, most, slider: end, integer, step, word, unit = "", about}: NumberSpec,
  value: string | number,
  onChange: (value: string | number) => void
): OptionInput {
  const foot = word === undefined ? least : least - 1;
  const shown = (given: string | number) =>
    typeof given === "number" ? {value: given, suffix: unit} : {value: foot, suffix: given};
  const input = slider({
    label,
    least: foot,
    most: end ?? Math.min(most ?? openEnd, openEnd),
    step: step ?? (integer ? 1 : 0.05),
    hint: about,
    ...shown(value),
    onChange: (next) => onChange(word !== undefined && next < least ? word : next)
  });
  const {update} = input;
  return Object.assign(input, {
    update: (change: {value?: string | number}) => {
      if (change.value !== undefined) update(shown(change.value));
    }
  });
}
