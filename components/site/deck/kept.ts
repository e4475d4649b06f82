/** Where this browser keeps the reader's deck and notes: its database, because figures of the Live page bring data. */
import {Database} from "../../ui/database.js";
import {emptyDeck, type Deck} from "./deck.js";

/** What is kept: the deck, and the notes, which are slides too. */
export type Shelf = "deck" | "notes";

const name = "sfp-explorer-decks";
const database = new Database(name, ["shelves"]);

/** What other tabs hear when a shelf has changed. */
const channel = typeof BroadcastChannel === "undefined" ? undefined : new BroadcastChannel(name);

/** Reads a shelf; an empty deck where nothing was kept. */
export async function readShelf(shelf: Shelf): Promise<Deck> {
  const kept = await database.read<Deck>("shelves", shelf);
  return kept ?? {...emptyDeck, title: shelf === "notes" ? "Notes" : emptyDeck.title};
}

/**
 * Keeps a shelf in place of the one before.
 *
 * @throws Error where the browser keeps nothing, saying what to do
 */
export async function writeShelf(shelf: Shelf, deck: Deck): Promise<void> {
  try {
    await database.write("shelves", shelf, deck);
  } catch (cause) {
    throw new Error("This browser does not keep the deck (a private window, or no room). Save it as a file.", {cause});
  }
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has none
  channel?.postMessage(shelf);
}

let queue: Promise<unknown> = Promise.resolve();

/** Changes a shelf as it is now, after whatever else is changing it. */
export function changeShelf(shelf: Shelf, change: (deck: Deck) => Deck): Promise<Deck> {
  const turn = queue.then(async () => {
    const next = change(await readShelf(shelf).catch(() => emptyDeck));
    await writeShelf(shelf, next);
    return next;
  });
  queue = turn.catch(() => {});
  return turn;
}

/** Calls `listener` when another tab has changed a shelf. */
export function followShelf(shelf: Shelf, listener: () => void): void {
  channel?.addEventListener("message", ({data}) => data === shelf && listener());
}
