/** What two sides of the places of outliers are compared by: in how many per cent of the images each place is in the set. */
import {loadCorpus} from "../../site/corpora.js";
import type {Compare} from "../side/comparison.js";
import {detectorOf} from "./counts.js";
import {sharesOf} from "./places.js";

export const comparePlaces: Compare = () => ({
  quantities: [
    {
      id: "share",
      label: "places in the set",
      unit: "% of images",
      of: async ({selection}) => {
        const corpus = await loadCorpus(selection);
        const {rows} = sharesOf(corpus, detectorOf(selection, corpus));
        return {grid: corpus.grid, values: rows[Math.min(selection.layer, corpus.layers) - 1]};
      }
    }
  ],
  numbers: () => undefined
});
