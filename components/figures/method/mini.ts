/** The small drawings of the Method page. */
import type {PatchMark} from "../../charts/patchMap.js";
import type {Toy} from "./toy.js";

/** A drawing of one number of the toy, and how it follows. */
export interface Mini {
  element: HTMLElement;
  show(toy: Toy): void;
}

/** How a grid's values are drawn: from `low` to `reach`, with rings. */
export interface GridOptions {
  reach: (toy: Toy) => number;
  marks?: (toy: Toy) => PatchMark[];
  low?: number;
}
