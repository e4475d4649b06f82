/**
 * The second side: what each figure shows beside its first drawing when a page is split. It follows the page's selection
 * but for the groups of fields that a reader has freed, whose values lie in the same address, as `b.layer=4`.
 */
import {layerAtDepth} from "../analysis/layerMeasures.js";
import type {Grid} from "../records/record.js";
import {
  defaultSelection,
  detectorNames,
  formatWhole,
  overrule,
  pageAddress,
  selection,
  SelectionStore,
  sideParameter,
  type Address,
  type SelectionChange,
  type Selection,
  withChange
} from "./selection.js";

/** What is locked to the first side or freed as one, by the fields' names in addresses; the first of them marks it. */
const groups = {
  photo: ["image", "target", "background"],
  model: ["model"],
  layer: ["layer"],
  head: ["head"],
  trunk: ["trunk"],
  method: ["method"],
  options: ["options", "rings", "detector", "from", ...detectorNames],
  words: ["words", "word"],
  corpus: ["corpus"]
} as const satisfies Record<string, readonly string[]>;

export type SideGroup = keyof typeof groups;

export const sideGroups = Object.keys(groups) as SideGroup[];

/** How layers of models of different depth stand beside each other: by their number, or by how deep they lie. */
export type Alignment = "index" | "depth";

/** What the records of the two sides are shaped like. */
export interface RecordShape {
  layers: number;
  grid: Grid;
}

/** The shapes of both sides, as far as they are known. */
interface Shapes {
  first?: RecordShape;
  second?: RecordShape;
}

const prefix = `${sideParameter}.`;

function isFreed(query: URLSearchParams, group: SideGroup): boolean {
  return query.has(prefix + groups[group][0]);
}

function groupOf(name: string): SideGroup | undefined {
  return sideGroups.find((group) => (groups[group] as readonly string[]).includes(name));
}

/** A patch of one grid on another that lies on the same photo: the patch that its centre is in. */
export function patchOn(patch: number, [rows, columns]: Grid, [toRows, toColumns]: Grid): number {
  const row = Math.floor(((Math.floor(patch / columns) + 0.5) * toRows) / rows);
  const column = Math.floor((((patch % columns) + 0.5) * toColumns) / columns);
  return row * toColumns + column;
}

/** Every default, by its name in addresses. */
const defaults = new URLSearchParams(formatWhole(defaultSelection, "", true));

/** What the second side selects: the first side's values, those that were freed, and what fits its own record. */
export function sideSelection(first: Selection, page: string, shapes: Shapes = {}): Selection {
  const query = new URLSearchParams(page);
  const whole = new URLSearchParams(formatWhole(fitted(first, query, shapes.first, shapes.second), "", true));
  for (const group of sideGroups) {
    if (!isFreed(query, group)) continue;
    for (const name of groups[group]) whole.set(name, query.get(prefix + name) ?? defaults.get(name) ?? "");
  }
  return overrule(defaultSelection, `?${whole}`);
}

/** A selection as it applies to a record of another shape: its layer by relative depth, its pins by their place. */
function fitted(value: Selection, query: URLSearchParams, from?: RecordShape, to?: RecordShape): Selection {
  if (!from || !to) return value;
  const byDepth = query.get(sideParameter) === "depth";
  const pin = (chosen: Selection["target"]) =>
    typeof chosen === "number" && chosen < from.grid[0] * from.grid[1] ? patchOn(chosen, from.grid, to.grid) : chosen;
  return {
    ...value,
    layer: byDepth ? layerAtDepth(Math.min(value.layer, from.layers) - 1, from.layers, to.layers) + 1 : value.layer,
    target: pin(value.target),
    background: pin(value.background)
  };
}

/**
 * The query string of a page that shows two selections side by side, the second as `b.layer=4`: groups that are alike are
 * locked.
 */
export function bothSides(first: Selection, second: Selection): string {
  const [one, other] = [first, second].map((value) => new URLSearchParams(formatWhole(value, "", true)));
  const query = new URLSearchParams(formatWhole(first));
  query.set(sideParameter, "index");
  for (const group of sideGroups) {
    const names = groups[group];
    if (names.every((name) => one.get(name) === other.get(name))) continue;
    for (const name of names) query.set(prefix + name, other.get(name) ?? "");
  }
  return `?${query}`;
}

/** The selection of the second side. What is changed in a locked group changes the first side too. */
export class SideStore extends SelectionStore {
  readonly #told = new Set<() => void>();

  constructor(
    private readonly first: SelectionStore,
    private readonly page: Address,
    private readonly shapes: Shapes = {}
  ) {
    super({read: () => formatWhole(sideSelection(first.value, page.read(), shapes), "", true), write: () => {}});
    // A page that shows one side has nothing to follow; splitting it reads both.
    first.subscribe(() => this.on && this.reload());
  }

  /** Whether figures are shown twice. */
  get on(): boolean {
    return this.#query.has(sideParameter);
  }

  get alignment(): Alignment {
    return this.#query.get(sideParameter) === "depth" ? "depth" : "index";
  }

  freed(group: SideGroup): boolean {
    return isFreed(this.#query, group);
  }

  /** Shows figures twice, or once: nothing is left of the second side then. */
  split(on: boolean): void {
    this.#write((query) => {
      for (const name of new URLSearchParams(query).keys())
        if (name === sideParameter || name.startsWith(prefix)) query.delete(name);
      if (on) query.set(sideParameter, "index");
    });
  }

  align(alignment: Alignment): void {
    this.#write((query) => query.set(sideParameter, alignment));
  }

  /** Gives a group values of its own, at first the same, or those of the first side. */
  free(group: SideGroup, free: boolean): void {
    this.#write((query) => {
      if (free) this.#keep(query, group, this.value);
      else for (const name of groups[group]) query.delete(prefix + name);
    });
  }

  /** Whether patches of the two sides can be compared one by one. */
  get sameGrid(): boolean {
    const {first, second} = this.shapes;
    return first !== undefined && second !== undefined && String(first.grid) === String(second.grid);
  }

  /** Learns what the two records are like: layers may align by depth, and pins by their place on the photo. */
  know(shapes: Shapes): void {
    Object.assign(this.shapes, shapes);
    this.reload();
  }

  override set(change: SelectionChange): void {
    const next = withChange(this.value, change);
    const changed = differingNames(this.value, next);
    // Another model starts with pins of its own; those of the first side stay where they are.
    if (change.image === undefined)
      for (const pin of ["target", "background"] as const) if (change[pin] === undefined) changed.delete(pin);
    const freed = sideGroups.filter((group) => this.freed(group) && groups[group].some((at) => changed.has(at)));
    if (freed.length) this.#write((query) => freed.forEach((group) => this.#keep(query, group, next)));
    const locked = [...changed].filter((name) => !freed.some((group) => group === groupOf(name)));
    if (!locked.length) return;
    const {first, second} = this.shapes;
    const whole = new URLSearchParams(formatWhole(fitted(next, this.#query, second, first), "", true));
    const asked = new URLSearchParams(locked.map((name) => [name, whole.get(name) ?? ""]));
    this.first.set(overrule(this.first.value, `?${asked}`));
  }

  override settle(change: SelectionChange): void {
    const next = withChange(this.value, change);
    const changed = differingNames(this.value, next);
    this.#write((query) => {
      for (const group of sideGroups) if (changed.has(groups[group][0])) this.#keep(query, group, next);
    });
  }

  override link(rest: string, live: boolean): string {
    return this.first.link(rest, live);
  }

  /** Calls `listener` when the page is split or not, and when a group is locked or freed. */
  subscribeSplit(listener: () => void): () => void {
    this.#told.add(listener);
    return () => this.#told.delete(listener);
  }

  /** After the browser went back or forward. */
  restore(): void {
    this.reload();
    for (const listener of this.#told) listener();
  }

  get #query(): URLSearchParams {
    return new URLSearchParams(this.page.read());
  }

  /** Writes a group's values; those that are defaults are left out, but for the first, which marks the group as freed. */
  #keep(query: URLSearchParams, group: SideGroup, value: Selection): void {
    const whole = new URLSearchParams(formatWhole(value, "", true));
    for (const [i, name] of groups[group].entries()) {
      const written = whole.get(name) ?? "";
      if (i > 0 && written === defaults.get(name)) query.delete(prefix + name);
      else query.set(prefix + name, written);
    }
  }

  #write(change: (query: URLSearchParams) => void): void {
    const query = this.#query;
    change(query);
    const written = query.toString();
    this.page.write(written && `?${written}`);
    this.restore();
  }
}

/** The names, in addresses, of the values that two selections do not share. */
function differingNames(one: Selection, other: Selection): Set<string> {
  const others = new URLSearchParams(formatWhole(other, "", true));
  return new Set(
    [...new URLSearchParams(formatWhole(one, "", true))]
      .filter(([at, text]) => others.get(at) !== text)
      .map(([at]) => at)
  );
}

/** The second side of the page's selection. */
export const side = new SideStore(selection, pageAddress);

if (typeof addEventListener !== "undefined" && typeof document !== "undefined")
  addEventListener("popstate", () => side.restore());
