/** A deck: slides in a reader's own order and words. Every edit returns another deck, so that each can be undone. */

/** What a figure shows. */
export interface SlideSide {
  /** All that was chosen, as a query string. */
  selection: string;
  /** The key of what it was computed from, where that is no file of the site. */
  data?: string;
}

/** One figure as a slide shows it. */
export interface SlideFigure extends SlideSide {
  /** Its id in the catalogue. */
  figure: string;
  /** The second side of a figure that is shown twice, beside the first. */
  beside?: SlideSide;
  /** Its picture as a data address, for a figure that no other page can draw. */
  still?: string;
}

/** A figure that is shown step by step over the layers `from` to `to`, 1-based. */
export interface Build {
  from: number;
  to: number;
}

export interface Slide {
  /** Tells slides of a deck apart; it means nothing elsewhere. */
  id: string;
  title: string;
  /** Markdown with formulas between dollar signs, shown on the slide. */
  remark: string;
  /** Markdown that the presenter alone sees. */
  notes: string;
  /** None on a slide of text, at most two. */
  figures: readonly SlideFigure[];
  build?: Build;
  /** A small picture of it, as a data address. */
  picture?: string;
}

/** What a figure of the Live page was computed from: its record's files and its picture. */
export interface KeptData {
  model: string;
  image: string;
  title: string;
  credit?: string;
  /** The picture as the model saw it, as a data address. */
  picture: string;
  /** Where pins stand at first, as fractions of width and height. */
  target?: readonly [number, number];
  background?: readonly [number, number];
  /** Arrow files by name, compressed (gzip) and in base64. */
  files: Readonly<Record<string, string>>;
}

export interface Deck {
  title: string;
  slides: readonly Slide[];
  data: Readonly<Record<string, KeptData>>;
}

export const mostFigures = 2;
export const emptyDeck: Deck = {title: "Untitled deck", slides: [], data: {}};

/** A name for a slide that no other has. */
export function newId(): string {
  return crypto.randomUUID().slice(0, 8);
}

/** A slide of text, or of what is given. */
export function newSlide(parts: Partial<Slide> = {}): Slide {
  return {title: "", remark: "", notes: "", figures: [], ...parts, id: newId()};
}

/** Adds a slide after another, or at the end; `data` is what its figures were computed from. */
export function added(deck: Deck, slide: Slide, after?: string, data: Deck["data"] = {}): Deck {
  const at = after === undefined ? deck.slides.length : place(deck, after) + 1;
  return {...deck, slides: deck.slides.toSpliced(at, 0, slide), data: {...deck.data, ...data}};
}

/** Moves a slide by some places; beyond the ends it stays there. */
export function moveSlide(deck: Deck, id: string, by: number): Deck {
  const from = place(deck, id);
  const to = Math.max(0, Math.min(deck.slides.length - 1, from + by));
  if (from === to) return deck;
  return {...deck, slides: deck.slides.toSpliced(from, 1).toSpliced(to, 0, deck.slides[from])};
}

/** Puts a copy after a slide. */
export function duplicated(deck: Deck, id: string): Deck {
  return added(deck, newSlide(deck.slides[place(deck, id)]), id);
}

export function removed(deck: Deck, id: string): Deck {
  return withoutUnused({...deck, slides: deck.slides.toSpliced(place(deck, id), 1)});
}

export function edited(deck: Deck, id: string, change: Partial<Omit<Slide, "id">>): Deck {
  const at = place(deck, id);
  return {...deck, slides: deck.slides.with(at, {...deck.slides[at], ...change})};
}

/**
 * Puts the figure of a slide beside that of the slide before it: two figures on one slide.
 *
 * @throws Error saying why they do not fit on one
 */
export function besidePrevious(deck: Deck, id: string): Deck {
  const at = place(deck, id);
  const [before, slide] = [deck.slides[at - 1], deck.slides[at]];
  if (!before) throw new Error("There is no slide before this one.");
  const figures = [...before.figures, ...slide.figures];
  if (figures.length > mostFigures) throw new Error("A slide holds two figures at most.");
  const remark = [before.remark, slide.remark].filter(Boolean).join("\n\n");
  const notes = [before.notes, slide.notes].filter(Boolean).join("\n\n");
  const both: Slide = {...before, figures, remark, notes, picture: undefined};
  return {...deck, slides: deck.slides.toSpliced(at - 1, 2, both)};
}

/** Gives each figure of a slide one of its own. */
export function parted(deck: Deck, id: string): Deck {
  const at = place(deck, id);
  const {figures, ...rest} = deck.slides[at];
  const [first, ...others] = figures;
  if (others.length === 0) return deck;
  const slides = [
    {...rest, figures: [first], picture: undefined},
    ...others.map((figure) => newSlide({title: rest.title, figures: [figure]}))
  ];
  return {...deck, slides: deck.slides.toSpliced(at, 1, ...slides)};
}

/** What a slide's figures show, side by side. */
export function sidesOf({figures}: Pick<Slide, "figures">): SlideSide[] {
  return figures.flatMap((figure) => (figure.beside ? [figure, figure.beside] : [figure]));
}

/** Drops data that no slide shows. */
function withoutUnused(deck: Deck): Deck {
  const used = new Set(deck.slides.flatMap(sidesOf).map(({data}) => data));
  return {...deck, data: Object.fromEntries(Object.entries(deck.data).filter(([key]) => used.has(key)))};
}

function place(deck: Deck, id: string): number {
  const at = deck.slides.findIndex((slide) => slide.id === id);
  if (at < 0) throw new RangeError("This slide is not in the deck any more.");
  return at;
}
