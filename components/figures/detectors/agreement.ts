import {argmax} from "../../analysis/arrays.js";
import {agreementMatrix, overlap} from "../../analysis/agreement.js";
import {detectorIds} from "../../analysis/detectors/index.js";
import {spearman} from "../../analysis/ranks.js";
import {rampLegend} from "../../charts/legend.js";
import {matrix} from "../../charts/matrix.js";
import {patchMap} from "../../charts/patchMap.js";
import {plate, plates} from "../../charts/plate.js";
import {patchName} from "../../charts/reading.js";
import type {Feed, View} from "../../site/feed.js";
import {figure, provenance, type Drawn, type FigureOptions} from "../frame/figure.js";
import {follow} from "../frame/follow.js";
import {patchHands} from "../frame/kit.js";
import type {Rows} from "../frame/rows.js";
import {looks, type ShownId} from "../frame/ownTest.js";
import {detectionsOf, detectorNotes, needOthers, presentIn, type Found} from "./reading.js";

/** Each patch's votes, and tables of all pairs. `onPick` is told of a cell that is chosen in the first. */
function build({store}: Feed, onPick: (row: number, column: number) => void) {
  const photo = patchMap({
    grid: [14, 14],
    label: "how many detectors find a patch",
    unit: "detectors",
    ...patchHands(store)
  });
  const photoFrame = plate(photo, {title: "how many find it"});
  const names = detectorIds.map((id) => looks[id].label);
  const format = (value: number) => value.toFixed(2).replace("-", "−");
  const blank = {rows: names, columns: names, values: [], cellHeight: 44, cellWidth: 72, format};
  const sets = matrix({...blank, label: "Jaccard index of two sets", domain: [0, 1], onPick});
  const ranks = matrix({...blank, label: "rank correlation of two scores", signed: true, domain: [0, 1]});
  const content = plates(
    [photoFrame, plate(sets, {title: "same patches? Jaccard"}), plate(ranks, {title: "same order? Spearman’s ρ"})],
    280
  );
  const legends = [
    rampLegend({label: "detectors", domain: [0, 4], scale: "linear"}),
    rampLegend({label: "Jaccard", domain: [0, 1], scale: "linear"}),
    rampLegend({label: "Spearman’s ρ", domain: [0, 1], scale: "linear", signed: true})
  ];
  return {content, photo, photoFrame, sets, ranks, legends};
}

/** Where detectors agree: patch by patch, pair by pair as sets, and pair by pair as rankings. */
export function detectorAgreement(feed: Feed): HTMLElement {
  const {store} = feed;
  let shown: Found | undefined;
  let present: ShownId[] = [];
  let picked: readonly [number, number] | null = null;
  let drawn: Drawn = {};
  const parts = build(feed, (row, column) => {
    const [a, b] = [present[row], present[column]].map((id) => shown?.[id]?.outliers);
    if (!a || !b) return;
    picked = [row, column];
    parts.sets.update({current: picked});
    store.point({brush: new Set(Array.from(a.keys()).filter((i) => a[i] && b[i]))});
  });
  const frame = figure(parts.content, feed, {
    id: "agreement",
    title: "Where they agree",
    waiting: "Loading.",
    lede: "Left: the number of detectors whose set holds the patch. Middle: what two sets share, as part of what either holds. Right: rank correlation of the scores over all patches.",
    legend: parts.legends,
    reading:
      "L2 and MAD rank by the same norm, so their order is one by construction. A click on a cell of the middle table marks the patches that both find, in all maps. Two sets of very different size cannot share much: read the index with their sizes above.",
    data: () => (shown ? rows(shown) : [])
  });
  const point = () => {
    const {hover, brush} = store.pointing;
    parts.photo.update({hover, brush});
    frame.update({drawn: {...drawn, brushed: brush?.size ?? 0}});
    if (!brush && picked) parts.sets.update({current: (picked = null)});
    const finders = hover === null ? [] : present.filter((id) => shown?.[id]?.outliers[hover]);
    parts.photoFrame.update({
      readout: hover === null ? "" : finders.map((id) => looks[id].label).join(", ") || "none"
    });
  };
  follow(
    feed,
    frame,
    (view) => {
      needOthers(view);
      const found = (shown = detectionsOf(view));
      present = presentIn(found);
      const {votes, jaccards} = paint(parts, view, found);
      frame.update(words(view, present, votes));
      drawn = {
        image: view.record.image,
        layer: view.choice.layer + 1,
        jaccards: Array.from(jaccards.subarray(0, present.length), (value) => value.toFixed(3))
      };
      point();
    },
    () => point()
  );
  return frame;
}

/** @returns how many detectors find each patch, and the table of Jaccard indices */
function paint({photo, sets, ranks}: ReturnType<typeof build>, {record}: View, found: Found) {
  const present = presentIn(found);
  const all = present.map((id) => found[id]!);
  const labels = present.map((id) => looks[id].label);
  const votes = Array.from(found.som.scores, (_, i) => all.filter(({outliers}) => outliers[i]).length);
  photo.update({
    grid: record.grid,
    values: votes,
    domain: [0, present.length],
    scale: "linear",
    photo: null,
    marks: votes.flatMap((count, patch) => (count === present.length ? [{patch, mark: "outlier" as const}] : []))
  });
  const jaccards = agreementMatrix(all.map(({outliers}) => outliers));
  sets.update({rows: labels, columns: labels, values: jaccards});
  ranks.update({
    rows: labels,
    columns: labels,
    values: all.flatMap((a) => all.map((b) => spearman(a.scores, b.scores)))
  });
  return {votes, jaccards};
}

function words(
  {record, choice, selection, picture}: View,
  present: readonly ShownId[],
  votes: readonly number[]
): Partial<FigureOptions> {
  const every = votes.filter((count) => count === present.length).length;
  const best = argmax(votes);
  return {
    title:
      every > 0
        ? `All ${present.length} agree on ${every} ${every === 1 ? "patch" : "patches"}`
        : `No patch is found by all ${present.length}; at most ${votes[best]} agree, as on ${patchName(best, record.grid[1])}`,
    source: provenance(
      {...record, image: picture.title},
      {layer: choice.layer + 1, trunk: choice.trunk, notes: detectorNotes(selection, present)}
    )
  };
}

function rows(found: Found): Rows {
  const present = presentIn(found);
  return present.flatMap((first, i) =>
    present.slice(i + 1).map((second) => {
      const [a, b] = [found[first]!, found[second]!];
      const {both, onlyA, onlyB} = overlap(a.outliers, b.outliers);
      return {first, second, both, only_first: onlyA, only_second: onlyB, spearman: spearman(a.scores, b.scores)};
    })
  );
}
