/** What two sides of the tables of heads are compared by: each measure of each head of each layer. */
import {proceed} from "../../site/cache.js";
import type {Compare} from "../side/comparison.js";
import {outlierNumbers} from "../side/words.js";
import {headMeasures, valuesOfHeads} from "./matrix.js";
import {allHeads} from "./summaries.js";

export const compareHeads: Compare = () => ({
  quantities: headMeasures.map(({key, title, share}) => ({
    id: key,
    label: title,
    unit: share ? "%" : title,
    table: ["layer", "head"],
    of: ({source, record: {layers, heads}}) =>
      proceed(allHeads(source), (summaries) => ({
        grid: [layers, heads],
        values: valuesOfHeads(summaries, key, layers, heads).map((value) => (share ? 100 * value : value))
      }))
  })),
  numbers: outlierNumbers
});
