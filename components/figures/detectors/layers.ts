import {jaccard, overlap} from "../../analysis/agreement.js";
import type {Detection} from "../../analysis/detectors/detection.js";
import {spearman} from "../../analysis/ranks.js";
import type {Feed} from "../../site/feed.js";
import {looks, shownIds, type ShownId} from "../frame/ownTest.js";
import {detectionsOf, detectorNotes, needOthers, presentIn, rankGroups, strokeOf, type Found} from "./reading.js";
import {h} from "../../ui/dom.js";
import {figure, provenance} from "../frame/figure.js";
import {follow} from "../frame/follow.js";
import type {Rows} from "../frame/rows.js";
import {strokesLegend} from "../../charts/legend.js";
import {lines, type Series} from "../../charts/lines.js";
import {plate} from "../../charts/plate.js";

const others = shownIds.filter((id) => id !== "som");

/** How SOM agrees with each other detector, layer by layer. */
export function detectorLayers(feed: Feed): HTMLElement {
  const onPick = (layer: number) => feed.store.set({layer});
  const sets = lines({series: [], label: "↑ Jaccard index with SOM’s set", extent: [0, 1], onPick});
  const ranks = lines({series: [], label: "↑ Spearman’s ρ with SOM’s margin", extent: [-1, 1], onPick});
  const legend = h("div");
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
      legend: [legend],
      reading:
        "Left, 1 is the same set, 0 no patch in common; a gap means that neither found any. Right, below 0 the patches with the larger margin are mostly those that the other detector ranks as ordinary.",
      data: () => rows(shown ?? [])
    }
  );
  let shown: Found[] | undefined;
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
    legend.replaceChildren(strokesLegend(presentBeside(found).map((id) => strokeOf(looks[id]))));
    const other = found[0].mad ? "mad" : "expr";
    const {label} = looks[other];
    const best = closest(found, other);
    frame.update({
      title:
        best.value < 0
          ? `In no layer do SOM and ${label} both find outliers`
          : `SOM and ${label} share most in layer ${best.layer}, ${Math.round(best.value * 100)} % of what either selects`,
      source: provenance(
        {...record, image: picture.title},
        {trunk: choice.trunk, notes: detectorNotes(selection, presentIn(found[0]))}
      ),
      drawn: {image: record.image, layer: best.layer}
    });
  });
  return frame;
}

type Layers = readonly Found[];

const sharedSet = (a: Detection, b: Detection) => jaccard(overlap(a.outliers, b.outliers));
const sharedOrder = (a: Detection, b: Detection) => spearman(a.scores, b.scores);

function presentBeside(found: Layers): ShownId[] {
  return others.filter((id) => found[0][id]);
}

function setSeries(found: Layers): Series[] {
  return presentBeside(found).map((id) => ({
    ...strokeOf(looks[id]),
    values: found.map((layer) => sharedSet(layer.som, layer[id]!)),
    quiet: true
  }));
}

function rankSeries(found: Layers): Series[] {
  return rankGroups(presentBeside(found)).map(({id, label}) => ({
    ...strokeOf(looks[id]),
    label,
    values: found.map((layer) => sharedOrder(layer.som, layer[id]!))
  }));
}

/** The layer (1-based) in which SOM and another detector share most; −1 where they never do. */
function closest(found: Layers, other: ShownId): {layer: number; value: number} {
  return found.reduce(
    (most, layer, i) => {
      const value = sharedSet(layer.som, layer[other]!);
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
