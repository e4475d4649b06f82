import {SelectionStore} from "../selection.js";

/** A selection that is kept nowhere: a slide's own, or what a figure shows beside the page's. */
export function ownStore(search: string): SelectionStore {
  let kept = search;
  return new SelectionStore({
    read: () => kept,
    write: (next) => {
      kept = next;
    }
  });
}
