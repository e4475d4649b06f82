/** The options of test-time registers (docs/methods.md, 5.2). */
import {choice, count, neurons, numbers, type ValuesOf} from "../analysis/options.js";

/** Options of the trunk, the same for every method that has them. */
export const registerOptions = {
  registers: count({
    least: 0,
    most: 64,
    slider: 4,
    default: 0,
    trunk: true,
    about: "test-time registers: tokens behind the patches that outliers move to"
  }),
  neurons: neurons({
    default: [],
    trunk: true,
    about: "whose activation moves to the registers, as layer:index; the verb neurons finds them"
  }),
  normal: choice({
    values: ["zero", "mean", "only_outliers", "same"],
    trunk: true,
    about: "what such a neuron is at the patches then: 0, their mean, the mean where it stands out, or what it was"
  }),
  scale: numbers({
    least: 0,
    default: [1],
    trunk: true,
    about: "times the activation that a register gets: one number, or one a register"
  }),
  bugs: choice({
    values: ["fix", "keep"],
    trunk: true,
    about: "each neuron moves its own activation, or, as in the code, the largest of all listed in its layer"
  })
};

export type RegisterOptions = ValuesOf<typeof registerOptions>;
