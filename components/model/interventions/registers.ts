import {count, neurons} from "../../analysis/options.js";
import {registerOptions} from "../registerOptions.js";
import {defineKind} from "./kind.js";

const {normal, scale} = registerOptions;

/** Test-time registers, as the methods that take them have them as options (docs/methods.md, 5.2). */
export const registers = defineKind({
  name: "registers",
  title: "append test-time registers",
  about: "Empty tokens behind the patches take over the activation of neurons.",
  form: "{count} neurons {neurons}[ normal {normal}][ scale {scale}]",
  example: "registers 1 neurons 9:77,9:12",
  options: {
    count: count({least: 1, most: 64, slider: 4, default: 1, about: "how many"}),
    neurons: neurons({default: [], about: "whose activation they take, as layer:index; none leaves them empty"}),
    normal,
    scale
  },
  check({neurons: listed, scale: factors, count: many}, {mlp}) {
    const beyond = listed.find(({index}) => index >= mlp);
    if (beyond)
      throw new RangeError(`registers: a layer of this model has neurons 0 to ${mlp - 1}, and no ${beyond.index}.`);
    if (factors.length !== 1 && factors.length !== many)
      throw new RangeError(
        `registers: scale ${factors.join(",")} is for ${factors.length} registers, not for ${many}.`
      );
  },
  // The tokens are there from the first block on.
  change: ({count: many, ...rest}) => ({first: 1, registers: {registers: many, bugs: "fix", ...rest}})
});
