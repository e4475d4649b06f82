import {jaccard, overlap} from "../../analysis/agreement.js";
import type {Detection} from "../../analysis/detectors/detection.js";
import {detectorIds, detectors, type DetectorId} from "../../analysis/detectors/index.js";
import type {LayerDetections} from "../../analysis/detectors/layer.js";
import {spearman} from "../../analysis/ranks.js";
import type {Feed} from "../../site/feed.js";
import {detectionsOf, detectorNotes, needOthers, presentIn, rankGroups, strokeOf} from "./reading.js";
import {h} from "../../ui/dom.js";
import {figure, provenance} from "../frame/figure.js";
import {follow} from "../frame/follow.js";
import type {Rows} from "../frame/rows.js";
import {strokesLegend} from "../../charts/legend.js";
import {lines, type Series} from "../../charts/lines.js";
import {plate} from "../../charts/plate.js";

const others = detectorIds.filter((id) => id !== "som");

/** How SOM agrees with each other detector, layer by layer. */
export function detectorLayers(feed: Feed): HTMLElement {
  const onPick = (layer: number) => feed.store.set({layer});
  const sets = lines({series: [], label: "↑ Jaccard index with SOM’s set", extent: [0, 1], onPick});
  const ranks = lines({series: [], label: "↑ Spearman’s ρ with SOM’s margin", extent: [-1, 1], onPick});
  const frame = figure(
    h(
      "div",
      {class: "beside"},
      plate(sets, {title: "same patches as SOM?"}),
      plate(ranks, {title: "same order as SOM?"})
    ),
    feed,
    {
      id: "agreement-by-layer",
      title: "Does SOM select the patches that the others select?",
      waiting: "Loading.",
      lede: "SOM against each other detector in every layer, with the options chosen above.",
      legend: [strokesLegend(others.map((id) => strokeOf(detectors[id])))],
      reading:
        "Left, 1 is the same set, 0 no patch in common; a gap means that neither found any. Right, below 0 the patches with the larger margin are mostly those that the other detector ranks as ordinary.",
      data: () => rows(shown ?? [])
    }
  );
  let shown: LayerDetections[] | undefined;
  let key: unknown[] = [];
  follow(feed, frame, (view) => {
    const {record, choice, selection, picture} = view;
    needOthers(view);
    const current = choice.layer + 1;
    sets.update({current});
    ranks.update({current});
    const next = [record, choice.trunk, selection.detectors];
    if (next.every((value, i) => value === key[i])) return;
    key = next;
    const found = (shown = Array.from({length: record.layers}, (_, layer) => detectionsOf(view, layer)));
    sets.update({series: setSeries(found)});
    ranks.update({series: rankSeries(found)});
    const best = closest(found);
    frame.update({
      title:
        best.value < 0
          ? "In no layer do SOM and MAD both find outliers"
          : `SOM and MAD share most in layer ${best.layer}, ${Math.round(best.value * 100)} % of what either selects`,
      source: provenance(
        {...record, image: picture.title},
        {trunk: choice.trunk, notes: detectorNotes(selection, presentIn(found[0]))}
      ),
      drawn: {image: record.image, layer: best.layer}
    });
  });
  return frame;
}

type Layers = readonly LayerDetections[];

const sharedSet = (a: Detection, b: Detection) => jaccard(overlap(a.outliers, b.outliers));
const sharedOrder = (a: Detection, b: Detection) => spearman(a.scores, b.scores);

function presentBeside(found: Layers): DetectorId[] {
  return others.filter((id) => found[0][id]);
}

function setSeries(found: Layers): Series[] {
  return presentBeside(found).map((id) => ({
    ...strokeOf(detectors[id]),
    values: found.map((layer) => sharedSet(layer.som, layer[id]!)),
    quiet: true
  }));
}

function rankSeries(found: Layers): Series[] {
  return rankGroups(presentBeside(found)).map(({id, label}) => ({
    ...strokeOf(detectors[id]),
    label,
    values: found.map((layer) => sharedOrder(layer.som, layer[id]!))
  }));
}

/** The layer (1-based) in which SOM and MAD share most; −1 where they never do. */
function closest(found: Layers): {layer: number; value: number} {
  return found.reduce(
    (most, {som, mad}, i) => {
      const value = sharedSet(som, mad!);
      return value > most.value ? {value, layer: i + 1} : most;
    },
    {value: -1, layer: 1}
  );
}

function rows(found: Layers): Rows {
  return found.map((layer, i) => ({
    layer: i + 1,
    ...Object.fromEntries(
      others.flatMap((id) => {
        const other = layer[id];
        if (!other) return [];
        return [
          [`jaccard_${id}`, sharedSet(layer.som, other)],
          [`spearman_${id}`, sharedOrder(layer.som, other)]
        ];
      })
    )
  }));
}
