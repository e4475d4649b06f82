/** What two sides of the whole attention matrix are compared by: every query's attention to every key. */
import {proceed} from "../../site/cache.js";
import type {Compare} from "../side/comparison.js";
import {outlierNumbers} from "../side/words.js";
import {joinedAttention} from "./joined.js";

export const compareWholeMap: Compare = () => ({
  quantities: [
    {
      id: "attention",
      label: "the whole matrix",
      unit: "times uniform",
      of: ({source, choice}) =>
        proceed(joinedAttention(source, choice), ({tokens, values}) => ({
          grid: [tokens, tokens],
          values: values.map((value) => value * tokens),
          axes: ["query", "key"]
        }))
    }
  ],
  numbers: outlierNumbers
});
