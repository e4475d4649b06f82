/** The third map beside two: what one side has more than the other, cell by cell. */
import {rampLegend} from "../../charts/legend.js";
import {plates} from "../../charts/plate.js";
import {maximum} from "../../charts/reading.js";
import {PassedOver, type Answer} from "../../site/cache.js";
import type {View} from "../../site/feed.js";
import type {SelectionStore} from "../../site/selection.js";
import {h, setText} from "../../ui/dom.js";
import {difference, type Comparison, type Difference, type Quantity, type Sheet} from "./comparison.js";
import {differencePanel} from "./differencePanels.js";

/** Both sides' values and their difference, by the quantity's id, as they are drawn. */
export type Differences = Readonly<Record<string, Difference>>;

/** A row of difference maps that can be told the two views. */
export interface DifferenceMaps {
  element: HTMLElement;
  /** Draws A − B; `told` hears what is drawn, again when a map that was waited for has come. */
  update(views: readonly [a: View, b: View], comparison: Comparison, told: (drawn: Differences) => void): void;
  point(hover: number | null): void;
}

/** More maps than this are small ones. */
const many = 6;

/** How long a question that another passed over waits until it is asked again, in ms. */
const patience = 100;

type Pair = readonly [a: Sheet | null, b: Sheet | null];

/** Maps of A − B, each unit on a range of its own with zero in the middle. */
export function differenceMaps(store: SelectionStore): DifferenceMaps {
  const note = h("p", {class: "figure-lede"});
  const place = h("div", {});
  const element = h("div", {class: "side-difference"}, note, place);
  let parts = build(store, []);
  let made = "";
  let turn = 0;

  const update: DifferenceMaps["update"] = ([a, b], comparison, told) => {
    const mine = (turn += 1);
    const {quantities, note: more = ""} = comparison;
    const key = JSON.stringify(quantities.map(({id, label, unit}) => [id, label, unit]));
    if (key !== made) {
      made = key;
      parts = build(store, quantities);
      place.replaceChildren(parts.element);
    }
    const drawn: Record<string, Difference> = {};
    const sheets: Pair[] = [];
    let begun = false;
    const finish = () => {
      const unlike = sheets.find(([one, other]) => one && other && String(one.grid) !== String(other.grid));
      place.hidden = unlike !== undefined;
      setText(note, unlike ? unlikeWords(unlike) : [noteOf(a, b, sheets), more].filter(Boolean).join(" "));
      if (!unlike) paint(parts, a, drawn);
      told(drawn);
    };
    for (const {id, of} of quantities)
      both(
        () => [of(a), of(b)],
        (left, right, thrown) => {
          if (mine !== turn) return;
          if (thrown instanceof PassedOver)
            setTimeout(() => mine === turn && update([a, b], comparison, told), patience);
          sheets.push([left, right]);
          const found = difference(left, right);
          if (found) drawn[id] = found;
          if (begun) finish();
        }
      );
    // What is there at once is drawn together; what comes later draws all maps of its unit again.
    begun = true;
    finish();
  };
  const point = (hover: number | null) => {
    for (const panel of parts.panels) panel.point(hover);
  };
  return {element, update, point};
}

/** A panel a quantity, and a legend a unit. */
function build(store: SelectionStore, quantities: readonly Quantity[]) {
  const panels = quantities.map((quantity) => differencePanel(store, quantity));
  const legends = new Map(
    panels.map(({unit}) => [
      unit,
      rampLegend({label: `B is greater ← A − B, ${unit} → A is greater`, domain: [0, 1], signed: true})
    ])
  );
  const row = plates(panels.map(({frame}) => frame));
  row.classList.toggle("is-many", panels.length > many);
  return {panels, legends, element: h("div", {}, row, h("div", {class: "figure-legend"}, ...legends.values()))};
}

function paint({panels, legends}: ReturnType<typeof build>, {selection}: View, drawn: Differences): void {
  const {scale, range} = selection.maps;
  for (const [unit, legend] of legends) {
    const its = panels.filter((panel) => panel.unit === unit);
    const reachOf = (list: typeof its) =>
      maximum(...list.map(({id}) => drawn[id]?.values.map(Math.abs) ?? new Float64Array())) || 1;
    const shared = reachOf(its);
    for (const panel of its) panel.draw(drawn[panel.id], [0, range === "own" ? reachOf([panel]) : shared], scale);
    legend.hidden = range === "own" && its.length > 1;
    legend.update({domain: [0, shared], scale});
  }
}

function unlikeWords(sheets: Pair): string {
  const [one, other] = sheets.map((sheet) => sheet?.grid.join(" × "));
  const cells = sheets[0]?.axes ? "cells" : "patches";
  return `The grids differ (${one} and ${other} ${cells}), so there is no difference one by one.`;
}

/** How the two are compared, and what rows and columns are where they are no patches. */
function noteOf(a: View, b: View, sheets: readonly Pair[]): string {
  const axes = sheets.find(([sheet]) => sheet?.axes)?.[0]?.axes;
  if (axes) return `A − B, a ${axes[0]} a row, a ${axes[1]} a column; 0 is neutral.`;
  return `A − B, ${a.record.image === b.record.image ? "patch by patch" : "at the same place of two photos"}; 0 is neutral.`;
}

/** Goes on with two answers: at once where both are there, so that a slider's move is drawn within its frame. */
function both<T>(ask: () => [Answer<T>, Answer<T>], use: (a: T | null, b: T | null, thrown?: unknown) => void): void {
  try {
    const [a, b] = ask();
    if (a instanceof Promise || b instanceof Promise)
      Promise.all([a, b]).then(
        ([left, right]) => use(left, right),
        (thrown: unknown) => use(null, null, thrown)
      );
    else use(a, b);
  } catch (thrown) {
    use(null, null, thrown);
  }
}
