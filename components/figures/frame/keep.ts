/** Keeps a figure as it is now: as a slide of the reader's deck, or with a remark among the notes. */
import {paintedCanvas} from "../export/paint.js";
import {drawFigure} from "../export/picture.js";
import type {Caption} from "../export/caption.js";
import {keptDataOf} from "../../site/deck/data.js";
import {added, newSlide, type Deck, type Slide, type SlideSide} from "../../site/deck/deck.js";
import {changeShelf, type Shelf} from "../../site/deck/kept.js";
import {Feed, type Place} from "../../site/feed.js";
import {formatWhole} from "../../site/selection.js";
import {h} from "../../ui/dom.js";
import {reasonOf} from "../../ui/reason.js";

/** A figure that can be kept. */
export interface Keepable {
  figure: HTMLElement;
  caption: Caption;
  place: Place;
  /** The place of its second side, where it is shown twice. */
  beside?: Place;
  /** Whether no other page can draw it, so that its picture is kept. */
  still?: boolean;
}

/** The widest that a slide's small picture is, and a picture that stands for a figure, in pixels. */
const [thumbnailWidth, stillWidth] = [480, 1600];

/**
 * Keeps a figure.
 *
 * @returns how many there are now
 * @throws Error where there is nothing drawn, or the browser keeps nothing
 */
export async function keepFigure(keepable: Keepable, shelf: Shelf, words: Partial<Slide> = {}): Promise<number> {
  const {slide, data} = await slideOf(keepable, words);
  const deck = await changeShelf(shelf, (before) => added(before, slide, undefined, data));
  return deck.slides.length;
}

async function slideOf(
  {figure, caption, place, beside, still}: Keepable,
  words: Partial<Slide>
): Promise<{slide: Slide; data: Deck["data"]}> {
  const first = await sideOf(place, "a");
  const second = beside && (await sideOf(beside, "b"));
  const drawing = {without: ".figure-header, figcaption", margin: 8};
  const {svg} = await drawFigure(figure, caption, drawing);
  const width = Number(svg.getAttribute("width"));
  const small = await paintedCanvas(svg, Math.min(1, thumbnailWidth / width));
  const large = still ? await paintedCanvas(svg, stillWidth / width) : undefined;
  const slide = newSlide({
    title: caption.title,
    figures: [
      {
        figure: caption.id,
        ...first.side,
        ...(second && {beside: second.side}),
        ...(large && {still: large.toDataURL("image/jpeg", 0.9)})
      }
    ],
    picture: small.toDataURL("image/jpeg", 0.8),
    ...words
  });
  return {slide, data: {...first.data, ...second?.data}};
}

/** What a place shows now, and the data of it that no file of the site holds. */
async function sideOf(place: Place, name: string): Promise<{side: SlideSide; data: Deck["data"]}> {
  const view = place instanceof Feed && "view" in place.state ? place.state.view : undefined;
  const kept = view && (await keptDataOf(view));
  const selection = formatWhole(place.store.shown);
  if (!kept) return {side: {selection}, data: {}};
  const key = `${kept.model} ${kept.image} ${Date.now().toString(36)}${name}`;
  return {side: {selection, data: key}, data: {[key]: kept}};
}

/** Asks for a remark on a figure, and keeps it with the figure as it is now. */
export function openRemark(keepable: Keepable, done: (count: number) => void): void {
  const text = h("textarea", {rows: 6, "aria-label": "Remark", autofocus: true});
  const problem = h("p", {class: "figure-problem", role: "alert"});
  const keep = async () => {
    try {
      const count = await keepFigure(keepable, "notes", {remark: text.value});
      dialog.close();
      done(count);
    } catch (thrown) {
      problem.textContent = reasonOf(thrown);
    }
  };
  const dialog = h(
    "dialog",
    {class: "remark", "aria-labelledby": "remark-title", onclose: () => dialog.remove()},
    h("h2", {id: "remark-title"}, "A remark on this figure"),
    h("p", {}, `${keepable.caption.title}. Markdown, with formulas between dollar signs; kept in this browser.`),
    text,
    problem,
    h("button", {type: "button", onclick: keep}, "Keep"),
    h("button", {type: "button", onclick: () => dialog.close()}, "Cancel")
  );
  document.body.append(dialog);
  dialog.showModal();
}
