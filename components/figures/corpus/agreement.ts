import {detectorIds, detectors, type DetectorId} from "../../analysis/detectors/index.js";
import type {CorpusSummary, PairAgreement} from "../../analysis/corpus.js";
import type {Place} from "../../site/feed.js";
import {rankGroups, strokeOf} from "../detectors/reading.js";
import {h} from "../../ui/dom.js";
import {figure} from "../frame/figure.js";
import {detectorsIn} from "./counts.js";
import {boundedCells} from "../frame/rows.js";
import {boundedSeries, boundsText, corpusSource, followCorpus} from "../frame/followCorpus.js";
import {rampLegend, strokesLegend} from "../../charts/legend.js";
import {lines} from "../../charts/lines.js";
import {matrix} from "../../charts/matrix.js";
import {plate, plates} from "../../charts/plate.js";

const others = detectorIds.filter((id) => id !== "som");

/** Which detectors find the same patches, over all images. */
export function corpusAgreement(place: Place): HTMLElement {
  const {store} = place;
  const two = (value: number) => value.toFixed(2).replace("-", "−");
  const blank = {rows: [], columns: [], values: [], cellHeight: 36, cellWidth: 64, format: two};
  let pairs: readonly PairAgreement[] = [];
  let present: readonly DetectorId[] = [];
  const find = (row: number | null, column: number | null) =>
    row === null || column === null
      ? undefined
      : pairs.find(({pair}) => pair.includes(present[row]) && pair.includes(present[column]) && row !== column);
  const sets = matrix({
    ...blank,
    label: "Jaccard index of two sets, pooled over images",
    domain: [0, 1],
    onHover: (row, column) => {
      const pair = find(row, column);
      const chance = pair?.chance == null ? "" : `, by chance ${two(pair.chance)}`;
      setsFrame.update({readout: pair ? `${boundsText(pair.jaccard, two)}${chance}` : ""});
    }
  });
  const ranks = matrix({
    ...blank,
    label: "rank correlation of two scores, mean over images",
    signed: true,
    domain: [0, 1],
    onHover: (row, column) => {
      const pair = find(row, column);
      ranksFrame.update({readout: pair ? boundsText(pair.rank, two) : ""});
    }
  });
  const setsFrame = plate(sets, {title: "Jaccard"});
  const ranksFrame = plate(ranks, {title: "Spearman’s ρ"});
  const onPick = (layer: number) => store.set({layer});
  const setLines = lines({series: [], label: "↑ Jaccard index with SOM’s set", extent: [0, 0.5], onPick});
  const rankLines = lines({series: [], label: "↑ Spearman’s ρ with SOM’s margin", extent: [-1, 1], onPick});
  const frame = figure(
    h(
      "div",
      {class: "stacked"},
      plates([setsFrame, ranksFrame], 300),
      h(
        "div",
        {class: "beside"},
        plate(setLines, {title: "same patches as SOM?"}),
        plate(rankLines, {title: "same order as SOM?"})
      )
    ),
    place,
    {
      id: "corpus-agreement",
      title: "Do detectors agree?",
      waiting: "Loading the numbers of all images.",
      lede: "Above, all pairs in the chosen layer. Below, SOM against the others in every layer. Jaccard is pooled over images, ρ is the mean over images.",
      legend: [
        rampLegend({label: "Jaccard", domain: [0, 1], scale: "linear"}),
        rampLegend({label: "Spearman’s ρ", domain: [0, 1], scale: "linear", signed: true}),
        strokesLegend(others.map((id) => strokeOf(detectors[id])))
      ],
      reading:
        "Point at a cell for its interval, and for what two independent sets of these sizes would share. L2 and MAD rank by the same norm: their ρ is 1 by construction.",
      data: () =>
        (drawn?.agreement ?? []).flatMap((all, layer) =>
          all.map(({pair: [first, second], jaccard, chance, rank}) => ({
            layer: layer + 1,
            first,
            second,
            ...boundedCells("jaccard", jaccard),
            chance: chance ?? "",
            ...boundedCells("spearman", rank)
          }))
        )
    }
  );
  let drawn: CorpusSummary | undefined;
  followCorpus(store, frame, (view) => {
    const {corpus, layer} = view;
    pairs = corpus.agreement[layer];
    present = detectorsIn(corpus);
    const names = present.map((id) => detectors[id].label);
    const cells = (of: (pair: PairAgreement) => number | null) =>
      present.flatMap((_, row) =>
        present.map((_other, column) => {
          if (row === column) return 1;
          const pair = find(row, column);
          return (pair && of(pair)) ?? NaN;
        })
      );
    sets.update({rows: names, columns: names, values: cells(({jaccard}) => jaccard[0])});
    ranks.update({rows: names, columns: names, values: cells(({rank}) => rank[0])});
    const current = layer + 1;
    if (drawn === corpus) {
      setLines.update({current});
      rankLines.update({current});
    } else {
      drawn = corpus;
      const known = others.filter((id) => present.includes(id));
      const withSom = (id: DetectorId) =>
        corpus.agreement.map((all) => all.find(({pair}) => pair[0] === "som" && pair[1] === id)!);
      setLines.update({
        current,
        series: known.map((id) => ({
          ...boundedSeries(
            strokeOf(detectors[id]),
            withSom(id).map(({jaccard}) => jaccard)
          ),
          quiet: true
        }))
      });
      rankLines.update({
        current,
        series: rankGroups(known).map(({id, label}) =>
          boundedSeries(
            {...strokeOf(detectors[id]), label},
            withSom(id).map(({rank}) => rank)
          )
        )
      });
    }
    const mad = pairs.find(({pair}) => pair[0] === "som" && pair[1] === "mad")!;
    frame.update({
      title:
        mad.jaccard[0] === null
          ? `Layer ${current}: SOM and MAD find nothing`
          : `Layer ${current}: SOM and MAD share ${boundsText(mad.jaccard, two)} of what either selects; by chance it would be ${mad.chance === null ? "—" : two(mad.chance)}`,
      source: corpusSource(view, ["default options", "without SOM"], {oneLayer: true})
    });
    frame.update({drawn: {images: corpus.images, layer: current, jaccard: mad.jaccard[0]}});
  });
  return frame;
}
