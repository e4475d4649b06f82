import {count, layer, number} from "../../analysis/options.js";
import {defineKind} from "./kind.js";

/**
 * A head's share of attention's output times a number: its columns before the output projection. Its attention map is
 * computed as before, and so is whatever a method does with maps.
 */
export const head = defineKind({
  name: "head",
  title: "scale a head",
  about: "What a head adds to the residual stream times a number; 0 switches it off.",
  form: "{layer}.{head} x{scale}",
  example: "head 3.2 x0",
  options: {
    layer: layer({default: 1, last: true, about: "its layer"}),
    head: count({least: 1, most: 64, default: 1, about: "which head of the layer, from 1"}),
    scale: number({least: -10, most: 10, slider: 2, default: 0, about: "times its output; 0 is off, 1 as trained"})
  },
  amount: "scale",
  check({head: which}, {heads}) {
    if (which > heads)
      throw new RangeError(`head: a layer of this model has heads 1 to ${heads}, and no head ${which}.`);
  },
  change: ({layer: at, head: which}, {amount}) => ({
    first: at,
    heads({g, geometry: {width, heads}}, joined, here) {
      if (here !== at) return joined;
      const own = Array.from({length: width}, (_, i) => Number(Math.floor((i * heads) / width) === which - 1));
      return g.where(g.less(g.scalar(0.5), g.floats(own, [1, width])), g.multiply(joined, amount(g)), joined);
    }
  })
});
