import {choice, count, layer, number, numbers} from "../../analysis/options.js";
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
  change: ({layer: at, index, how, patches}, {amount}) => ({
    first: at,
    neurons(site, active, here, tokens) {
      if (here !== at) return active;
      const {g, geometry, grid} = site;
      needPatches("neuron", patches, grid);
      // A last layer may run on the patches alone.
      const [start, end] = tokens === site.tokens ? [site.prefix, site.end] : [0, site.patches];
      const all = g.reshape(active, -1, tokens, geometry.mlp);
      const old = g.slice(all, 2, index, index + 1); // B × T × 1
      const isChosen = (token: number) => patches.length === 0 || patches.includes(token - start);
      const rows = (chosen: boolean) =>
        marked(g, tokens, (token) => token >= start && token < end && isChosen(token) === chosen);
      const edited = g.where(rows(true), changed(g, how, old, {amount: amount(g), start, end}), old);
      const column = how === "move" ? g.where(rows(false), g.scalar(0), edited) : edited;
      const parts = [
        ...(index > 0 ? [g.slice(all, 2, 0, index)] : []),
        column,
        ...(index < geometry.mlp - 1 ? [g.slice(all, 2, index + 1, geometry.mlp)] : [])
      ];
      return g.reshape(g.concat(parts, 2), -1, geometry.mlp);
    }
  })
});

type How = "set" | "scale" | "add" | "move";

/** What the activation becomes, B × T × 1 or alike. */
function changed(
  g: Graph,
  how: How,
  old: Value,
  {amount, start, end}: {amount: Value; start: number; end: number}
): Value {
  switch (how) {
    case "set":
      return g.add(g.scale(old, 0), amount);
    case "scale":
      return g.multiply(old, amount);
    case "add":
      return g.add(old, amount);
    case "move":
      return g.multiply(extreme(g, g.slice(old, 1, start, end)), amount);
  }
}

/** Some of the tokens, 1 × T × 1. */
function marked(g: Graph, tokens: number, meant: (token: number) => boolean): Value {
  const marks = Array.from({length: tokens}, (_, token) => Number(meant(token)));
  return g.less(g.scalar(0.5), g.floats(marks, [1, tokens, 1]));
}

/** The entry of largest size over patches, with its sign: B × 1 × 1. */
function extreme(g: Graph, values: Value): Value {
  const [most, least] = [g.max(values, 1), g.min(values, 1)];
  return g.where(g.less(g.scale(least, -1), most), most, least);
}
