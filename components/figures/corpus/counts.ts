import {shareAbove, valuesOf} from "../../analysis/corpus/distribution.js";
import type {CorpusSummary} from "../../analysis/corpus/summary.js";
import {detectorIds, detectors, type DetectorId} from "../../analysis/detectors/index.js";
import {trunks, type Trunk} from "../../records/record.js";
import {segmented} from "../../ui/inputs.js";
import type {Place} from "../../site/feed.js";
import type {Selection, SelectionStore} from "../../site/selection.js";
import {detectorTitle} from "../detectors/reading.js";
import {h} from "../../ui/dom.js";
import {figure} from "../frame/figure.js";
import type {Rows} from "../frame/rows.js";
import {boundsText, corpusSource, followCorpus} from "../frame/followCorpus.js";
import {rampLegend, strokesLegend} from "../../charts/legend.js";
import {trunkStrokes} from "../../charts/marks.js";
import {matrix} from "../../charts/matrix.js";
import {plate} from "../../charts/plate.js";
import {maximum} from "../../charts/reading.js";
import {spread} from "../../charts/spread.js";

/** Which images the page sums up. */
export function corpusControl(store: SelectionStore): HTMLElement {
  const corpus = segmented<Selection["corpus"]["images"]>({
    label: "Images",
    options: [
      {value: "voc", label: "PASCAL VOC val", hint: "199 photos, summed up beforehand"},
      {value: "photos", label: "this site’s photos"}
    ],
    value: store.value.corpus.images,
    onChange: (value) => store.set({corpus: {images: value}})
  });
  store.subscribe((selection) => corpus.update({value: selection.corpus.images}));
  return h("div", {class: "page-controls"}, corpus);
}

/** Which detector's sets a figure draws. */
export function detectorControl(store: SelectionStore): HTMLElement {
  const detector = segmented<DetectorId>({
    label: "Detector",
    options: detectorIds.map((id) => ({value: id, label: detectors[id].label, hint: detectorTitle(id)})),
    value: detectorOf(store.value),
    onChange: (value) => store.set({corpus: {detector: value}})
  });
  store.subscribe((selection) => detector.update({value: detectorOf(selection)}));
  return detector;
}

/** The chosen detector, or SOM where there is no such detector or the corpus was summed up without it. */
export function detectorOf({corpus: {detector}}: Selection, corpus?: CorpusSummary): DetectorId {
  return (corpus ? detectorsIn(corpus) : detectorIds).find((id) => id === detector) ?? "som";
}

/** The detectors that a corpus was summed up with, in the order of the list. */
export function detectorsIn({places}: CorpusSummary): DetectorId[] {
  return detectorIds.filter((id) => places[id]);
}

/** How many outliers an image has, and how long its longest token is: the spread over images, layer by layer. */
export function corpusCounts(place: Place): HTMLElement {
  const {store} = place;
  const onPick = (layer: number) => store.set({layer});
  const counts = spread({series: [], label: "↑ outliers an image", onPick});
  const lengths = spread({series: [], label: "↑ largest norm, times the median", scale: "log", height: 240, onPick});
  const lengthFrame = plate(lengths, {title: "largest patch norm"});
  const frame = figure(
    h("div", {class: "stacked"}, plate(counts, {title: "outliers by the paper’s test"}), lengthFrame),
    place,
    {
      id: "corpus-counts",
      title: "How many outliers, from which layer on",
      waiting: "Loading the numbers of all images.",
      lede: "Spread over images: a line from 5 to 95 %, a bar over the middle half, a notch at the median; a diamond at the mean with its 95 % interval.",
      legend: [strokesLegend([trunkStrokes.plain, trunkStrokes.purified])],
      reading:
        "Above, the number of patches that Eq. 4 selects; below, the largest token norm of an image, before the layer’s own repair. An image contributes one number to each.",
      data: () => (drawn ? spreadRows(drawn) : [])
    }
  );
  let drawn: CorpusSummary | undefined;
  followCorpus(store, frame, (view) => {
    const {corpus, layer} = view;
    const current = layer + 1;
    if (drawn === corpus) {
      counts.update({current});
      lengths.update({current});
    } else {
      drawn = corpus;
      counts.update({
        current,
        series: trunks.map((trunk) => ({
          ...trunkStrokes[trunk],
          values: corpus.counts[trunk],
          means: corpus.meanCounts[trunk]
        }))
      });
      lengths.update({
        current,
        series: trunks.map((trunk) => ({...trunkStrokes[trunk], values: corpus.lengths[trunk]}))
      });
    }
    const long = (trunk: Trunk) => Math.round(100 * shareAbove(corpus.lengths[trunk][layer], 10));
    lengthFrame.update({
      title: `largest patch norm: in layer ${current} above 10 × the median in ${long("plain")} % of images without SOM, ${long("purified")} % with it`
    });
    const whole = (value: number) => (value >= 10 ? value.toFixed(0) : value.toFixed(1));
    frame.update({
      title: `Layer ${current}: ${boundsText(corpus.meanCounts.plain[layer], whole)} of ${corpus.grid[0] * corpus.grid[1]} patches are outliers on average without SOM, ${boundsText(corpus.meanCounts.purified[layer], whole)} with it`,
      source: corpusSource(view, [`${corpus.images} images`, "mean over heads, factor 1, no cap"])
    });
    frame.update({drawn: {images: corpus.images, layer: current, mean: corpus.meanCounts.plain[layer][0]}});
  });
  return frame;
}

/**
 * Sorted within a layer, as the site has them: a row is no image. Of many images a row a value, with the number of images
 * that have it.
 */
function spreadRows({counts, lengths, intervals}: CorpusSummary): Rows {
  return trunks.flatMap((trunk) =>
    counts[trunk].flatMap((row, layer): Rows => {
      const [outliers, longest] = [valuesOf(row), valuesOf(lengths[trunk][layer])];
      const of = {trunk, layer: layer + 1};
      if (!intervals)
        return outliers.map(([value], order) => ({
          ...of,
          order: order + 1,
          outliers: value,
          longest: longest[order][0]
        }));
      return [
        ...outliers.map(([value, images]) => ({...of, images, outliers: value, longest: ""})),
        ...longest.map(([value, images]) => ({...of, images, outliers: "", longest: value}))
      ];
    })
  );
}

/** In which layer each image shows its first outlier, by three readings of the word. */
export function corpusOnsets(place: Place): HTMLElement {
  const {store} = place;
  const rows = ["Eq. 4", "MAD", "long"];
  const table = matrix({
    rows,
    columns: [...Array.from({length: 12}, (_, i) => String(i + 1)), "–"],
    values: [],
    label: "images by the first layer",
    across: "first layer",
    cellHeight: 36,
    format: (value) => (value ? value.toFixed(0) : ""),
    onPick: (_, column) => column < 12 && store.set({layer: column + 1})
  });
  const legend = rampLegend({label: "images", domain: [0, 1], scale: "linear"});
  const frame = figure(table, place, {
    id: "corpus-onsets",
    title: "When outliers first appear",
    waiting: "Loading the numbers of all images.",
    lede: "Images by the first layer in which a patch is an outlier, by three definitions: Eq. 4 selects one, MAD selects one, or one has a norm over 10 times the median. Last column: never. Without SOM.",
    legend: [legend],
    reading:
      "MAD cuts at a fixed number of robust standard deviations, so it also selects the tail of a narrow distribution: an early onset by MAD need not be an artifact.",
    data: () =>
      (["som", "mad", "long"] as const).flatMap((reading) =>
        (drawn?.onsets[reading] ?? []).map((images, layer, all) => ({
          reading,
          layer: layer + 1 < all.length ? layer + 1 : "",
          images
        }))
      )
  });
  let drawn: CorpusSummary | undefined;
  followCorpus(store, frame, (view) => {
    const {corpus, layer} = view;
    table.update({current: [null, layer]});
    if (drawn === corpus) return;
    drawn = corpus;
    const {som, mad, long} = corpus.onsets;
    const values = [...som, ...mad, ...long];
    table.update({
      columns: [...Array.from({length: corpus.layers}, (_, i) => String(i + 1)), "–"],
      values,
      domain: [0, corpus.images]
    });
    legend.update({domain: [0, maximum([corpus.images])], scale: "linear"});
    const most = (list: readonly number[]) => list.indexOf(Math.max(...list));
    const name = (list: readonly number[]) =>
      most(list) === corpus.layers ? "in no layer" : `in layer ${most(list) + 1}`;
    frame.update({
      title: `High-norm tokens first appear ${name(long)} in ${Math.max(...long)} of ${corpus.images} images; Eq. 4 first selects a patch ${name(som)} in ${Math.max(...som)}`,
      source: corpusSource(view, [`${corpus.images} images`, "without SOM"], {intervals: false})
    });
    frame.update({drawn: {images: corpus.images, onsets: values}});
  });
  return frame;
}
