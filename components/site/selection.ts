import type {Detector} from "../analysis/detectors/detector.js";
import {detectorIds, detectors, type DetectorId, type OpenOptions} from "../analysis/detectors/index.js";
import {longestExpression} from "../analysis/detectors/expression.js";
import type {Field} from "./fields.js";
import {at, oneOf, decimal, name, names, option, settings, freeText, whole, wholeOr} from "./fields.js";
import {siteModels} from "./models.js";
import {pageName} from "./pageName.js";
import {methods} from "../model/methods/index.js";

/** Characters of words that an address holds: servers refuse addresses beyond 8 kB, and a letter may take three bytes. */
export const mostWords = 4000;

/**
 * What a reader looks at: one image, layer, head and token, chosen anywhere and followed everywhere; and, in groups by
 * who owns them, the settings of figures and pages. It lives in the address, so a link or a reload restores it. There
 * the groups do not show: a value goes by its own name, or by that of `at`.
 */
const fields = {
  model: name(siteModels()[0] ?? "vit-ti-16"),
  image: name("astronaut"),
  /** 1-based. */
  layer: whole(10, 1, 99),
  /** How the heads are joined, or one of them, 1-based. */
  head: wholeOr("mean", ["mean", "max"], 1, 64),
  trunk: oneOf("plain", ["plain", "purified"]),
  /** Patches, 0-based; "auto" is the one that the image's credits suggest, "none" is no pin. */
  target: wholeOr("auto", ["auto", "none"], 0, 9999),
  background: wholeOr("auto", ["auto", "none"], 0, 9999),
  /** How maps of patches are drawn. */
  maps: {
    scale: oneOf("sqrt", ["sqrt", "linear", "log"]),
    /** One scale for all maps of a figure, or each map its own. */
    range: oneOf("shared", ["shared", "own"]),
    /** Whose set is drawn as rings, on pages that are not about one test. */
    rings: name("som")
  },
  /** The options of every detector that a record leaves open, by their declarations. */
  detectors: {
    ...detectorFields(),
    /** A detector of the reader's own, as `parseExpression` reads it; empty for none. */
    expr: freeText("", longestExpression)
  },
  /** The images that the corpus page sums up, the detector whose sets it draws, and what it looks for image by image. */
  corpus: {
    images: at("corpus", oneOf("voc", ["voc", "photos"])),
    detector: name("som"),
    /** Two corners of a rectangle of patches, 0-based. */
    corner: whole(0, 0, 9999),
    opposite: whole(30, 0, 9999),
    /** The least norm of a patch that is looked for, times the layer's median; 0 takes all. */
    norm: at("least", whole(0, 0, 100))
  },
  method: {
    name: at("method", name("sfp")),
    options: settings(400)
  },
  causes: {
    /** What is changed in the network, as `parseInterventions` reads it. */
    list: at("intervene", freeText("", 2000)),
    /** The method whose masks are compared. */
    method: at("through", name("clearclip"))
  },
  propagation: {
    /** The layer from which repair begins. */
    from: whole(1, 1, 99)
  },
  words: {
    /** Classes and their words, as `parseLabels` reads them; empty: those that suit the photo. */
    list: at("words", freeText("", mostWords)),
    /** The class among them that a heat map shows, 1-based. */
    class: at("word", whole(1, 1, 99))
  },
  features: {
    measure: oneOf("pca", ["pca", "norm", "token", "word"])
  },
  masks: {
    shown: oneOf("masks", ["masks", "heat", "difference"]),
    /** The method whose masks the others are compared with. */
    against: name("clip"),
    /** How much of the photo a mask hides. */
    opacity: decimal(0.65, 0, 1)
  },
  /** What the Live page runs. Links to other pages need none of it. */
  live: {
    /** The methods side by side. */
    methods: names("sfp,clearclip", Object.keys(methods).length),
    /** Where the trunk's square is cut along the longer side, from 0 to 1. */
    square: decimal(0.5, 0, 1),
    /** Whether the trunk looks at the picture's middle square or at all of it, and how large. */
    fit: oneOf("square-224", ["square-224", "square-448", "whole-224", "whole-336", "whole-448"]),
    windows: oneOf("sliding", ["sliding", "whole"]),
    /** The second model; "auto" is another one of the site, and only for methods that cannot do without. */
    second: name("auto"),
    /** The picture's short side before the masks' windows are cut, in pixels. */
    short: whole(336, 224, 672),
    /** The probability below which a pixel gets the first class. */
    probability: decimal(0, 0, 0.95),
    /** "auto" is what the browser does best. */
    device: oneOf("auto", ["auto", "webgpu", "webgpu-float16", "wasm"])
  }
} satisfies Tree;

/** Fields, and groups of them. */
interface Tree {
  readonly [name: string]: Field<unknown> | Tree;
}

/** The values of a tree of fields. */
type Values<F> = {readonly [K in keyof F]: F[K] extends Field<infer T> ? T : Values<F[K]>};

/** Some of the values of a tree. */
type Some<V> = {readonly [K in keyof V]?: V[K] extends object ? Some<V[K]> : V[K]};

/** The shared selection. Whatever it holds passed its field's check. */
export type Selection = Values<typeof fields>;

/** Some of the selection, to be changed. */
export type SelectionChange = Some<Selection>;

/** A field of each option that a detector leaves open to a page. */
function detectorFields(): {
  readonly [Id in DetectorId]: {readonly [K in keyof OpenOptions[Id]]: Field<OpenOptions[Id][K]>};
} {
  /** What addresses called these options before detectors declared them. */
  const short = ["som.factor", "som.cap", "som.heads", "l2.count", "lof.contamination", "mad.threshold"];
  return Object.fromEntries(
    detectorIds.map((id) => {
      const {options, open}: Detector = detectors[id];
      const named = open.map((key) => {
        const full = `${id}.${key}`;
        return [key, option(options[key], short.includes(full) ? key : full)];
      });
      return [id, Object.fromEntries(named)];
    })
  ) as ReturnType<typeof detectorFields>;
}

/** One value of the selection: where it is in the tree, and its field. */
interface Leaf {
  path: readonly string[];
  /** Its name in addresses. */
  at: string;
  field: Field<unknown>;
}

function leavesOf(tree: Tree, above: readonly string[] = []): Leaf[] {
  return Object.entries(tree).flatMap(([key, node]): Leaf[] => {
    const path = [...above, key];
    return isField(node) ? [{path, at: node.at ?? key, field: node}] : leavesOf(node, path);
  });
}

function isField(node: Field<unknown> | Tree): node is Field<unknown> {
  return typeof node.parse === "function";
}

const leaves = leavesOf(fields);

/** What addresses call the options of detectors. */
export const detectorNames: readonly string[] = leaves.filter(({path}) => path[0] === "detectors").map(({at}) => at);

/** The value at the end of a path; undefined where the path ends early. */
function valueAt(values: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, key) => (isGroup(at) ? at[key] : undefined), values);
}

function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** A copy of some values with one put in its place; groups that stay as they are stay the same objects. */
function withValue<V extends object>(values: V, [key, ...rest]: readonly string[], value: unknown): V {
  const before = valueAt(values, [key]);
  return {...values, [key]: rest.length ? withValue(isGroup(before) ? before : {}, rest, value) : value};
}

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
  return leaves.reduce((values, {path, at, field}) => {
    const written = query.get(at);
    return withValue(values, path, (written === null ? undefined : field.parse(written)) ?? field.fallback);
  }, {} as Selection);
}

/** What a query string asks for and its fields refuse, as `key=value`; long values are cut, with their length. */
export function refusedIn(search: string): string[] {
  const query = new URLSearchParams(search);
  return leaves.flatMap(({at, field}) => {
    const written = query.get(at);
    if (written === null || field.parse(written) !== undefined) return [];
    const value = written.length > 40 ? `${written.slice(0, 30)}… (${written.length} characters)` : written;
    return [`${at}=${value}`];
  });
}

/** What a page shows when its address says nothing. */
export const defaultSelection: Selection = parseSelection("");

/**
 * Writes a query string that holds only what differs from the defaults, after the parameters of
 * `rest` that are not the selection's own.
 */
export function formatSelection(selection: Selection, rest = ""): string {
  const query = new URLSearchParams(rest);
  for (const {path, at, field} of leaves) {
    const value = valueAt(selection, path);
    if (value === field.fallback) query.delete(at);
    else query.set(at, field.format(value));
  }
  const written = query.toString();
  return written && `?${written}`;
}

/**
 * Writes a query string that holds all of a selection, defaults too: a link that is kept shows the same when defaults
 * have changed.
 *
 * @param live whether it is for the Live page
 */
export function formatWhole(selection: Selection, rest = "", live = false): string {
  const query = new URLSearchParams(rest);
  for (const {path, at, field} of leaves)
    if (live || path[0] !== "live") query.set(at, field.format(valueAt(selection, path)));
  return `?${query}`;
}

/**
 * A selection with some of it changed; the same object where nothing is. A value that its field refuses is ignored. Pins
 * are patches of one image, so another image or model starts with its own.
 */
export function withChange(selection: Selection, change: SelectionChange): Selection {
  const {image, model} = selection;
  const moved = (change.image ?? image) !== image || (change.model ?? model) !== model;
  const start = moved
    ? {...selection, target: fields.target.fallback, background: fields.background.fallback}
    : selection;
  return leaves.reduce((values, {path, field}) => {
    const asked = valueAt(change, path);
    const checked = asked === undefined ? undefined : field.parse(field.format(asked));
    return checked === undefined || checked === valueAt(values, path) ? values : withValue(values, path, checked);
  }, start);
}

/** Keeps a selection, tells listeners of changes, and writes them to an address. */
export class SelectionStore {
  #value: Selection;
  #pointing: Pointing = {hover: null, brush: null};
  #resolved: SelectionChange = {};
  readonly #listeners = new Set<Listener<Selection>>();
  readonly #pointers = new Set<(value: Pointing) => void>();

  constructor(private readonly address: Address) {
    this.#value = parseSelection(address.read());
  }

  get value(): Selection {
    return this.#value;
  }

  /** The selection as it is shown: what it leaves to the photo, such as where pins stand at first, is written out. */
  get shown(): Selection {
    const left = leaves.filter(
      ({path, field}) => valueAt(this.#resolved, path) !== undefined && valueAt(this.#value, path) === field.fallback
    );
    return left.reduce((values, {path}) => withValue(values, path, valueAt(this.#resolved, path)), this.#value);
  }

  /** Says what a default stands for with the present photo: the pins that its credits suggest, the words that suit it. */
  resolve(change: SelectionChange): void {
    this.#resolved = {...this.#resolved, ...change};
  }

  /** What the address asks for and cannot be shown; what is chosen next is written over it. */
  get refused(): string[] {
    return refusedIn(this.address.read());
  }

  get pointing(): Pointing {
    return this.#pointing;
  }

  /** Changes some of the selection. */
  set(change: SelectionChange): void {
    this.#change(change, false);
  }

  #change(change: SelectionChange, restored: boolean): void {
    const before = this.#value;
    const next = withChange(before, change);
    if (leaves.every(({path}) => valueAt(next, path) === valueAt(before, path))) return;
    this.#value = next;
    if (next.image !== before.image || next.model !== before.model) {
      this.#resolved = {};
      this.point({hover: null, brush: null});
    }
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

  /** Says what is shown in place of what was asked for: the address then says it too. */
  settle(change: SelectionChange): void {
    this.set(change);
  }

  /** The query string of a link that shows the same when it is kept: all of the selection as it is shown. */
  link(rest: string, live: boolean): string {
    return formatWhole(this.shown, rest, live);
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

/** The page's address. Outside a browser there is none: nothing is kept. */
export const pageAddress: Address =
  typeof location === "undefined" ? {read: () => "", write: () => {}} : browserAddress();

/** The page's selection. Outside a browser it starts from the defaults. */
export const selection = new SelectionStore(pageAddress);

/** Links to other pages take the selection along: it is added as a link is about to be used. */
function carrySelection(event: Event): void {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (!link?.href || link.origin !== location.origin || link.hasAttribute("download")) return;
  if (pageName(link.pathname) === pageName(location.pathname) && link.hash) return;
  const own = ownSearch.get(link) ?? link.search;
  ownSearch.set(link, own);
  link.search = withSide(formatSelection(overrule(selection.value, own), own), pageAddress.read());
}

/** The parameter that says that every figure is shown twice; what the second shows of its own begins with it and a dot. */
export const sideParameter = "b";

/** A query string with what another says of the second side. */
export function withSide(search: string, from: string): string {
  const query = new URLSearchParams(search);
  for (const [name, value] of new URLSearchParams(from))
    if (name === sideParameter || name.startsWith(`${sideParameter}.`)) query.set(name, value);
  const written = query.toString();
  return written && `?${written}`;
}

/** What links were written with: a link to a photo leads to that photo, whatever is chosen here. */
const ownSearch = new WeakMap<HTMLAnchorElement, string>();

/** A selection with what a query string names put in its place; another image has pins of its own. */
export function overrule(chosen: Selection, search: string): Selection {
  const query = new URLSearchParams(search);
  const written = parseSelection(search);
  const named = leaves.filter(({at}) => query.has(at));
  const moved = query.has("image") && written.image !== chosen.image;
  const start = moved ? {...chosen, target: fields.target.fallback, background: fields.background.fallback} : chosen;
  return named.reduce((values, {path}) => withValue(values, path, valueAt(written, path)), start);
}

if (typeof document !== "undefined") {
  for (const type of ["pointerdown", "focusin", "contextmenu"]) document.addEventListener(type, carrySelection);
  addEventListener("popstate", () => selection.reload());
}
