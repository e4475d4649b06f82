/** The third map beside two: what one side has more than the other, patch by patch. */
import {rampLegend} from "../../charts/legend.js";
import {patchMap} from "../../charts/patchMap.js";
import {plate, plates} from "../../charts/plate.js";
import {maximum} from "../../charts/reading.js";
import type {Answer} from "../../site/cache.js";
import type {View} from "../../site/feed.js";
import {formatValue, h, setText} from "../../ui/dom.js";
import {patchHands} from "../frame/kit.js";
import type {SelectionStore} from "../../site/selection.js";
import {difference, comparedQuantities, type QuantityId} from "./quantities.js";

/** The values of both sides and their difference, by quantity, as they are drawn. */
export type Differences = Partial<
  Record<QuantityId, {a: ArrayLike<number>; b: ArrayLike<number>; values: Float64Array}>
>;

/** A row of difference maps that can be told the two views. */
export interface DifferenceMaps {
  element: HTMLElement;
  /** Draws A − B; `told` hears what is drawn, again when a map that was waited for has come. */
  update(a: View, b: View, told: (drawn: Differences) => void): void;
  point(hover: number | null): void;
}

/** Maps of A − B of some quantities, each on a range of its own with zero in the middle. */
export function differenceMaps(store: SelectionStore, ids: readonly QuantityId[]): DifferenceMaps {
  const note = h("p", {class: "figure-lede"});
  const panels = ids.map((id) => {
    const {label, unit} = comparedQuantities[id];
    const map = patchMap({grid: [14, 14], signed: true, label: `A − B, ${label}`, unit, ...patchHands(store)});
    return {id, map, unit, frame: plate(map, {title: `A − B: ${label}`})};
  });
  const legends = new Map(
    panels.map(({unit}) => [
      unit,
      rampLegend({label: `B is greater ← A − B, ${unit} → A is greater`, domain: [0, 1], signed: true})
    ])
  );
  const row = plates(
    panels.map(({frame}) => frame),
    220
  );
  const below = h("div", {class: "figure-legend"}, ...legends.values());
  const element = h("div", {class: "side-difference"}, note, row, below);
  let drawn: Differences = {};
  let turn = 0;

  const draw = ({record: {grid}, selection}: View) => {
    const {scale, range} = selection.maps;
    for (const [unit, legend] of legends) {
      const its = panels.filter((panel) => panel.unit === unit);
      const reachOf = (list: typeof its) =>
        maximum(...list.map(({id}) => drawn[id]?.values.map(Math.abs) ?? new Float64Array())) || 1;
      const shared = reachOf(its);
      for (const panel of its) {
        const values = drawn[panel.id]?.values ?? null;
        panel.map.update({grid, values, scale, domain: [0, range === "own" ? reachOf([panel]) : shared]});
        panel.frame.update({absent: values ? "" : "not known on both sides"});
      }
      legend.hidden = range === "own" && its.length > 1;
      legend.update({domain: [0, shared], scale});
    }
  };
  const update: DifferenceMaps["update"] = (a, b, told) => {
    const mine = (turn += 1);
    const [one, other] = [a.record.grid, b.record.grid];
    const alike = String(one) === String(other);
    row.hidden = below.hidden = !alike;
    setText(note, noteOf(a, b));
    drawn = {};
    let begun = false;
    const finish = () => {
      if (alike) draw(a);
      told(drawn);
    };
    for (const {id} of alike ? panels : [])
      both(
        () => [comparedQuantities[id].of(a), comparedQuantities[id].of(b)],
        (left, right) => {
          if (mine !== turn) return;
          const values = difference(left, right);
          if (values) drawn[id] = {a: left!, b: right!, values};
          if (begun) finish();
        }
      );
    // What is there at once is drawn together; what comes later draws all maps of its unit again.
    begun = true;
    finish();
  };
  const point = (hover: number | null) => {
    for (const {id, map, frame} of panels) {
      map.update({hover});
      const value = hover === null ? undefined : drawn[id]?.values[hover];
      frame.update({readout: value === undefined ? "" : `${value > 0 ? "+" : ""}${formatValue(value)}`});
    }
  };
  return {element, update, point};
}

function noteOf(a: View, b: View): string {
  const [one, other] = [a.record.grid, b.record.grid].map((grid) => grid.join(" × "));
  if (one !== other) return `The grids differ (${one} and ${other} patches), so there is no difference patch by patch.`;
  const place = a.record.image === b.record.image ? "patch by patch" : "at the same place of two photos";
  return `A − B, ${place}; 0 is neutral.`;
}

/** Goes on with two answers: at once where both are there, so that a slider's move is drawn within its frame. */
function both<T>(ask: () => [Answer<T>, Answer<T>], use: (a: T | null, b: T | null) => void): void {
  try {
    const [a, b] = ask();
    if (a instanceof Promise || b instanceof Promise)
      Promise.all([a, b]).then(
        ([left, right]) => use(left, right),
        () => use(null, null)
      );
    else use(a, b);
  } catch {
    use(null, null);
  }
}
