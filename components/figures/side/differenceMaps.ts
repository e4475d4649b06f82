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
import {difference, quantities, type QuantityId} from "./quantities.js";

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
    const {label, unit} = quantities[id];
    const map = patchMap({grid: [14, 14], signed: true, label: `A − B, ${label}`, unit, ...patchHands(store)});
    const legend = rampLegend({label: `B is greater ← ${unit} → A is greater`, domain: [0, 1], signed: true});
    const frame = plate(h("div", {}, map, legend), {title: `A − B: ${label}`});
    return {id, map, legend, frame};
  });
  const row = plates(
    panels.map(({frame}) => frame),
    220
  );
  const element = h("div", {class: "side-difference"}, note, row);
  let drawn: Differences = {};
  let turn = 0;

  const update: DifferenceMaps["update"] = (a, b, told) => {
    const mine = (turn += 1);
    drawn = {};
    const [one, other] = [a.record.grid, b.record.grid];
    const alike = String(one) === String(other);
    row.hidden = !alike;
    setText(
      note,
      !alike
        ? `The grids differ (${one.join(" × ")} and ${other.join(" × ")} patches), so there is no difference patch by patch.`
        : a.record.image === b.record.image
          ? "A − B, patch by patch; 0 is neutral, and each map has its own range."
          : "A − B at the same place of two photos; 0 is neutral, and each map has its own range."
    );
    if (!alike) return told(drawn);
    for (const {id, map, legend, frame} of panels) {
      const draw = (left: ArrayLike<number> | null, right: ArrayLike<number> | null) => {
        const values = difference(left, right);
        if (values) drawn[id] = {a: left!, b: right!, values};
        const domain = [0, maximum(values?.map(Math.abs) ?? []) || 1] as const;
        map.update({grid: one, values, domain, scale: a.selection.maps.scale});
        legend.update({domain, scale: a.selection.maps.scale});
        frame.update({absent: values ? "" : "not known on both sides"});
      };
      both(
        () => [quantities[id].of(a), quantities[id].of(b)],
        (left, right) => {
          if (mine !== turn) return;
          draw(left, right);
          told(drawn);
        },
        () => mine === turn && draw(null, null)
      );
    }
    told(drawn);
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

/** Goes on with two answers: at once where both are there, so that a slider's move is drawn within its frame. */
function both<T>(ask: () => [Answer<T>, Answer<T>], use: (a: T, b: T) => void, failed: () => void): void {
  try {
    const [a, b] = ask();
    if (a instanceof Promise || b instanceof Promise)
      Promise.all([a, b]).then(
        ([left, right]) => use(left, right),
        () => failed()
      );
    else use(a, b);
  } catch {
    failed();
  }
}
