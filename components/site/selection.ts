import type {Field} from "./fields.js";
import {choice, decimal, name, names, settings, text, whole, wholeOr} from "./fields.js";
import {siteModels} from "./models.js";
import {methods} from "../model/methods/index.js";

/**
 * What a reader looks at: one image, layer, head and token, chosen anywhere and followed everywhere.
 * It lives in the address, so a link or a reload restores it.
 */
const fields = {
  model: name(siteModels()[0] ?? "vit-ti-16"),
  image: name("astronaut"),
  /** 1-based. */
  layer: whole(10, 1, 99),
  /** How the heads are joined, or one of them, 1-based. */
  head: wholeOr("mean", ["mean", "max"], 1, 64),
  trunk: choice("plain", ["plain", "purified"]),
  /** Patches, 0-based; "auto" is the one that the image's credits suggest, "none" is no pin. */
  target: wholeOr("auto", ["auto", "none"], 0, 9999),
  background: wholeOr("auto", ["auto", "none"], 0, 9999),
  /** m in a_ii < m a_ci. */
  factor: decimal(1, 0.1, 10),
  /** How many outliers at most are kept, greatest attention from the class token first; 0 is no cap. */
  cap: whole(0, 0, 999),
  scale: choice("sqrt", ["sqrt", "linear", "log"]),
  /** One scale for all maps of a figure, or each map its own. */
  range: choice("shared", ["shared", "own"]),
  /** Whose set is drawn as rings, on pages that are not about one test. */
  rings: name("som"),
  detector: name("som"),
  /** The images that the corpus page sums up. */
  corpus: choice("voc", ["voc", "photos"]),
  /** How the heads decide on a set together (Eq. 4 on their mean, in any of them, in most of them). */
  heads: choice("mean", ["mean", "any", "vote"]),
  /** How many of the longest patches L2 takes. */
  count: whole(10, 0, 999),
  /** The share of patches that LOF takes. */
  contamination: decimal(0.05, 0, 0.5),
  /** From how many robust standard deviations on MAD takes a norm. */
  threshold: decimal(3.5, 0, 100),
  method: name("sfp"),
  options: settings(400),
  /** The layer from which repair begins. */
  from: whole(1, 1, 99),
  /** Classes and their words, as `parseLabels` reads them; empty: those that suit the photo. */
  words: text("", 400),
  /** The class among them that a heat map shows, 1-based. */
  word: whole(1, 1, 99),
  /** What maps of features show. */
  measure: choice("pca", ["pca", "norm", "token", "word"]),
  /** What segmentations show, and which method they are held against. */
  shown: choice("masks", ["masks", "heat", "difference"]),
  against: name("clip"),
  /** How much of the photo a mask hides. */
  opacity: decimal(0.65, 0, 1),
  /** What the Live page runs: the methods side by side, … */
  methods: names("sfp,clearclip", Object.keys(methods).length),
  /** … what the trunk looks at: the picture's middle square or all of it, and how large, … */
  fit: choice("square-224", ["square-224", "square-448", "whole-224", "whole-336", "whole-448"]),
  /** … the windows of the masks and the picture's short side before they are cut, … */
  windows: choice("sliding", ["sliding", "whole"]),
  short: whole(336, 224, 672),
  /** … the probability below which a pixel gets the first class, … */
  probability: decimal(0, 0, 0.95),
  /** … and on what; "auto" is what the browser does best. */
  device: choice("auto", ["auto", "webgpu", "webgpu-float16", "wasm"])
} satisfies Record<string, Field<unknown>>;

type Fields = typeof fields;

/** The shared selection. Whatever it holds passed its field's check. */
export type Selection = {[K in keyof Fields]: NonNullable<ReturnType<Fields[K]["parse"]>>};

/** What the pointer is on, and what a brush selects: followed within a frame and never written down. */
export interface Pointing {
  /** The patch under the pointer or the keyboard's cursor, 0-based. */
  hover: number | null;
  /** The patches that a brush covers. */
  brush: ReadonlySet<number> | null;
}

/** A place to keep the selection: the browser's address, or a plain text in a test. */
export interface Address {
  read(): string;
  write(search: string): void;
}

/** Told of a change, and whether it came from the address, as the browser went back or forward. */
type Listener<T> = (value: T, restored: boolean) => void;

/** Reads a query string. Whatever is missing, unknown or out of bounds gets its default. */
export function parseSelection(search: string): Selection {
  const query = new URLSearchParams(search);
  return Object.fromEntries(
    Object.entries(fields).map(([key, field]) => {
      const written = query.get(key);
      return [key, (written === null ? undefined : field.parse(written)) ?? field.fallback];
    })
  ) as Selection;
}

/**
 * Writes a query string that holds only what differs from the defaults, after the parameters of
 * `rest` that are not the selection's own.
 */
export function formatSelection(selection: Selection, rest = ""): string {
  const query = new URLSearchParams(rest);
  for (const [key, field] of Object.entries(fields) as [keyof Selection, Field<unknown>][]) {
    const value = selection[key];
    if (value === field.fallback) query.delete(key);
    else query.set(key, field.format(value));
  }
  const written = query.toString();
  return written && `?${written}`;
}

/** Keeps a selection, tells listeners of changes, and writes them to an address. */
export class SelectionStore {
  #value: Selection;
  #pointing: Pointing = {hover: null, brush: null};
  readonly #listeners = new Set<Listener<Selection>>();
  readonly #pointers = new Set<(value: Pointing) => void>();

  constructor(private readonly address: Address) {
    this.#value = parseSelection(address.read());
  }

  get value(): Selection {
    return this.#value;
  }

  get pointing(): Pointing {
    return this.#pointing;
  }

  /**
   * Changes some of the selection. A value that its field refuses is ignored. Pins are patches of
   * one image, so another image or model starts with its own.
   */
  set(change: Partial<Selection>): void {
    this.#change(change, false);
  }

  #change(change: Partial<Selection>, restored: boolean): void {
    const {image, model} = this.#value;
    const moved = (change.image ?? image) !== image || (change.model ?? model) !== model;
    const next: Record<string, unknown> = {...this.#value, ...(moved ? {target: "auto", background: "auto"} : {})};
    for (const [key, value] of Object.entries(change)) {
      const field = fields[key as keyof Selection] as Field<unknown>;
      const checked = value === undefined ? undefined : field.parse(field.format(value));
      if (checked !== undefined) next[key] = checked;
    }
    if (Object.entries(next).every(([key, value]) => value === this.#value[key as keyof Selection])) return;
    this.#value = next as Selection;
    if (moved) this.point({hover: null, brush: null});
    this.address.write(formatSelection(this.#value, this.address.read()));
    for (const listener of this.#listeners) listener(this.#value, restored);
  }

  /** Changes what the pointer is on. */
  point(change: Partial<Pointing>): void {
    const next = {...this.#pointing, ...change};
    if (next.hover === this.#pointing.hover && next.brush === this.#pointing.brush) return;
    this.#pointing = next;
    for (const listener of this.#pointers) listener(next);
  }

  /** Reads the address again, after the browser went back or forward. */
  reload(): void {
    this.#change(parseSelection(this.address.read()), true);
  }

  /** Calls `listener` on every change, from now until the returned function is called. */
  subscribe(listener: Listener<Selection>): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The same for what the pointer is on. */
  subscribePointing(listener: (value: Pointing) => void): () => void {
    this.#pointers.add(listener);
    return () => this.#pointers.delete(listener);
  }
}

/**
 * The browser's address. Writes are gathered: browsers refuse more than about a hundred a
 * half-minute, and a slider makes more.
 */
function browserAddress(): Address {
  let search = location.search;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const write = () => {
    timer = undefined;
    if (search !== location.search) history.replaceState(history.state, "", location.pathname + search + location.hash);
  };
  addEventListener("pagehide", write);
  addEventListener("popstate", () => {
    search = location.search;
  });
  return {
    read: () => search,
    write: (text) => {
      search = text;
      timer ??= setTimeout(write, 200);
    }
  };
}

/** The page's selection. Outside a browser it starts from the defaults and is kept nowhere. */
export const selection = new SelectionStore(
  typeof location === "undefined" ? {read: () => "", write: () => {}} : browserAddress()
);

/** Links to other pages take the selection along: it is added as a link is about to be used. */
function carrySelection(event: Event): void {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (!link?.href || link.origin !== location.origin || link.hasAttribute("download")) return;
  if (link.pathname === location.pathname && link.hash) return;
  const own = ownSearch.get(link) ?? link.search;
  ownSearch.set(link, own);
  link.search = formatSelection(overrule(selection.value, own), own);
}

/** What links were written with: a link to a photo leads to that photo, whatever is chosen here. */
const ownSearch = new WeakMap<HTMLAnchorElement, string>();

/** A selection with what a query string names put in its place; another image has pins of its own. */
export function overrule(chosen: Selection, search: string): Selection {
  const query = new URLSearchParams(search);
  const named = Object.fromEntries(Object.entries(parseSelection(search)).filter(([key]) => query.has(key)));
  const moved = (named.image ?? chosen.image) !== chosen.image;
  return {...chosen, ...(moved ? {target: "auto", background: "auto"} : {}), ...named};
}

if (typeof document !== "undefined") {
  for (const type of ["pointerdown", "focusin", "contextmenu"]) document.addEventListener(type, carrySelection);
  addEventListener("popstate", () => selection.reload());
}
