/** What many figures are compared by, patch by patch: numbers of the chosen layer. */
import {median} from "../../analysis/arrays.js";
import {hasTrunk, missingNorms} from "../../records/absent.js";
import {attentionRow, patchNorms, readLayer, relativeNorms, tokenOf} from "../../charts/reading.js";
import {proceed} from "../../site/cache.js";
import type {View} from "../../site/feed.js";
import {joinedAttention} from "../attention/joined.js";
import {onPatches, type Compare, type Quantity} from "./comparison.js";
import {outlierNumbers} from "./words.js";

type Declared = Omit<Quantity, "id">;

const timesUniform = "times uniform";

/** The attention of a pinned token to each patch. */
function rowOf(pin: "target" | "background"): Declared["of"] {
  return (view) => {
    const patch = view[pin];
    if (patch === null) return null;
    return proceed(joinedAttention(view.source, view.choice), (map) =>
      onPatches(view, attentionRow(map, tokenOf(map, patch)))
    );
  };
}

function reading(name: "classRow" | "diagonal" | "margin"): Declared["of"] {
  return (view) => {
    const {record, choice} = view;
    return onPatches(view, hasTrunk(record, choice.trunk) ? readLayer(record, choice)[name] : null);
  };
}

/** Patch norms in times the median of the trunk without SOM, their unit in every figure. */
function norms(view: View) {
  const {
    record,
    choice: {trunk, layer}
  } = view;
  if (missingNorms(record, trunk).length) return null;
  return onPatches(view, relativeNorms(record, trunk, layer, median(patchNorms(record, "plain", layer))));
}

const declared = {
  norms: {label: "token norms", unit: "times the median", of: norms},
  target: {label: "from the target token", unit: timesUniform, of: rowOf("target")},
  background: {label: "from the background token", unit: timesUniform, of: rowOf("background")},
  class: {label: "from the class token", unit: timesUniform, of: reading("classRow")},
  diagonal: {label: "each to itself", unit: timesUniform, of: reading("diagonal")},
  margin: {label: "class − self", unit: timesUniform, of: reading("margin")}
} satisfies Record<string, Declared>;

export type QuantityId = keyof typeof declared;

/** Compares by some of these, and by the outliers of either side. */
export function among(...ids: readonly QuantityId[]): Compare {
  const quantities = ids.map((id) => ({id, ...declared[id]}));
  return () => ({quantities, numbers: outlierNumbers});
}
