/** What a deck is handed over as, declared once: the page's buttons derive from the list. */
import {save} from "../figures/export/save.js";
import {DeckError} from "../site/deck/codec.js";
import type {Deck} from "../site/deck/deck.js";

export interface DeckOutput {
  label: string;
  hint: string;
  /** Makes the file. `tell` says how far it is. */
  make: (deck: Deck, tell: (words: string) => void) => Promise<{blob: Blob; end: string}>;
}

export const outputs: readonly DeckOutput[] = [
  {
    label: "One file",
    hint: "Save one HTML file that opens from disk by a double click, without a network; its figures stay live",
    make: async (deck, tell) => ({blob: await (await import("./singleFile.js")).singleFile(deck, tell), end: "html"})
  },
  {
    label: "PDF",
    hint: "Save a PDF with a page a slide, in vectors where figures are",
    make: async (deck, tell) => ({blob: await (await import("./slidesFile.js")).slidesPdf(deck, tell), end: "pdf"})
  },
  {
    label: "PNGs",
    hint: "Save a picture a slide, in a zip",
    make: async (deck, tell) => ({blob: await (await import("./slidesFile.js")).slidesPngs(deck, tell), end: "zip"})
  }
];

/** Makes and saves a deck's file. */
export async function handOver({label, make}: DeckOutput, deck: Deck, tell: (words: string) => void): Promise<void> {
  if (deck.slides.length === 0) throw new DeckError("The deck has no slides yet.");
  tell(`${label}: beginning.`);
  const {blob, end} = await make(deck, (words) => tell(`${label}: ${words}`));
  const name =
    deck.title
      .replace(/[^\p{L}\p{N}]+/gu, "-")
      .replace(/^-+|-+$/g, "")
      .toLowerCase() || "deck";
  save(blob, `${name}.${end}`);
  tell(`${label}: saved, ${Math.round(blob.size / 1000)} kB.`);
}
