import {numbers} from "../../analysis/options.js";
import {defineKind} from "./kind.js";

/** SOM after chosen layers, whatever the method does with outliers; with its options where it has some. */
export const somIntervention = defineKind({
  name: "som",
  title: "SOM at chosen layers",
  about: "Outliers are repaired after these layers and no others.",
  form: "{layers}",
  example: "som 9,10",
  options: {
    layers: numbers({least: 1, integer: true, default: [1], about: "after which layers"})
  },
  check({layers: chosen}, {layers}) {
    const beyond = chosen.find((layer) => layer > layers);
    if (beyond !== undefined)
      throw new RangeError(`som: this model has layers 1 to ${layers}, and no layer ${beyond}.`);
  },
  // The first layer that reads a repaired output is the next one, but the repair is part of this one.
  change: ({layers}) => ({first: Math.min(...layers), repairs: new Set(layers)})
});
