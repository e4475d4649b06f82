import type {Numbers} from "../arrays.js";
import {above, greatest, type Detection} from "./detection.js";
import {choice, countOr, number, type ValuesOf} from "../options.js";
import {defineDetector} from "./detector.js";

/**
 * How the heads' maps become one verdict.
 * - `mean`: average over heads, then test (the paper's single map; what the released code does)
 * - `any`: the test holds in at least one head
 * - `vote`: the test holds in more than half of the heads
 */
export type Heads = "mean" | "any" | "vote";

export interface SomOptions {
  /** Multiplies the class token's attention. The paper: 1. The released code: 1.5. */
  factor?: number;
  /** Keep at most so many, those with the largest factor · a_ci. The paper: no cap. The released code: 10. */
  cap?: number;
  heads?: Heads;
}

/** One layer's attention as SOM reads it, patches only, H × N each; H = 1 for a map already averaged over heads. */
export interface ClassAndSelf {
  /** a_ci: from the class token to patch i. */
  classRows: Numbers;
  /** a_ii: from patch i to itself. */
  diagonals: Numbers;
  heads: number;
}

/**
 * SFP Eq. 4: S = {i : a_ii < factor · a_ci}, strictly. The score is the margin factor · a_ci − a_ii of the mean map;
 * with `any` the largest of the heads' margins, with `vote` the largest that more than half of the heads reach. So in
 * every mode, before the cap, S is exactly where the score is positive. Computed in float64: a patch whose margin is
 * near 1e-8 may fall on the other side in a float32 graph.
 */
export function som(
  {classRows, diagonals, heads: count}: ClassAndSelf,
  {factor = 1, cap = Infinity, heads = "mean"}: SomOptions = {}
): Detection {
  const patches = count > 0 ? classRows.length / count : 0;
  const scores = new Float64Array(patches);
  const strength = new Float64Array(patches); // factor · a_ci, mean over heads: what the cap ranks by
  const margins = new Float64Array(count);
  for (let i = 0; i < patches; ++i) {
    let self = 0;
    for (let h = 0; h < count; ++h) {
      const toPatch = classRows[h * patches + i];
      const toSelf = diagonals[h * patches + i];
      strength[i] += toPatch / count;
      self += toSelf / count;
      margins[h] = factor * toPatch - toSelf;
    }
    strength[i] *= factor;
    scores[i] = heads === "mean" ? strength[i] - self : reached(margins, heads);
  }
  return {scores, outliers: greatest(strength, cap, above(scores, 0))};
}

/** The largest margin reached by enough heads to decide. */
function reached(margins: Float64Array, heads: Heads): number {
  if (margins.some(Number.isNaN)) return NaN;
  const ascending = margins.toSorted();
  switch (heads) {
    case "any":
      return ascending[ascending.length - 1];
    case "vote":
      return ascending[ascending.length - 1 - Math.floor(ascending.length / 2)];
  }
  throw new Error(`invalid heads: ${heads}`);
}

export const somOptions = {
  factor: number({
    least: 0,
    slider: 3,
    step: 0.05,
    default: 1,
    about: "m in a_ii < m · a_ci: multiplies the class token's attention; the paper: 1, its code: 1.5",
    label: "Factor m"
  }),
  cap: countOr("none", {
    least: 1,
    slider: 60,
    default: "none",
    about: "most outliers a layer, those with the most attention from the class token; the paper: none, its code: 10",
    label: "At most"
  }),
  heads: choice({
    values: ["mean", "any", "vote"],
    about: "the test on the mean over heads as in the paper, in at least one head, or in more than half",
    label: "Heads"
  })
};

export const somDetector = defineDetector({
  name: "som",
  label: "SOM",
  title: "class against self",
  about: "Eq. 4: a patch that attends to itself less than the class token attends to it",
  source: "SFP, Eq. 4",
  reading: "SOM looks at attention and may find none.",
  unit: {label: "margin, times uniform", shown: "times keys", signed: true},
  colour: "#ff725c",
  needs: ["heads", "classRows", "diagonals"],
  options: somOptions,
  detect: (evidence, options) => som(evidence, readSom(options)),
  caption: ({factor, cap, heads}) =>
    [`factor ${factor}`, cap === "none" ? "no cap" : `at most ${cap}`, decisionName(heads)].join(", ")
});

function readSom({cap, ...options}: ValuesOf<typeof somOptions>): SomOptions {
  return {...options, cap: cap === "none" ? Infinity : cap};
}

/** How captions name the way in which heads decide. */
export function decisionName(heads: Heads): string {
  switch (heads) {
    case "mean":
      return "mean over heads";
    case "vote":
      return "most heads decide, each patch at the head that decides";
    case "any":
      return "any head decides, each patch at its greatest margin";
  }
  throw new Error(`invalid heads: ${heads satisfies never}`);
}
