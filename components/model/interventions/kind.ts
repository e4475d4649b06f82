/** Interventions: changes that a run makes to a network on purpose, declared as data with the nodes that they add. */
import {formatOption, readOptions, type OptionSpecs, type OptionValues, type ValuesOf} from "../../analysis/options.js";
import type {Grid} from "../../records/record.js";
import type {Change} from "../change.js";
import type {Geometry} from "../geometry.js";
import type {Graph, Value} from "../graph.js";

/** The number of an intervention as a graph reads it: a constant, or an input where a sweep varies it. */
export type Amount = (g: Graph) => Value;

/** A neuron of a layer, and the patches where it is changed; all where none is named. */
export interface Spot {
  index: number;
  patches: readonly number[];
}

/** A spot as a graph reads it: marks of the M neurons and of the N patches, 1 where it is meant. */
export type SpotInput = (g: Graph, sizes: readonly [neurons: number, patches: number]) => {column: Value; rows: Value};

/** Tokens of another photo, patches × D, and the grid that they are from. */
export interface Donor {
  grid: Grid;
  rows: Float32Array;
}

/** What a change needs besides its values. */
export interface Tools {
  /** The value of the kind's `amount`. */
  amount: Amount;
  /** Where the change is made; absent where its values say so. */
  spot?: SpotInput;
  /** x_l of the same patches of another photo; for kinds that name one. */
  donor?: Donor;
}

interface Description<S extends OptionSpecs> {
  /** The first word of its text: "head". */
  name: string;
  /** As a menu has it: "scale a head". */
  title: string;
  /** One sentence: what it changes. */
  about: string;
  /**
   * How it is written after its name: `{option}` stands for a value, and a part in brackets is left out where its options
   * have their defaults.
   */
  form: string;
  /** The text of one, as errors and help show it. */
  example: string;
  options: S;
}

interface Declaration<S extends OptionSpecs> extends Description<S> {
  /** The option that sliders and sweeps vary. */
  amount?: keyof S & string;
  /** What one graph may read as inputs, so that changes that differ in it alone share a session. */
  spot?(values: ValuesOf<S>): Spot | undefined;
  /** @throws RangeError for values that the model or each other do not allow */
  check?(values: ValuesOf<S>, geometry: Geometry): void;
  change(values: ValuesOf<S>, tools: Tools): Omit<Change, "text">;
}

/** A kind of intervention. */
export interface InterventionKind<S extends OptionSpecs = OptionSpecs> extends Description<S> {
  amount?: string;
  /** @throws RangeError that shows how it is written, or names the value that does not fit */
  read(text: string): Intervention;
  spot(values: OptionValues): Spot | undefined;
  /** Its text. */
  write(values: OptionValues): string;
  /** @throws RangeError for values that the model does not allow */
  check(values: OptionValues, geometry: Geometry): void;
  change(values: OptionValues, tools: Tools): Change;
}

/** One intervention: its kind and every value. */
export interface Intervention {
  kind: string;
  values: OptionValues;
}

/** Declares a kind. A new one is a file in this folder and a line in `index.ts`. */
export function defineKind<S extends OptionSpecs>(declaration: Declaration<S>): InterventionKind<S> {
  const {name, options, form, example, check, change, spot, amount, ...rest} = declaration;
  const pattern = patternOf(name, form, options);
  const complete = (values: OptionValues, layers?: number) => readOptions(name, options, values, layers);
  const write = (values: OptionValues) => `${name} ${written(form, options, complete(values))}`;
  return {
    name,
    options,
    form,
    example,
    amount,
    ...rest,
    write,
    read(text) {
      const found = pattern.exec(text);
      if (!found) throw new RangeError(`“${text}”: write it as ${usage(name, form)}, such as “${example}”.`);
      return {kind: name, values: complete(found.groups ?? {})};
    },
    spot: (values) => spot?.(complete(values)),
    check(values, geometry) {
      check?.(complete(values, geometry.layers), geometry);
    },
    change: (values, tools) => ({text: write(values), ...change(complete(values), tools)})
  };
}

/** How a kind is written, for help: `head LAYER.HEAD xSCALE`. */
export function usage(name: string, form: string): string {
  return `${name} ${form.replaceAll(/\{(\w+)\}/g, (_, option: string) => option.toUpperCase())}`;
}

function patternOf(name: string, form: string, options: OptionSpecs): RegExp {
  const source = form.replaceAll(/\{(\w+)\}|\[|\]|[^[\]{}]+/g, (part, option?: string) => {
    if (option !== undefined) return `(?<${option}>${options[option].kind === "text" ? ".+" : "\\S+?"})`;
    return part === "[" ? "(?:" : part === "]" ? ")?" : part.replaceAll(/[.*+?^$()|\\]/g, "\\$&");
  });
  return new RegExp(`^${name} ${source}$`, "u");
}

function written(form: string, options: OptionSpecs, values: OptionValues): string {
  const filled = (text: string) => text.replaceAll(/\{(\w+)\}/g, (_, option: string) => formatOption(values[option]));
  const isDefault = (option: string) => formatOption(values[option]) === formatOption(options[option].default);
  return filled(
    form.replaceAll(/\[([^\]]*)\]/g, (_, part: string) =>
      Array.from(part.matchAll(/\{(\w+)\}/g), ([, option]) => option).every(isDefault) ? "" : part
    )
  );
}
