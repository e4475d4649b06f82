/** What two sides of the figures about HAI are compared by. */
import {proceed, type Answer} from "../../site/cache.js";
import type {View} from "../../site/feed.js";
import {median} from "../../analysis/arrays.js";
import {onPatches, type Compare} from "../side/comparison.js";
import {haiChoice, integrate} from "./integrate.js";
import {gatheredOf, gatheredNames} from "./integration.js";
import {ends, sumMeasures, sumsOf} from "./sinkhorn.js";

const titles = {masked: "one layer, masked", sum: "the sum, Eq. 9", weights: "integrated, Eq. 10"} as const;

/** What the pinned token draws from. */
export const compareIntegration: Compare = (a, b) => ({
  quantities: gatheredNames.map((name) => ({
    id: name,
    label: titles[name],
    unit: "times uniform",
    of: (view) => proceed(gatheredOf(view), (values) => onPatches(view, values[name]))
  })),
  numbers: () =>
    against(a, b, (view) =>
      proceed(integrate(view), ({steps}) => (view.target === null ? NaN : after(view, steps).sources[view.target]))
    )
});

/** Sums of rows and columns, and how many patches each draws from. */
export const compareSums: Compare = (a, b) => ({
  quantities: sumMeasures.flatMap(({key, title}) =>
    ends.map((when) => ({
      id: `${key}_${when}`,
      label: `${title}, ${when}`,
      unit: key === "sources" ? "patches" : "times the mean",
      of: (view) => proceed(integrate(view), ({steps}) => onPatches(view, sumsOf(steps, haiChoice(view), key, when)))
    }))
  ),
  numbers: () => against(a, b, (view) => proceed(integrate(view), ({steps}) => median(after(view, steps).sources)))
});

function after<T>(view: View, steps: readonly T[]): T {
  return steps[Math.min(steps.length - 1, 2 * haiChoice(view).rounds)];
}

/** "43 against 61 sources of a patch". */
function against(a: View, b: View, sources: (view: View) => Answer<number>): Answer<string | undefined> {
  return proceed(sources(a), (one) =>
    proceed(sources(b), (other) =>
      Number.isNaN(one + other)
        ? undefined
        : `A patch draws from ${Math.round(one)} against ${Math.round(other)} patches`
    )
  );
}
