/** How every figure marks tokens: crosses on the high-norm ones, rings on the set of the chosen detector. */
import type {Detector} from "../../analysis/detectors/detector.js";
import {detectors} from "../../analysis/detectors/index.js";
import {canDetect, knownOf} from "../../analysis/detectors/layer.js";
import {marksLegend} from "../../charts/legend.js";
import type {MarkName} from "../../charts/marks.js";
import type {PatchMark} from "../../charts/patchMap.js";
import {readLayer, type LayerChoice, type LayerReading} from "../../charts/reading.js";
import type {ImageRecord} from "../../records/record.js";
import type {Feed, View} from "../../site/feed.js";
import type {Selection} from "../../site/selection.js";
import {heldMarks} from "./heldLegend.js";
import {looks, ownTestOf, shownIds, type ShownId} from "./ownTest.js";

/** The detector whose set is drawn as rings. */
export function ringDetector({maps: {rings}}: Selection): ShownId {
  return shownIds.find((id) => id === rings) ?? "som";
}

/** The set that is drawn as rings; undefined where the record does not hold what the detector needs. */
export function ringSet(
  {record, selection}: Pick<View, "record" | "selection">,
  {trunk, layer}: LayerChoice,
  {outliers}: Pick<LayerReading, "outliers">
): Uint8Array | undefined {
  const id = ringDetector(selection);
  // Eq. 4 as the figure reads it: for the chosen heads, factor and cap.
  if (id === "som") return outliers;
  if (id === "expr")
    return ownTestOf(selection, record, trunk).detector?.detect(knownOf(record, trunk, layer)).outliers;
  const detector: Detector = detectors[id];
  if (!canDetect(detector, record, trunk)) return undefined;
  return detector.detect(knownOf(record, trunk, layer), selection.detectors[id]).outliers;
}

/** The marks of one layer's tokens. */
export function tokenMarks(
  view: Pick<View, "record" | "selection">,
  choice: LayerChoice,
  reading: LayerReading = readLayer(view.record, choice)
): PatchMark[] {
  return [
    ...marksOn(reading.highNorm, "highNorm"),
    ...marksOn(ringSet(view, choice, reading) ?? new Uint8Array(), "outlier")
  ];
}

/** One mark on every patch of a set. */
export function marksOn(set: Uint8Array, mark: MarkName): PatchMark[] {
  return Array.from(set.keys())
    .filter((patch) => set[patch])
    .map((patch) => ({patch, mark}));
}

/** What rings are: "outlier by Eq. 4 (SOM)". */
export function ringName(selection: Selection, record: ImageRecord): string {
  const id = ringDetector(selection);
  if (id === "som") return "outlier by Eq. 4 (SOM)";
  if (id === "expr") {
    const known = ownTestOf(selection, record).detector;
    return known ? `in the set of your test, ${selection.detectors.expr}` : `${looks[id].label} cannot be evaluated`;
  }
  const detector: Detector = detectors[id];
  if (canDetect(detector, record, "plain")) return `outlier by ${detector.label}`;
  const {imported} = record.provenance;
  return `${detector.label} ${imported ? "needs what was not in the import" : "was not computed for this photo"}`;
}

/** A legend of marks that says whose set the rings are. */
export function tokenLegend(feed: Feed, names: readonly MarkName[]): HTMLElement {
  const list = marksLegend(names);
  let said = "";
  feed.subscribe((state) => {
    if (!("view" in state)) return;
    const {selection, record} = state.view;
    const [outlier, held] = [ringName(selection, record), heldMarks(names, record)];
    if (`${outlier} ${held}` === said) return;
    said = `${outlier} ${held}`;
    list.replaceChildren(...marksLegend(held, {outlier}).childNodes);
  });
  return list;
}

/** Whether Eq. 4 finds a layer's high-norm tokens, in words; empty where there are none. */
export function highNormWords({outliers, highNorm}: Pick<LayerReading, "outliers" | "highNorm">): string {
  const high = Array.from(highNorm.keys()).filter((patch) => highNorm[patch]);
  const found = high.filter((patch) => outliers[patch]).length;
  if (high.length === 0) return "";
  const all = high.length === 1 ? "the only high-norm token" : `all ${high.length} high-norm tokens`;
  if (found === 0) return `Eq. 4 misses ${all}`;
  return found === high.length ? `Eq. 4 finds ${all}` : `Eq. 4 finds ${found} of ${high.length} high-norm tokens`;
}

/** A title, and after it whether Eq. 4 finds the high-norm tokens. */
export function withHighNorm(title: string, reading: Pick<LayerReading, "outliers" | "highNorm">): string {
  return [title, highNormWords(reading)].filter(Boolean).join("; ");
}
