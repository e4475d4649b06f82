/** Every kind of intervention, lists of them as texts, and models that they change. */
import type {Change} from "../change.js";
import type {Geometry} from "../geometry.js";
import type {Model} from "../model.js";
import {head} from "./head.js";
import {
  usage,
  type Amount,
  type Donor,
  type Intervention,
  type InterventionKind,
  type Spot,
  type SpotInput
} from "./kind.js";
import {neuron} from "./neuron.js";
import {registers} from "./registers.js";
import {somIntervention} from "./som.js";
import {token} from "./token.js";

export type {Intervention, InterventionKind} from "./kind.js";

const all: readonly InterventionKind[] = [head, neuron, token, somIntervention, registers];

/** Every kind by its name. */
export const interventionKinds: Readonly<Record<string, InterventionKind>> = Object.fromEntries(
  all.map((kind) => [kind.name, kind])
);

/** How each kind is written, a line each: for help and errors. */
export const usages: readonly string[] = all.map(({name, form}) => usage(name, form));

/**
 * A list of interventions, separated by semicolons: `head 3.2 x0; neuron 9.77 set 0 @ 45`.
 *
 * @param geometry of the model, where it is known: numbers are then checked against its sizes
 * @throws RangeError that says how a part is written, or which number does not fit
 */
export function parseInterventions(text: string, geometry?: Geometry): Intervention[] {
  const parts = text
    .split(/[;\n]/)
    .map(plain)
    .filter((part) => part !== "");
  return parts.map((part) => {
    const name = part.split(" ")[0];
    if (!Object.hasOwn(interventionKinds, name))
      throw new RangeError(`“${part}”: there is no intervention ${name}; known are ${usages.join("; ")}.`);
    const found = interventionKinds[name].read(part);
    if (geometry) interventionKinds[name].check(found.values, geometry);
    return found;
  });
}

/** One blank between words, around @ and =, and none after commas. */
function plain(text: string): string {
  return text
    .replaceAll(/\s*([@=])\s*/g, " $1 ")
    .replaceAll(/\s*,\s*/g, ",")
    .trim()
    .replaceAll(/\s+/g, " ");
}

/** Their text: what `parseInterventions` reads. */
export function formatInterventions(list: readonly Intervention[]): string {
  return list.map(({kind, values}) => interventionKinds[kind].write(values)).join("; ");
}

/** What some interventions need besides a model. */
interface Given {
  /** The tokens of other photos, by the place of the intervention that names one in the list. */
  donors?: ReadonlyMap<number, Donor>;
  /**
   * The graph's inputs stand for what lists may differ in: "amounts", the numbers of `amountsOf`, and "columns" and
   * "rows", a row for each of `spotsOf`.
   */
  asInputs?: boolean;
}

/**
 * The model with interventions: whatever is run on it runs on the changed network. Without any it is the same model.
 *
 * @throws RangeError for numbers that the model does not have
 */
export function withInterventions<M extends Model>(model: M, list: readonly Intervention[], given: Given = {}): M {
  if (!list.length) return model;
  const counts = {amounts: amountsOf(list).length, spots: spotsOf(list).length};
  const next = {amount: 0, spot: 0};
  const changes = list.map(({kind: name, values}, place): Change => {
    const kind = interventionKinds[name];
    kind.check(values, model.geometry);
    const asInput = given.asInputs && kind.amount !== undefined;
    return kind.change(values, {
      amount: asInput ? fromInput(next.amount++, counts.amounts) : constant(kind, values),
      spot: given.asInputs && kind.spot(values) ? spotInput(next.spot++, counts.spots) : undefined,
      donor: given.donors?.get(place)
    });
  });
  if (changes.filter((change) => change.registers).length > 1)
    throw new RangeError("registers: give them once; one list may name several neurons.");
  return {...model, changes: [...(model.changes ?? []), ...changes]};
}

/** The numbers that sweeps vary, of those interventions that have one, in the list's order. */
export function amountsOf(list: readonly Intervention[]): number[] {
  return list.flatMap(({kind, values}) => {
    const {amount} = interventionKinds[kind];
    return amount === undefined ? [] : [Number(values[amount])];
  });
}

/** Where neurons are changed, of those interventions for which a graph reads it, in the list's order. */
export function spotsOf(list: readonly Intervention[]): Spot[] {
  return list.flatMap(({kind, values}) => interventionKinds[kind].spot(values) ?? []);
}

function constant({amount}: InterventionKind, values: Intervention["values"]): Amount {
  return (g) => g.scalar(amount === undefined ? 0 : Number(values[amount]));
}

function fromInput(place: number, count: number): Amount {
  return (g) => g.slice(g.input("amounts", [count]), 0, place, place + 1);
}

function spotInput(place: number, count: number): SpotInput {
  return (g, [neurons, patches]) => {
    const row = (name: string, width: number) =>
      g.reshape(g.slice(g.input(name, [count, width]), 0, place, place + 1), width);
    return {column: row("columns", neurons), rows: row("rows", patches)};
  };
}
