import {choice, count, layer, number, numbers} from "../../analysis/options.js";
import type {Site} from "../change.js";
import type {Graph, Value} from "../graph.js";
import {needPatches} from "./patches.js";
import {defineKind} from "./kind.js";

/**
 * One entry of an MLP's hidden layer after the activation, at patches; the class token and registers keep theirs. `move`
 * puts the largest activation of all patches, times a number, on the chosen ones and 0 on the others.
 */
export const neuron = defineKind({
  name: "neuron",
  title: "set, scale or move a neuron",
  about: "The activation of an MLP’s neuron at all patches, or at those named after @.",
  form: "{layer}.{index} {how} {value}[ @ {patches}]",
  example: "neuron 9.77 set 0 @ 45",
  options: {
    layer: layer({default: 1, last: true, about: "its layer"}),
    index: count({least: 0, most: 9_999_999, default: 0, about: "which neuron of the layer, from 0"}),
    how: choice({
      values: ["set", "scale", "add", "move"],
      about:
        "set to a value, scaled by it, raised by it, or the largest activation times it moved to the chosen patches"
    }),
    value: number({least: -1000, most: 1000, slider: 2, default: 0, about: "the value"}),
    patches: numbers({least: 0, integer: true, default: [], about: "which patches, from 0, row by row; all without"})
  },
  amount: "value",
  check({index, how, patches}, {mlp}) {
    if (index >= mlp)
      throw new RangeError(`neuron: a layer of this model has neurons 0 to ${mlp - 1}, and no neuron ${index}.`);
    if (how === "move" && !patches.length)
      throw new RangeError("neuron: move needs patches to move the activation to, such as “neuron 9.77 move 1 @ 45”.");
  },
  spot: ({index, patches, how}) => (how === "move" ? undefined : {index, patches}),
  change: ({layer: at, index, how, patches}, {amount, spot}) => ({
    first: at,
    neurons(site, active, here, tokens) {
      if (here !== at) return active;
      const {g, geometry, grid, patches: count} = site;
      needPatches("neuron", patches, grid);
      const {column, rows} = spot?.(g, [geometry.mlp, count]) ?? {
        column: g.floats(spotColumn(index, geometry.mlp), [geometry.mlp]),
        rows: g.floats(spotRows(patches, count), [count])
      };
      const all = g.reshape(active, -1, tokens, geometry.mlp);
      const isColumn = g.less(g.scalar(0.5), g.reshape(column, 1, 1, geometry.mlp));
      const marked = (patch: Value) => g.less(g.scalar(0.5), inTokens(site, patch, tokens));
      const chosen = g.and(isColumn, marked(rows));
      if (how !== "move") return g.reshape(g.where(chosen, changed(g, how, all, amount(g)), all), -1, geometry.mlp);
      const patch = g.floats(new Float32Array(count).fill(1), [count]);
      const emptied = g.where(g.and(isColumn, marked(patch)), g.scalar(0), all);
      // A last layer may run on the patches alone.
      const [start, end] = tokens === site.tokens ? [site.prefix, site.end] : [0, count];
      const most = extreme(g, g.slice(g.slice(all, 2, index, index + 1), 1, start, end));
      return g.reshape(g.where(chosen, g.multiply(most, amount(g)), emptied), -1, geometry.mlp);
    }
  })
});

/** One of M neurons. */
export function spotColumn(index: number, mlp: number): Float32Array {
  return Float32Array.from({length: mlp}, (_, j) => Number(j === index));
}

/** Some of N patches, or all where none is named. */
export function spotRows(patches: readonly number[], count: number): Float32Array {
  return Float32Array.from({length: count}, (_, patch) => Number(!patches.length || patches.includes(patch)));
}

/** Marks of patches among the tokens of a layer, 1 × T × 1: those around them are not marked. */
function inTokens({g, prefix, end, tokens: every, patches}: Site, marks: Value, tokens: number): Value {
  const rows = g.reshape(marks, 1, patches, 1);
  // A last layer may run on the patches alone.
  return tokens === every ? g.node("Pad", [rows, g.ints(0, prefix, 0, 0, every - end, 0)]) : rows;
}

/** What activations become, B × T × M or alike. */
function changed(g: Graph, how: "set" | "scale" | "add", old: Value, amount: Value): Value {
  switch (how) {
    case "set":
      return amount;
    case "scale":
      return g.multiply(old, amount);
    case "add":
      return g.add(old, amount);
  }
}

/** The entry of largest size over patches, with its sign: B × 1 × 1. */
function extreme(g: Graph, values: Value): Value {
  const [most, least] = [g.max(values, 1), g.min(values, 1)];
  return g.where(g.less(g.scale(least, -1), most), most, least);
}
