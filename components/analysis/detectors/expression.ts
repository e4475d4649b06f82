/** A test of the reader's own: an expression over one layer, parsed to a tree and never run as code. */
import jsep from "jsep";
import {descending, median, type Numbers} from "../arrays.js";
import {neighbours} from "../grid.js";
import type {Grid} from "../../records/record.js";
import {MAD_TO_SIGMA} from "./mad.js";

/** What an expression may name: a number a patch, in the layer's own units. */
export const quantities = {
  cls: "attention from the class token, mean over heads",
  self: "attention to itself, mean over heads",
  margin: "cls - self",
  norm: "token norm",
  received: "attention received, mean over tokens and heads",
  entropy: "entropy of its attention, 0 to 1"
} as const;
export type Quantity = keyof typeof quantities;

/** What an expression may call: each gives a number a patch. */
export const functions = {
  rank: "1 for the largest value of the layer",
  median: "the layer's median",
  mad: "robust z-score: distance from the median in 1.4826 median absolute deviations",
  neighbours: "the mean over the up to eight patches around",
  abs: "the size without its sign",
  log: "the natural logarithm"
} as const;

/** An expression that cannot be read; its message points at the column. */
export class ExpressionError extends RangeError {
  override name = "ExpressionError";
}

type Node =
  | {type: "number"; value: number}
  | {type: "quantity"; name: Quantity}
  | {type: "call"; name: keyof typeof functions; argument: Node}
  | {type: "unary"; operator: string; argument: Node}
  | {type: "binary"; operator: string; left: Node; right: Node};

/** An expression that was read. */
export interface Expression {
  text: string;
  /** The quantities that it names. */
  needs: ReadonlySet<Quantity>;
  /** A number a patch; true is 1 and false 0. */
  evaluate(known: Readonly<Partial<Record<Quantity, Numbers>>>, grid: Grid): Float64Array;
}

const unary: Readonly<Record<string, (a: number) => number>> = {"-": (a) => -a, "+": (a) => a, "!": (a) => Number(!a)};
const binary: Readonly<Record<string, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "<": (a, b) => Number(a < b),
  ">": (a, b) => Number(a > b),
  "<=": (a, b) => Number(a <= b),
  ">=": (a, b) => Number(a >= b),
  "==": (a, b) => Number(a === b),
  "!=": (a, b) => Number(a !== b),
  "&&": (a, b) => Number(a !== 0 && b !== 0),
  "||": (a, b) => Number(a !== 0 || b !== 0)
};

/** Longer expressions are refused, before they are read. */
export const longestExpression = 400;

/**
 * Reads an expression, such as `cls > 1.5 * self && rank(cls) <= 10`.
 *
 * @throws ExpressionError with the column of what cannot be read
 */
export function parseExpression(text: string): Expression {
  if (text.length > longestExpression)
    throw new ExpressionError(`The expression is longer than ${longestExpression} characters.`);
  let parsed: jsep.Expression;
  try {
    parsed = jsep(text);
  } catch (cause) {
    const {description, index = 0} = cause as {description?: string; index?: number};
    throw new ExpressionError(`column ${index + 1}: ${description ?? "it cannot be read"}.`, {cause});
  }
  const needs = new Set<Quantity>();
  const tree = convert(parsed, text, needs);
  return {text, needs, evaluate: (known, grid) => evaluate(tree, known, grid)};
}

function convert(node: jsep.Expression, text: string, needs: Set<Quantity>): Node {
  const next = (part: unknown) => convert(part as jsep.Expression, text, needs);
  switch (node.type) {
    case "Literal":
      if (typeof node.value === "number") return {type: "number", value: node.value};
      return refuse(text, String(node.raw), "only numbers are known here");
    case "Identifier": {
      const name = String(node.name);
      if (!Object.hasOwn(quantities, name))
        return refuse(
          text,
          wordAt(name, false),
          `${name} is not known; known are ${Object.keys(quantities).join(", ")}`
        );
      needs.add(name as Quantity);
      return {type: "quantity", name: name as Quantity};
    }
    case "CallExpression": {
      const name = String((node.callee as jsep.Expression).name);
      const given = node.arguments as jsep.Expression[];
      if (!Object.hasOwn(functions, name))
        return refuse(
          text,
          wordAt(name, true),
          `${name} is no function; known are ${Object.keys(functions).join(", ")}`
        );
      if (given.length !== 1)
        return refuse(text, wordAt(name, true), `${name} takes one value and has ${given.length}`);
      return {type: "call", name: name as keyof typeof functions, argument: next(given[0])};
    }
    case "UnaryExpression":
      if (!Object.hasOwn(unary, String(node.operator))) return refuse(text, String(node.operator), "no known operator");
      return {type: "unary", operator: String(node.operator), argument: next(node.argument)};
    case "BinaryExpression":
      if (!Object.hasOwn(binary, String(node.operator)))
        return refuse(text, String(node.operator), "no known operator");
      return {type: "binary", operator: String(node.operator), left: next(node.left), right: next(node.right)};
    case "Compound":
      return refuse(text, "", (node.body as unknown[]).length ? "one expression is needed" : "it is empty");
    default:
      return refuse(text, "", "numbers, quantities, functions and operators are known");
  }
}

/** A name as a whole word, as a function that is called or as a quantity. */
function wordAt(name: string, called: boolean): RegExp {
  return new RegExp(`(?<![\\w$])${name.replaceAll("$", "\\$")}(?![\\w$])${called ? "(?=\\s*\\()" : "(?!\\s*\\()"}`);
}

/** @param part what is wrong, whose first place is named */
function refuse(text: string, part: string | RegExp, reason: string): never {
  const place = typeof part === "string" ? text.indexOf(part) : text.search(part);
  throw new ExpressionError(`column ${Math.max(0, place) + 1}: ${reason}.`);
}

function evaluate(node: Node, known: Readonly<Partial<Record<Quantity, Numbers>>>, grid: Grid): Float64Array {
  const patches = grid[0] * grid[1];
  const of = (part: Node) => evaluate(part, known, grid);
  switch (node.type) {
    case "number":
      return new Float64Array(patches).fill(node.value);
    case "quantity": {
      const values = known[node.name];
      if (!values) throw new Error(`${node.name} is not known of this layer.`);
      return Float64Array.from(values);
    }
    case "unary":
      return of(node.argument).map(unary[node.operator]);
    case "binary": {
      const right = of(node.right);
      return of(node.left).map((value, i) => binary[node.operator](value, right[i]));
    }
    case "call":
      return called(node.name, of(node.argument), grid);
  }
}

/** How many values are larger, and 1; NaN has no rank. */
function ranks(values: Float64Array): Float64Array {
  const ranked = new Float64Array(values.length).fill(NaN);
  const order = descending(values).filter((i) => !Number.isNaN(values[i]));
  order.forEach((i, place) => {
    const before = order[place - 1];
    ranked[i] = place > 0 && values[before] === values[i] ? ranked[before] : place + 1;
  });
  return ranked;
}

function called(name: keyof typeof functions, values: Float64Array, grid: Grid): Float64Array {
  switch (name) {
    case "rank":
      return ranks(values);
    case "median":
      return values.map(() => 0).fill(median(values));
    case "mad": {
      const centre = median(values);
      const spread = MAD_TO_SIGMA * median(values.map((value) => Math.abs(value - centre)));
      return values.map((value) => (value === centre ? 0 : (value - centre) / spread));
    }
    case "neighbours":
      return values.map((_, i) => {
        const around = neighbours(grid, i);
        return around.reduce((sum, j) => sum + values[j], 0) / around.length;
      });
    case "abs":
      return values.map(Math.abs);
    case "log":
      return values.map(Math.log);
  }
}
