import type {Detector} from "../../analysis/detectors/detector.js";
import {detectors, type DetectorId} from "../../analysis/detectors/index.js";
import type {Detection} from "../../analysis/detectors/detection.js";
import {detectLayer, knownOf, type LayerDetections} from "../../analysis/detectors/layer.js";
import type {Stroke} from "../../charts/marks.js";
import type {View} from "../../site/feed.js";
import {NotInImport, normsOf, notInImport} from "../../records/absent.js";
import type {ImageRecord} from "../../records/record.js";
import type {Selection} from "../../site/selection.js";
import {looks, ownTestOf, shownIds, type ShownId} from "../frame/ownTest.js";

/** What detectors say of one layer, the reader's own among them. */
export type Found = LayerDetections & Partial<Record<ShownId, Detection>>;

/** What a view's layer looks like to every detector that its record can feed, and to the reader's own. */
export function detectionsOf({record, choice, selection}: View, layer = choice.layer): Found {
  const found = detectLayer(record, choice.trunk, layer, selection.detectors);
  const {detector} = ownTestOf(selection, record, choice.trunk);
  return detector ? {...found, expr: detector.detect(knownOf(record, choice.trunk, layer))} : found;
}

/** What an import of maps alone lacks for the detectors of tokens; empty where all have what they need. */
export function missingWords({record, choice}: View): string {
  return normsOf(record.trunks[choice.trunk])
    ? ""
    : notInImport(choice.trunk === "plain" ? "tokens" : "purified tokens");
}

/** @throws NotInImport where only one detector has what it needs, and there is nothing to compare */
export function needOthers(view: View): void {
  const missing = missingWords(view);
  const own = ownTestOf(view.selection, view.record, view.choice.trunk).detector;
  if (missing && !own) throw new NotInImport(`${missing} Without them SOM has no other detector to be compared with.`);
}

/** The detectors that found something to say, in the order of the list. */
export function presentIn(found: Found): ShownId[] {
  return shownIds.filter((id) => found[id]);
}

/** Every detector's options for a caption. */
export function detectorNotes(selection: Selection, ids: readonly ShownId[]): string[] {
  return ids.map((id) => {
    if (id === "expr") return `${looks[id].label}: ${selection.detectors.expr}`;
    const {label, caption}: Detector = detectors[id];
    return `${label}: ${caption(selection.detectors[id])}`;
  });
}

/** How a detector's lines are drawn. */
export function strokeOf({label, colour, dash}: Pick<Detector, "label" | "colour" | "dash">): Stroke {
  return {label, colour, dash};
}

/** "SOM: class against self", the title of a map. */
export function detectorTitle(id: DetectorId): string {
  return `${detectors[id].label}: ${detectors[id].title}`;
}

/** What a caption says of detectors whose scores a record lacks; an import is never computed here. */
export function withoutScores(labels: readonly string[], {provenance: {imported}}: ImageRecord): string {
  return `${labels.join(", ")}: ${imported ? "need what was not in the import" : "not computed for this photo"}`;
}

/** How many, in words, as titles say it. */
export function countName(count: number): string {
  return ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine"][count] ?? String(count);
}

/**
 * Detectors that rank by the same quantity, once each: their rank correlation is 1 by construction, and one line would
 * hide the other. The label names all of them.
 */
export function rankGroups<Id extends ShownId>(ids: readonly Id[]): {id: Id; label: string}[] {
  const quantity = (id: ShownId) => (id === "expr" ? id : ((detectors[id] as Detector).ranksBy ?? id));
  const groups = ids.map((id) => ids.filter((other) => quantity(other) === quantity(id)));
  return groups
    .filter(([first], i) => first === ids[i])
    .map((group) => ({
      id: group[0],
      label: group.map((id) => looks[id].label).join(", ")
    }));
}
