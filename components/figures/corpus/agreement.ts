import {detectorIds, detectors, type DetectorId} from "../../analysis/detectors/index.js";
import type {CorpusSummary, PairAgreement} from "../../analysis/corpus/summary.js";
import type {Place} from "../../site/feed.js";
import {rankGroups, strokeOf} from "../detectors/reading.js";
import {h} from "../../ui/dom.js";
import {figure} from "../frame/figure.js";
import {detectorsIn} from "./counts.js";
import {boundedCells, type Rows} from "../frame/rows.js";
import {boundedSeries, boundsText, corpusSource, followCorpus} from "../frame/followCorpus.js";
import {rampLegend, strokesLegend} from "../../charts/legend.js";
import {lines} from "../../charts/lines.js";
import {matrix} from "../../charts/matrix.js";
import {plate, plates} from "../../charts/plate.js";

const others = detectorIds.filter((id) => id !== "som");

const two = (value: number) => value.toFixed(2).replace("-", "−");

/** What is drawn: a corpus, its detectors, and how each pair of them agrees in one layer. */
interface Compared {
  corpus?: CorpusSummary;
  present: readonly DetectorId[];
  pairs: readonly PairAgreement[];
}

function pairAt({pairs, present}: Compared, row: number | null, column: number | null): PairAgreement | undefined {
  if (row === null || column === null || row === column) return undefined;
  return pairs.find(({pair}) => pair.includes(present[row]) && pair.includes(present[column]));
}

/** Tables of all pairs in one layer, and lines of SOM against the others over all layers. */
function build({store}: Place, now: () => Compared) {
  const blank = {rows: [], columns: [], values: [], cellHeight: 36, cellWidth: 64, format: two};
  const sets = matrix({
    ...blank,
    label: "Jaccard index of two sets, pooled over images",
    domain: [0, 1],
    onHover: (row, column) => {
      const pair = pairAt(now(), row, column);
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
      const pair = pairAt(now(), row, column);
      ranksFrame.update({readout: pair ? boundsText(pair.rank, two) : ""});
    }
  });
  const setsFrame = plate(sets, {title: "Jaccard"});
  const ranksFrame = plate(ranks, {title: "Spearman’s ρ"});
  const onPick = (layer: number) => store.set({layer});
  const setLines = lines({series: [], label: "↑ Jaccard index with SOM’s set", extent: [0, 0.5], onPick});
  const rankLines = lines({series: [], label: "↑ Spearman’s ρ with SOM’s margin", extent: [-1, 1], onPick});
  const content = h(
    "div",
    {class: "stacked"},
    plates([setsFrame, ranksFrame], 300),
    h(
      "div",
      {class: "beside"},
      plate(setLines, {title: "same patches as SOM?"}),
      plate(rankLines, {title: "same order as SOM?"})
    )
  );
  return {content, sets, ranks, setLines, rankLines};
}

type Parts = ReturnType<typeof build>;

/** Which detectors find the same patches, over all images. */
export function corpusAgreement(place: Place): HTMLElement {
  let drawn: Compared = {present: [], pairs: []};
  const parts = build(place, () => drawn);
  const frame = figure(parts.content, place, {
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
    data: () => rows(drawn.corpus)
  });
  followCorpus(place.store, frame, (view) => {
    const {corpus, layer} = view;
    const current = layer + 1;
    const anew = drawn.corpus !== corpus;
    drawn = {corpus, present: detectorsIn(corpus), pairs: corpus.agreement[layer]};
    paintTables(parts, drawn);
    if (anew) paintLines(parts, corpus);
    parts.setLines.update({current});
    parts.rankLines.update({current});
    const mad = drawn.pairs.find(({pair}) => pair[0] === "som" && pair[1] === "mad")!;
    frame.update({
      title:
        mad.jaccard[0] === null
          ? `Layer ${current}: SOM and MAD find nothing`
          : `Layer ${current}: SOM and MAD share ${boundsText(mad.jaccard, two)} of what either selects; by chance it would be ${mad.chance === null ? "—" : two(mad.chance)}`,
      source: corpusSource(view, ["default options", "without SOM"], {oneLayer: true}),
      drawn: {images: corpus.images, layer: current, jaccard: mad.jaccard[0]}
    });
  });
  return frame;
}

function paintTables({sets, ranks}: Parts, drawn: Compared): void {
  const names = drawn.present.map((id) => detectors[id].label);
  const cells = (of: (pair: PairAgreement) => number | null) =>
    names.flatMap((_, row) =>
      names.map((_other, column) => {
        if (row === column) return 1;
        const pair = pairAt(drawn, row, column);
        return (pair && of(pair)) ?? NaN;
      })
    );
  sets.update({rows: names, columns: names, values: cells(({jaccard}) => jaccard[0])});
  ranks.update({rows: names, columns: names, values: cells(({rank}) => rank[0])});
}

function paintLines({setLines, rankLines}: Parts, corpus: CorpusSummary): void {
  const present = detectorsIn(corpus);
  const known = others.filter((id) => present.includes(id));
  const withSom = (id: DetectorId) =>
    corpus.agreement.map((all) => all.find(({pair}) => pair[0] === "som" && pair[1] === id)!);
  setLines.update({
    series: known.map((id) => ({
      ...boundedSeries(
        strokeOf(detectors[id]),
        withSom(id).map(({jaccard}) => jaccard)
      ),
      quiet: true
    }))
  });
  rankLines.update({
    series: rankGroups(known).map(({id, label}) =>
      boundedSeries(
        {...strokeOf(detectors[id]), label},
        withSom(id).map(({rank}) => rank)
      )
    )
  });
}

function rows(corpus?: CorpusSummary): Rows {
  return (corpus?.agreement ?? []).flatMap((all, layer) =>
    all.map(({pair: [first, second], jaccard, chance, rank}) => ({
      layer: layer + 1,
      first,
      second,
      ...boundedCells("jaccard", jaccard),
      chance: chance ?? "",
      ...boundedCells("spearman", rank)
    }))
  );
}
