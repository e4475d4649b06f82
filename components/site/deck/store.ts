import {SelectionStore} from "../selection.js";
import {bothSides} from "../side.js";

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

/** What two sides show together: the first's selection, with links that hold both. */
export class PairStore extends SelectionStore {
  constructor(
    private readonly first: SelectionStore,
    private readonly second: SelectionStore
  ) {
    super({read: () => "", write: () => {}});
  }

  override get shown() {
    return this.first.shown;
  }

  override link(): string {
    return bothSides(this.first.shown, this.second.shown);
  }
}
