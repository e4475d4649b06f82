/** What two sides of the token raster are compared by: every patch in every layer, in the order of places. */
import {heldTrunks, missingNorms} from "../../records/absent.js";
import {trunks} from "../../records/record.js";
import type {Compare} from "../side/comparison.js";
import {outlierNumbers} from "../side/words.js";
import {trunkName} from "../frame/figure.js";
import {rasterValues} from "./tokenRaster.js";

const shown = {margin: ["class − self", "times uniform"], norm: ["token norms", "times the layer’s median"]} as const;

export const compareRaster: Compare = () => ({
  quantities: (["margin", "norm"] as const).flatMap((quantity) =>
    trunks.map((trunk) => ({
      id: `${quantity}_${trunk}`,
      label: `${shown[quantity][0]} ${trunkName(trunk)}`,
      unit: shown[quantity][1],
      of: ({record}) => {
        const missing =
          !heldTrunks(record).includes(trunk) || (quantity === "norm" && missingNorms(record, trunk).length);
        if (missing) return null;
        const {layers, grid} = record;
        return {
          grid: [layers, grid[0] * grid[1]],
          values: rasterValues(record, trunk, quantity),
          axes: ["layer", "patch"]
        };
      }
    }))
  ),
  numbers: outlierNumbers
});
