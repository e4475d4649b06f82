import {jaccard, overlap} from "../../analysis/agreement.js";
import {layerDetectors, type LayerDetections} from "../../analysis/detectors/layer.js";
import {spearman} from "../../analysis/ranks.js";
import type {Feed} from "../../site/feed.js";
import {detectionsOf} from "./maps.js";
import {detectorNotes, detectorStyle} from "./style.js";
import {h} from "../../ui/dom.js";
import {figure, provenance} from "../frame/figure.js";
import {follow} from "../frame/follow.js";
import {strokesLegend} from "../../charts/legend.js";
import {lines} from "../../charts/lines.js";
import {plate} from "../../charts/plate.js";

const others = layerDetectors.filter((id) => id !== "som");

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
    {
      id: "agreement-by-layer",
      title: "Does SOM find what the others find?",
      waiting: "Loading.",
      lede: "SOM against each other detector in every layer, with the options chosen above.",
      legend: [strokesLegend(others.map((id) => detectorStyle[id]))],
      reading:
        "Left, 1 is the same set, 0 no patch in common; a gap means that neither found any. Right, below 0 the patches with the larger margin are rather those that the other detector finds ordinary.",
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
    const current = choice.layer + 1;
    const {factor, cap, heads, count, contamination, threshold} = selection;
    const next = [record, choice.trunk, factor, cap, heads, count, contamination, threshold];
    if (next.every((value, i) => value === key[i])) {
      sets.update({current});
      ranks.update({current});
      return;
    }
    key = next;
    const found = Array.from({length: record.layers}, (_, layer) => detectionsOf(view, layer));
    shown = found;
    const series = (of: (layer: LayerDetections, id: (typeof others)[number]) => number) =>
      others
        .filter((id) => found[0][id])
        .map((id) => ({...detectorStyle[id], values: found.map((layer) => of(layer, id))}));
    // L2 and MAD rank alike: one of the two lines would hide the other, so only one is named.
    sets.update({
      current,
      series: series((layer, id) => jaccard(overlap(layer.som.outliers, layer[id]!.outliers))).map((line) => ({
        ...line,
        quiet: true
      }))
    });
    ranks.update({
      current,
      series: series((layer, id) => spearman(layer.som.scores, layer[id]!.scores))
        .filter(({label}) => label !== "MAD")
        .map((line) => (line.label === "L2" ? {...line, label: "L2, MAD"} : line))
    });
    const best = found.reduce(
      (most, layer, i) => {
        const value = jaccard(overlap(layer.som.outliers, layer.mad.outliers));
        return value > most.value ? {value, i} : most;
      },
      {value: -1, i: 0}
    );
    frame.update({
      title:
        best.value < 0
          ? "In no layer do SOM and MAD both find outliers"
          : `SOM and MAD share most in layer ${best.i + 1}, ${Math.round(best.value * 100)} % of what either finds`,
      source: provenance({...record, image: picture.title}, {trunk: choice.trunk, notes: detectorNotes(selection)})
    });
    frame.dataset.drawn = `${record.image} ${best.i + 1}`;
  });
  return frame;
}
