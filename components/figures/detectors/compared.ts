/** What two sides of the agreement of detectors are compared by: votes patch by patch, and the tables of pairs. */
import {agreementMatrix} from "../../analysis/agreement.js";
import {spearman} from "../../analysis/ranks.js";
import type {View} from "../../site/feed.js";
import {looks} from "../frame/ownTest.js";
import {onPatches, type Compare, type Sheet} from "../side/comparison.js";
import {outlierNumbers} from "../side/words.js";
import {detectionsOf, presentIn, type Found} from "./reading.js";

const axes = ["detector", "detector"] as const;

export const compareAgreement: Compare = () => ({
  quantities: [
    {
      id: "votes",
      label: "how many find it",
      unit: "detectors",
      of: (view) => {
        const found = detectionsOf(view);
        const sets = presentIn(found).map((id) => found[id]!.outliers);
        return onPatches(
          view,
          Array.from(sets[0], (_, patch) => sets.filter((set) => set[patch]).length)
        );
      }
    },
    {
      id: "jaccard",
      label: "same patches? Jaccard",
      unit: "Jaccard",
      table: axes,
      of: (view) => pairs(view, (found, ids) => agreementMatrix(ids.map((id) => found[id]!.outliers)))
    },
    {
      id: "spearman",
      label: "same order? Spearman’s ρ",
      unit: "Spearman’s ρ",
      table: axes,
      of: (view) =>
        pairs(view, (found, ids) =>
          ids.flatMap((one) => ids.map((other) => spearman(found[one]!.scores, found[other]!.scores)))
        )
    }
  ],
  numbers: outlierNumbers
});

/** A table of all pairs of the detectors that a view has. */
function pairs(view: View, valuesOf: (found: Found, ids: ReturnType<typeof presentIn>) => ArrayLike<number>): Sheet {
  const found = detectionsOf(view);
  const ids = presentIn(found);
  const names = ids.map((id) => looks[id].label);
  return {grid: [ids.length, ids.length], values: valuesOf(found, ids), names: [names, names]};
}
