/** What can be compared patch by patch between two sides: a number for each patch of the chosen layer. */
import {hasTrunk, missingNorms} from "../../records/absent.js";
import {attentionRow, median, patchNorms, readLayer, relativeNorms, tokenOf} from "../../charts/reading.js";
import {proceed, type Answer} from "../../site/cache.js";
import type {View} from "../../site/feed.js";
import {joinedAttention} from "../attention/joined.js";

/** A quantity: what it is called, its unit, and its values; null where a view has none. */
export interface ComparedQuantity {
  label: string;
  unit: string;
  of(view: View): Answer<ArrayLike<number> | null>;
}

const timesUniform = "times uniform";

/** The attention of a pinned token to each patch. */
function rowOf(pin: "target" | "background"): ComparedQuantity["of"] {
  return (view) => {
    const patch = view[pin];
    if (patch === null) return null;
    return proceed(joinedAttention(view.source, view.choice), (map) => attentionRow(map, tokenOf(map, patch)));
  };
}

function reading(name: "classRow" | "diagonal" | "margin"): ComparedQuantity["of"] {
  return ({record, choice}) => (hasTrunk(record, choice.trunk) ? readLayer(record, choice)[name] : null);
}

/** Patch norms in times the median of the trunk without SOM, their unit in every figure. */
function norms({record, choice: {trunk, layer}}: View): Float32Array | null {
  if (missingNorms(record, trunk).length) return null;
  return relativeNorms(record, trunk, layer, median(patchNorms(record, "plain", layer)));
}

const declared = {
  norms: {label: "token norms", unit: "times the median", of: norms},
  target: {label: "from the target token", unit: timesUniform, of: rowOf("target")},
  background: {label: "from the background token", unit: timesUniform, of: rowOf("background")},
  class: {label: "from the class token", unit: timesUniform, of: reading("classRow")},
  diagonal: {label: "each to itself", unit: timesUniform, of: reading("diagonal")},
  margin: {label: "class − self", unit: timesUniform, of: reading("margin")}
} satisfies Record<string, ComparedQuantity>;

export type QuantityId = keyof typeof declared;

export const comparedQuantities: Readonly<Record<QuantityId, ComparedQuantity>> = declared;

/** A − B at each patch; null where either side has nothing, or their grids differ. */
export function difference(a: ArrayLike<number> | null, b: ArrayLike<number> | null): Float64Array | null {
  if (!a || !b || a.length !== b.length) return null;
  return Float64Array.from(a, (value, patch) => value - b[patch]);
}
