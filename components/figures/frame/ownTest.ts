/** The reader's own detector: an expression, tried on the layers that are shown. */
import {detectorIds, detectors, type DetectorId} from "../../analysis/detectors/index.js";
import type {Detector} from "../../analysis/detectors/detector.js";
import {expressionDetector, ownTest} from "../../analysis/detectors/expressionDetector.js";
import {canDetect} from "../../analysis/detectors/layer.js";
import {hasTrunk, normsOf, notInImport} from "../../records/absent.js";
import type {ImageRecord, Trunk} from "../../records/record.js";
import type {Selection} from "../../site/selection.js";
import {reasonOf} from "../../ui/reason.js";

/** A detector of the list, or the reader's own. */
export type ShownId = DetectorId | typeof ownTest.name;

/** In the order of figures. */
export const shownIds: readonly ShownId[] = [...detectorIds, ownTest.name];

/** How each is named and drawn, whatever the reader writes. */
export const looks: Readonly<Record<ShownId, Pick<Detector, "name" | "label" | "unit" | "colour" | "dash">>> = {
  ...detectors,
  [ownTest.name]: ownTest
};

/** The reader's detector, or in words why there is none: what cannot be read, or what the record lacks. */
export interface OwnTest {
  detector?: Detector;
  problem: string;
}

/** What the reader wrote, as a detector of a record; neither a detector nor a problem where nothing is written. */
export function ownTestOf({detectors: {expr}}: Selection, record?: ImageRecord, trunk: Trunk = "plain"): OwnTest {
  if (!expr.trim()) return {problem: ""};
  try {
    const detector = expressionDetector(expr);
    const problem = record ? lacking(detector, record, trunk) : "";
    return problem ? {problem} : {detector, problem};
  } catch (error) {
    return {problem: reasonOf(error)};
  }
}

function lacking(detector: Detector, record: ImageRecord, trunk: Trunk): string {
  if (detector.needs.includes("map"))
    return `received and entropy need whole attention maps, which are not read here; npm run sfp -- outliers --detector "expr: .." has them.`;
  if (!hasTrunk(record, trunk)) return notInImport("purified");
  if (canDetect(detector, record, trunk)) return "";
  return normsOf(record.trunks[trunk]) ? "" : notInImport(trunk === "plain" ? "tokens" : "purified tokens");
}
