import {attentionEntropy} from "../entropy.js";
import type {Numbers} from "../arrays.js";
import {above} from "./detection.js";
import {defineDetector, type Detector, type Evidence} from "./detector.js";
import {parseExpression, type Quantity} from "./expression.js";

/** What a detector's name begins with where an expression follows. */
export const expressionMark = "expr:";

/** What of a layer each quantity is made of. */
export const evidenceFor: Readonly<Record<Quantity, readonly (keyof Evidence)[]>> = {
  cls: ["heads", "classRows"],
  self: ["heads", "diagonals"],
  margin: ["heads", "classRows", "diagonals"],
  norm: ["norms"],
  received: ["map"],
  entropy: ["map"]
};

/** What all tests of a reader's have in common. A patch is in the set where the value is above 0. */
export const ownTest = {
  name: "expr",
  label: "Your test",
  about: "an expression over one layer",
  source: "the reader",
  unit: {label: "value of the expression", signed: true},
  colour: "#d6409f",
  dash: "1 3"
} as const;

/**
 * A reader's expression as a detector: a patch is in the set where it is true, or greater than 0, and its value is the
 * score.
 *
 * @throws ExpressionError with the column of what cannot be read
 */
export function expressionDetector(text: string): Detector {
  const expression = parseExpression(text.trim());
  const needs = [...new Set(["grid" as const, ...[...expression.needs].flatMap((name) => evidenceFor[name])])];
  return defineDetector({
    ...ownTest,
    title: expression.text,
    reading: `A patch is in the set where ${expression.text} is true.`,
    needs,
    options: {},
    caption: () => expression.text,
    detect(evidence) {
      const scores = expression.evaluate(quantitiesOf(evidence, expression.needs), evidence.grid);
      return {scores, outliers: above(scores, 0)};
    }
  });
}

function quantitiesOf(evidence: Evidence, names: ReadonlySet<Quantity>): Partial<Record<Quantity, Numbers>> {
  return Object.fromEntries([...names].map((name) => [name, quantityOf(evidence, name)]));
}

function quantityOf(evidence: Evidence, name: Quantity): Numbers {
  const {heads, classRows, diagonals, norms, map, grid} = evidence;
  const patches = grid[0] * grid[1];
  switch (name) {
    case "cls":
      return overHeads(classRows, heads, patches);
    case "self":
      return overHeads(diagonals, heads, patches);
    case "margin": {
      const self = overHeads(diagonals, heads, patches);
      return overHeads(classRows, heads, patches).map((value, i) => value - self[i]);
    }
    case "norm":
      return norms;
    case "received": {
      const tokens = Math.round(Math.sqrt(map.length));
      const sums = new Float64Array(tokens);
      for (let cell = 0; cell < map.length; ++cell) sums[cell % tokens] += map[cell] / tokens;
      return sums.subarray(tokens - patches);
    }
    case "entropy": {
      const tokens = Math.round(Math.sqrt(map.length));
      return attentionEntropy({tokens, values: map}).subarray(tokens - patches);
    }
  }
}

function overHeads(values: Numbers, heads: number, patches: number): Float64Array {
  const mean = new Float64Array(patches);
  for (let cell = 0; cell < heads * patches; ++cell) mean[cell % patches] += values[cell] / heads;
  return mean;
}
