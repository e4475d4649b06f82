import type {LayerDetector, LayerDetectorOptions} from "../../analysis/detectors/layer.js";
import type {Selection} from "../../site/selection.js";
import {decisionName} from "../diagonal/controls.js";
import type {Stroke} from "../../charts/marks.js";

/** How each detector is named and drawn. Colours are those that no token has. */
export const detectorStyle: Record<LayerDetector, Stroke & {title: string; unit: string}> = {
  som: {label: "SOM", title: "SOM: class against self", unit: "margin, times uniform", colour: "#ff725c"},
  l2: {label: "L2", title: "L2: the longest", unit: "norm, times the median", colour: "#9c6b4e", dash: "9 2 2 2"},
  lof: {label: "LOF", title: "LOF: sparse surroundings", unit: "local outlier factor", colour: "#ff8ab7", dash: "7 3"},
  mad: {label: "MAD", title: "MAD: robust z of the norm", unit: "robust z", colour: "#97bbf5", dash: "2 3"}
};

/** The options of every detector as the selection holds them. */
export function detectorOptions({
  factor,
  cap,
  heads,
  count,
  contamination,
  threshold
}: Selection): LayerDetectorOptions {
  return {
    som: {factor, cap: cap || Infinity, heads},
    l2: {count},
    lof: {contamination},
    mad: {threshold}
  };
}

/** The same for a caption. */
export function detectorNotes({factor, cap, heads, count, contamination, threshold}: Selection): string[] {
  return [
    `SOM: ${[`factor ${factor}`, cap ? `at most ${cap}` : "no cap", decisionName(heads)].join(", ")}`,
    `L2: the ${count} longest`,
    `LOF: squared distances, 30 neighbours, top ${formatShare(contamination)}`,
    `MAD: above ${threshold}`
  ];
}

function formatShare(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}
