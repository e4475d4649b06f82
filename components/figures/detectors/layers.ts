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
import {strokesLegend} from "../../charts/legend.js";
import {lines} from "../../charts/lines.js";
import {plate} from "../../charts/plate.js";

const others = detectorIds.filter((id) => id !== "som");

/** How SOM agrees with each other detector, layer by layer. */
export function detectorLayers(feed: Feed): HTMLElement {
  const {store} = feed;
  const onPick = (layer: number) => store.set({layer});
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
      data: () =>
        (shown ?? []).map((found, layer) => ({
          layer: layer + 1,
          ...Object.fromEntries(
            others.flatMap((id) => {
              const other = found[id];
              if (!other) return [];
              return [
                [`jaccard_${id}`, jaccard(overlap(found.som.outliers, other.outliers))],
                [`spearman_${id}`, spearman(found.som.scores, other.scores)]
              ];
            })
          )
        }))
    }
  );
  let shown: LayerDetections[] | undefined;
  let key: unknown[] = [];
  follow(feed, frame, (view) => {
    const {record, choice, selection, picture} = view;
    needOthers(view);
    const current = choice.layer + 1;
    const next = [record, choice.trunk, selection.detectors];
    if (next.every((value, i) => value === key[i])) {
      sets.update({current});
      ranks.update({current});
      return;
    }
    key = next;
    const found = Array.from({length: record.layers}, (_, layer) => detectionsOf(view, layer));
    shown = found;
    const present = others.filter((id) => found[0][id]);
    const values = (id: DetectorId, of: (som: Detection, other: Detection) => number) =>
      found.map((layer) => of(layer.som, layer[id]!));
    sets.update({
      current,
      series: present.map((id) => ({
        ...strokeOf(detectors[id]),
        values: values(id, (som, other) => jaccard(overlap(som.outliers, other.outliers))),
        quiet: true
      }))
    });
    ranks.update({
      current,
      series: rankGroups(present).map(({id, label}) => ({
        ...strokeOf(detectors[id]),
        label,
        values: values(id, (som, other) => spearman(som.scores, other.scores))
      }))
    });
    const best = found.reduce(
      (most, layer, i) => {
        const value = jaccard(overlap(layer.som.outliers, layer.mad!.outliers));
        return value > most.value ? {value, i} : most;
      },
      {value: -1, i: 0}
    );
    frame.update({
      title:
        best.value < 0
          ? "In no layer do SOM and MAD both find outliers"
          : `SOM and MAD share most in layer ${best.i + 1}, ${Math.round(best.value * 100)} % of what either selects`,
      source: provenance(
        {...record, image: picture.title},
        {trunk: choice.trunk, notes: detectorNotes(selection, presentIn(found[0]))}
      )
    });
    frame.update({drawn: {image: record.image, layer: best.i + 1}});
  });
  return frame;
}
