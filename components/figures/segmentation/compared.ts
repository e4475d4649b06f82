/** What two sides of the segmentation figure are compared by: each method's cosines with the chosen class. */
import {proceed, type Answer} from "../../site/cache.js";
import type {View} from "../../site/feed.js";
import {chosenClass} from "../features/features.js";
import {segmenters} from "../features/stages.js";
import {onPatches, type Compare, type Sheet} from "../side/comparison.js";
import {comparePairs} from "./agreement.js";
import {present, viewMasks, type Masks} from "./viewMasks.js";

/** Masks name classes, which have no difference with a sign: what decides between classes is compared. */
export const compareMasks: Compare = (a, b) => ({
  quantities: segmenters.map(({name, title}) => ({
    id: name,
    label: title,
    unit: "cosine to the class",
    of: (view) =>
      proceed(viewMasks(view), ({byName, asked}) =>
        onPatches(view, byName.get(name)?.heat[chosenClass(asked, view.selection.words.class)])
      )
  })),
  numbers: () => proceed(bothMasks(a, b), ([left, right]) => numbersOf(a, b, left, right)),
  note: "Cosines with one class’s words; “heat of a class” chooses which."
});

/** Which methods agree, in percent of patches. */
export const compareMethods: Compare = (a, b) => ({
  quantities: [
    {
      id: "same",
      label: "the same class",
      unit: "% of patches",
      table: ["method", "method"],
      of: (view) =>
        proceed(viewMasks(view), (masks): Sheet => {
          const names = present(masks).map(({title}) => title);
          const values = comparePairs(masks).map(({same}) => 100 * same);
          return {grid: [names.length, names.length], values, names: [names, names]};
        })
    }
  ],
  numbers: () => proceed(bothMasks(a, b), ([left, right]) => numbersOf(a, b, left, right))
});

function bothMasks(a: View, b: View): Answer<[Masks, Masks]> {
  return proceed(viewMasks(a), (left) => proceed(viewMasks(b), (right): [Masks, Masks] => [left, right]));
}

/** How many patches the first method that both have gives another class; for other words, the first of either. */
function numbersOf(a: View, b: View, left: Masks, right: Masks): string | undefined {
  const method = segmenters.find(({name}) => left.byName.has(name) && right.byName.has(name));
  if (!method || String(a.record.grid) !== String(b.record.grid)) return undefined;
  const [one, other] = [left, right].map(({byName, asked}) =>
    Array.from(byName.get(method.name)!.patches, (index) => asked.classes[index].name)
  );
  if (left.asked.words !== right.asked.words) {
    const first = [left, right].map(({asked}) => asked.classes[0].name);
    const found = [one, other].map((names, side) => names.filter((name) => name === first[side]).length);
    return `${method.title} finds “${first[0]}” in ${found[0]} and “${first[1]}” in ${found[1]} of ${one.length} patches`;
  }
  const differ = one.filter((name, patch) => name !== other[patch]).length;
  return `${method.title} gives ${differ} of ${one.length} patches another class`;
}
