/** Legends that list what a record holds: an import of maps alone has no norms, and often no second trunk. */
import {marksLegend, strokesLegend} from "../../charts/legend.js";
import {trunkStrokes, type MarkName, type Stroke} from "../../charts/marks.js";
import {hasTrunk, heldTrunks, normsOf} from "../../records/absent.js";
import type {ImageRecord, Trunk} from "../../records/record.js";
import type {Feed, View} from "../../site/feed.js";
import {h} from "../../ui/dom.js";

/** The marks that a record can have: no repair without the trunk with SOM, no high-norm token without norms. */
export function heldMarks(names: readonly MarkName[], record: ImageRecord): MarkName[] {
  return names.filter((name) => {
    if (name === "repaired" || name === "isolated") return hasTrunk(record, "purified");
    return name !== "highNorm" || heldTrunks(record).some((trunk) => normsOf(record.trunks[trunk]));
  });
}

/** The lines of the trunks that a record holds, and `more` that belong to one of them. */
export function heldStrokes(record: ImageRecord, more: Partial<Record<Trunk, readonly Stroke[]>> = {}): Stroke[] {
  return heldTrunks(record).flatMap((trunk) => [trunkStrokes[trunk], ...(more[trunk] ?? [])]);
}

/** A legend of marks that follows the record. */
export function heldMarksLegend(feed: Feed, names: readonly MarkName[]): HTMLElement {
  return followed(feed, ({record}) => marksLegend(heldMarks(names, record)));
}

/** A legend of the trunks' lines that follows the record. */
export function heldStrokesLegend(feed: Feed, more: Partial<Record<Trunk, readonly Stroke[]>> = {}): HTMLElement {
  return followed(feed, ({record}) => strokesLegend(heldStrokes(record, more)));
}

/** What `build` makes of a record, made anew with every other record. */
function followed(feed: Feed, build: (view: View) => HTMLElement): HTMLElement {
  const place = h("div");
  let shown: ImageRecord | undefined;
  feed.subscribe((state) => {
    if (!("view" in state) || state.view.record === shown) return;
    shown = state.view.record;
    place.replaceChildren(build(state.view));
  });
  return place;
}
