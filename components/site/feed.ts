import {reasonOf} from "../ui/reason.js";
import type {Grid, ImageRecord, RecordSource} from "../records/record.js";
import type {LayerChoice} from "../charts/reading.js";
import {noted} from "./deck/noted.js";
import type {Pointing, Selection, SelectionStore} from "./selection.js";

/** What a picture brings besides its numbers. */
export interface ShownPicture {
  id: string;
  title: string;
  credit?: string;
  image: CanvasImageSource | null;
  /** Where pins stand at first, as fractions of width and height. */
  target?: readonly [x: number, y: number];
  background?: readonly [x: number, y: number];
}

/** What was run in this browser, and is shown in place of the site's own analyses. */
export interface LiveMark {
  /** Whether the picture is the reader's own and no photo of the site. */
  own: boolean;
  /** Ends it: from now on the site's own analyses are shown. */
  leave(): void;
}

/** Numbers and picture as they were opened. */
export interface Opened {
  source: RecordSource;
  picture: ShownPicture;
  /** What was opened, where what was asked for is not to be had; and what to say of it, in one line. */
  instead?: {model: string; image: string; notice: string};
  live?: LiveMark;
}

/** What figures draw: the selection, and the numbers and the picture that it selects. */
export interface View {
  selection: Selection;
  picture: ShownPicture;
  source: RecordSource;
  record: ImageRecord;
  /** The chosen layer and head within what this model has. */
  choice: LayerChoice;
  /** The pinned patches, if any. */
  target: number | null;
  background: number | null;
  /** Why this is not what the address asked for. */
  notice?: string;
  live?: LiveMark;
}

/** Where a figure is drawn: whose selection it shows, and, where a page shows it twice, on which side. */
export interface Place {
  readonly store: SelectionStore;
  /** Ends the figure's anchor, so that both can be linked to; empty for the first. */
  readonly side?: string;
  /** The page that the figure belongs to, where it is shown on another: links lead there. Its file without `.md`. */
  readonly page?: string;
}

/** A view, or why there is none. */
export type FeedState = {view: View} | {waiting: string} | {failure: string};

/** Finds the numbers and the picture for a model and an image. */
export type Opener = (model: string, image: string) => Promise<Opened>;

/**
 * Joins the selection with the numbers it selects and hands both to figures, at most once a frame.
 * Opening another image shows the old one until the new one is there.
 */
export class Feed implements Place {
  #opened?: Opened;
  #key = "";
  #state: FeedState = {waiting: "Loading the analysis of this photo."};
  #frame = 0;
  /** Where each figure is drawn twice: the feed of the other drawing, and whether both are shown now. */
  beside?: {feed: Feed; on: () => boolean};
  readonly #listeners = new Set<(state: FeedState) => void>();

  constructor(
    readonly store: SelectionStore,
    private readonly open: Opener,
    readonly side = "",
    readonly page?: string
  ) {
    store.subscribe(() => this.#follow());
    this.#follow();
  }

  get state(): FeedState {
    return this.#state;
  }

  /** Whether figures are told of the state in the next frame. */
  get pending(): boolean {
    return this.#frame !== 0;
  }

  /** Calls `listener` with the present state and on every change of it. */
  subscribe(listener: (state: FeedState) => void): () => void {
    this.#listeners.add(listener);
    listener(this.#state);
    return () => this.#listeners.delete(listener);
  }

  /** The same for what the pointer is on, with the view it points into. */
  subscribePointing(listener: (pointing: Pointing, view: View) => void): () => void {
    return this.store.subscribePointing((pointing) => {
      if ("view" in this.#state) listener(pointing, this.#state.view);
    });
  }

  /** Shows numbers that were made elsewhere, such as by a model running in this page. */
  show(source: RecordSource, picture: ShownPicture): void {
    const {model, image} = this.store.value;
    this.#key = `${model}/${image}`;
    this.#opened = {source: noted(source), picture};
    this.store.point({hover: null, brush: null});
    this.#settle();
  }

  /** Has figures draw again what depends on more than the view, such as a range that two sides share. */
  refresh(): void {
    if (this.#opened) this.#settle();
  }

  #follow(): void {
    const {model, image} = this.store.value;
    const key = `${model}/${image}`;
    if (key === this.#key) {
      if (this.#opened) this.#settle();
      return;
    }
    this.#key = key;
    if (!this.#opened) this.#tell({waiting: `Loading the analysis of “${image}”.`});
    this.open(model, image).then(
      (opened) => {
        if (key !== this.#key) return;
        this.#opened = opened.live ? {...opened, source: noted(opened.source)} : opened;
        const {instead} = opened;
        if (!instead) return this.#settle();
        // The address says what is shown, so that a copied link is true.
        this.#key = `${instead.model}/${instead.image}`;
        this.store.settle({model: instead.model, image: instead.image});
        this.#settle();
      },
      (error: unknown) => {
        if (key !== this.#key) return;
        this.#opened = undefined;
        this.#tell({failure: reasonOf(error)});
      }
    );
  }

  #settle(): void {
    const view = makeView(this.store.value, this.#opened!);
    this.store.resolve({target: view.target ?? "none", background: view.background ?? "none"});
    this.#tell({view});
  }

  #tell(state: FeedState): void {
    this.#state = state;
    // A slider can move several times a frame; only its last place is drawn.
    if (this.#frame) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      for (const listener of this.#listeners) listener(this.#state);
    });
  }
}

/** Makes two feeds the two sides of the same figures, as long as `on` says so. */
export function pairUp(first: Feed, second: Feed, on: () => boolean): void {
  first.beside = {feed: second, on};
  second.beside = {feed: first, on};
}

/** Fits a selection to what a record has: a layer, a head and pins that exist. */
export function makeView(selection: Selection, {source, picture, instead, live}: Opened): View {
  const {record} = source;
  const {layer, head, trunk, detectors} = selection;
  const {factor, cap} = detectors.som;
  return {
    selection,
    picture,
    source,
    record,
    choice: {
      trunk,
      layer: Math.min(layer, record.layers) - 1,
      head: typeof head === "number" ? Math.min(head, record.heads) : head,
      factor,
      cap: cap === "none" ? 0 : cap
    },
    target: pin(selection.target, picture.target ?? [0.5, 0.5], record.grid),
    background: pin(selection.background, picture.background ?? [0.1, 0.1], record.grid),
    notice: instead?.notice,
    live
  };
}

function pin(chosen: Selection["target"], [x, y]: readonly [number, number], [rows, columns]: Grid): number | null {
  if (chosen === "none") return null;
  if (typeof chosen === "number") return chosen < rows * columns ? chosen : null;
  const [row, column] = [Math.floor(y * rows), Math.floor(x * columns)];
  return Math.min(rows - 1, row) * columns + Math.min(columns - 1, column);
}
