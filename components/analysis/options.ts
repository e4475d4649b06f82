/**
 * Options: declared as data, read from words, shown in captions. Methods and detectors declare theirs with them, and the
 * types of the values follow from the declaration.
 */

/** One neuron: an entry of the hidden layer of a block's MLP. */
export interface Neuron {
  /** The block, 1-based. */
  layer: number;
  /** 0-based. */
  index: number;
}

/** What every option says besides its values. */
interface Common {
  /** One line: what it decides. */
  about: string;
  /** The same in a few words, for the margin of a figure. */
  label?: string;
  /** Whether the blocks before the last compute something else with it, so that a picture has to run again. */
  trunk?: boolean;
  /** What the measured report tries besides the default, one value at a time. */
  sweep?: readonly string[];
}

/** One word of several. */
export interface ChoiceSpec<V extends string = string> extends Common {
  kind: "choice";
  values: readonly V[];
  default: V;
  /** What a value sets of the other options, where those are not given. */
  sets?: Readonly<Partial<Record<V, GivenOptions>>>;
}

/** A number in a range, or a word that stands beside the numbers. */
export interface NumberSpec<W extends string = string> extends Common {
  kind: "number";
  least: number;
  most?: number;
  /** Written after the number: "σ". */
  unit?: string;
  /** What a slider moves by. Default: 1 for whole numbers, else 0.05. */
  step?: number;
  /** Where a slider ends, if not at `most`. */
  slider?: number;
  integer?: boolean;
  word?: W;
  default: number | W;
}

/** A layer of the model, 1-based. */
export interface LayerSpec extends Common {
  kind: "layer";
  /** Whether it may be the model's last layer. */
  last: boolean;
  default: number;
}

/** Numbers, joined by commas. */
export interface NumbersSpec extends Common {
  kind: "numbers";
  least: number;
  integer?: boolean;
  default: readonly number[];
}

/** Neurons as `layer:index`, joined by commas. */
export interface NeuronsSpec extends Common {
  kind: "neurons";
  default: readonly Neuron[];
}

/** A name or a path, as it is. */
export interface TextSpec extends Common {
  kind: "text";
  default: string;
}

export type OptionSpec = ChoiceSpec | NumberSpec | LayerSpec | NumbersSpec | NeuronsSpec | TextSpec;

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** What an option may be. */
export type OptionValue = OptionSpec["default"];

/** An option set by its declaration: every declared name has a value. */
export type ValuesOf<S extends OptionSpecs> = {-readonly [K in keyof S]: S[K]["default"]};

/** An option set of any method. */
export type OptionValues = Record<string, OptionValue>;

/** Given values, by name, as words or as what they mean. */
export type GivenOptions = Readonly<Record<string, OptionValue | undefined>>;

/** A choice; the first value is the default. */
export function choice<const V extends string>(
  spec: Common & {values: readonly [V, ...V[]]} & Pick<ChoiceSpec<V>, "sets">
): ChoiceSpec<V> {
  return {kind: "choice", default: spec.values[0], ...spec};
}

/** A number. */
export function number(spec: Omit<NumberSpec<never>, "kind" | "word">): NumberSpec<never> {
  return {kind: "number", ...spec};
}

/** A whole number. */
export function count(spec: Omit<NumberSpec<never>, "kind" | "word" | "integer">): NumberSpec<never> {
  return {kind: "number", integer: true, ...spec};
}

/** A whole number, or a word such as "none". */
export function countOr<const W extends string>(
  word: W,
  spec: Omit<NumberSpec<W>, "kind" | "word" | "integer">
): NumberSpec<W> {
  return {kind: "number", integer: true, word, ...spec};
}

/** A layer before the last one, or with `last` any. */
export function layer({last = false, ...spec}: Omit<LayerSpec, "kind" | "last"> & {last?: boolean}): LayerSpec {
  return {kind: "layer", last, ...spec};
}

/** A list of numbers. */
export function numbers(spec: Omit<NumbersSpec, "kind">): NumbersSpec {
  return {kind: "numbers", ...spec};
}

/** A list of neurons. */
export function neurons(spec: Omit<NeuronsSpec, "kind">): NeuronsSpec {
  return {kind: "neurons", ...spec};
}

/** A name or a path. */
export function text(spec: Omit<TextSpec, "kind">): TextSpec {
  return {kind: "text", ...spec};
}

/**
 * Completes given options with the defaults.
 *
 * @param owner named in errors: "sfp"
 * @param layers of the model; without it layer numbers are not held to its depth
 * @throws RangeError listing what is known, for an unknown name or value
 */
export function readOptions<S extends OptionSpecs>(
  owner: string,
  specs: S,
  given: GivenOptions = {},
  layers = Infinity
): ValuesOf<S> {
  for (const name of Object.keys(given))
    if (!Object.hasOwn(specs, name))
      throw new RangeError(`${owner} has no option ${name}; it has ${Object.keys(specs).join(", ") || "none"}.`);
  const preset = presetOf(specs, given);
  return Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => {
      const value = readOption(owner, name, spec, given[name] ?? preset[name] ?? spec.default);
      return [name, withinDepth(owner, name, spec, value, layers)];
    })
  ) as ValuesOf<S>;
}

/** What given choices set of other options. */
function presetOf(specs: OptionSpecs, given: GivenOptions): GivenOptions {
  return Object.entries(specs).reduce<GivenOptions>((all, [name, spec]) => {
    const value = given[name];
    const own = spec.kind === "choice" && value !== undefined ? spec.sets?.[formatOption(value)] : undefined;
    return own ? {...all, ...own} : all;
  }, {});
}

/** What a switch may be called besides `on` and `off`. */
const switchWords: Readonly<Record<string, string>> = {true: "on", false: "off"};

function readOption(owner: string, name: string, spec: OptionSpec, value: OptionValue): OptionValue {
  const text = formatOption(value);
  const refuse = (what: string): never => {
    throw new RangeError(`${owner}: ${name}=${text} does not fit; ${name} is ${what}.`);
  };
  switch (spec.kind) {
    case "choice":
      if (spec.values.includes(text)) return text;
      if (spec.values.includes("on") && Object.hasOwn(switchWords, text)) return switchWords[text];
      throw new RangeError(`${owner}: ${name}=${text} is not known; ${name} is one of ${spec.values.join(", ")}.`);
    case "number": {
      if (text === spec.word) return text;
      return readNumber(text, spec) ?? refuse(`${spec.word ? `${spec.word} or ` : ""}a ${range(spec)}`);
    }
    case "layer":
      return readNumber(text, {least: 1, integer: true}) ?? refuse("the number of a layer");
    case "numbers": {
      const list = parts(text).map((part) => readNumber(part, spec));
      return list.every((each) => each !== undefined)
        ? list
        : refuse(`a list of numbers such as 1,2, each a ${range(spec)}`);
    }
    case "text":
      return text;
    case "neurons":
      return parts(text).map((part) => readNeuron(part) ?? refuse("a list of layer:index pairs, such as 3:25,3:0"));
  }
}

/** The parts of a list; none of an empty text or the word none. */
function parts(text: string): string[] {
  return ["", "none"].includes(text.trim()) ? [] : text.split(",");
}

interface Range {
  least: number;
  most?: number;
  integer?: boolean;
}

function readNumber(text: string, {least, most = Infinity, integer = false}: Range): number | undefined {
  const value = text.trim() === "" ? NaN : Number(text);
  const fits = value >= least && value <= most && Number.isFinite(value) && (!integer || Number.isSafeInteger(value));
  return fits ? value : undefined;
}

function readNeuron(text: string): Neuron | undefined {
  const [, at, index] = /^\s*(\d{1,4}):(\d{1,7})\s*$/.exec(text) ?? [];
  return Number(at) >= 1 ? {layer: Number(at), index: Number(index)} : undefined;
}

function range({least, most, integer}: Range): string {
  return `${integer ? "whole " : ""}number ${most === undefined ? `of ${least} or more` : `from ${least} to ${most}`}`;
}

/** @throws RangeError where a value names a layer that the model does not have, or not where it is meant */
function withinDepth(owner: string, name: string, spec: OptionSpec, value: OptionValue, layers: number): OptionValue {
  if (spec.kind === "layer") {
    const most = spec.last ? layers : layers - 1;
    if (Number(value) > most)
      throw new RangeError(
        `${owner}: ${name}=${formatOption(value)} does not fit; this model has layers 1 to ${most}${spec.last ? "" : " before its last"}.`
      );
  } else if (spec.kind === "neurons" && typeof value === "object") {
    const beyond = value.find((each) => typeof each === "object" && each.layer > layers);
    if (beyond !== undefined)
      throw new RangeError(
        `${owner}: ${name}=${formatOption([beyond])} does not fit; this model has layers 1 to ${layers}.`
      );
  }
  return value;
}

/** An option's value as it is written: lists joined by commas, neurons as `layer:index`. */
export function formatOption(value: OptionValue | readonly (number | Neuron)[]): string {
  if (typeof value !== "object") return String(value);
  if (!value.length) return "none";
  return value.map((each) => (typeof each === "object" ? `${each.layer}:${each.index}` : String(each))).join(",");
}

/** The values that differ from the defaults, as `key=value`, in the order declared. */
export function changedOptions(specs: OptionSpecs, values: GivenOptions): string[] {
  return Object.entries(specs).flatMap(([name, spec]) => {
    const text = formatOption(values[name] ?? spec.default);
    return text === formatOption(spec.default) ? [] : [`${name}=${text}`];
  });
}

/** A line an option: its name, what it may be and is by default, and what it decides. */
export function describeOptions(specs: OptionSpecs): string[] {
  return Object.entries(specs).map(([name, spec]) => {
    const values =
      spec.kind === "choice" ? spec.values.join("|") : spec.kind === "number" && spec.word ? `${spec.word}|N` : "N";
    return `${name}=${values} (default ${formatOption(spec.default)}): ${spec.about}`;
  });
}

/**
 * `key=value` words as a record.
 *
 * @throws RangeError for a word of another form
 */
export function keyValues(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf("=");
      if (at < 1) throw new RangeError(`-o ${word}: write it as KEY=VALUE.`);
      return [word.slice(0, at), word.slice(at + 1)];
    })
  );
}
