import {argmax} from "../../analysis/arrays.js";
import type {CorpusSummary} from "../../analysis/corpus/summary.js";
import {detectorIds, detectors, type DetectorId} from "../../analysis/detectors/index.js";
import type {Place} from "../../site/feed.js";
import {contentTitle} from "./words.js";
import {detectorControl, detectorOf, detectorsIn} from "./counts.js";
import {detectorTitle, strokeOf} from "../detectors/reading.js";
import {h} from "../../ui/dom.js";
import {figure} from "../frame/figure.js";
import {boundedCells, type Rows} from "../frame/rows.js";
import {boundedSeries, corpusSource, followCorpus} from "../frame/followCorpus.js";
import {layerStrip} from "../../charts/layerStrip.js";
import {rampLegend, strokesLegend} from "../../charts/legend.js";
import {lines} from "../../charts/lines.js";
import type {Stroke} from "../../charts/marks.js";
import {marks} from "../../charts/marks.js";
import {patchMap} from "../../charts/patchMap.js";
import {plate} from "../../charts/plate.js";
import {maximum, patchName} from "../../charts/reading.js";

function build({store}: Place) {
  const map = patchMap({
    grid: [14, 14],
    label: "share of images in which the patch is in the set",
    unit: "% of images",
    onHover: (hover) => store.point({hover}),
    onPick: () => {}
  });
  const mapFrame = plate(map, {title: "the chosen layer"});
  const strip = layerStrip({
    grid: [14, 14],
    items: Array.from({length: 12}, (_, i) => ({label: String(i + 1), values: []})),
    label: "share of images in which the patch is in the set",
    least: 62,
    onPick: (item) => store.set({layer: item + 1})
  });
  const border = lines({
    series: [],
    label: "↑ % of patches in the set",
    across: "steps from the border",
    start: 0,
    height: 400
  });
  const content = h(
    "div",
    {},
    h("div", {class: "beside"}, mapFrame, plate(border, {title: "by distance to the border, all detectors"})),
    h("div", {class: "strips"}, h("span", {}, "layers"), strip)
  );
  const legend = rampLegend({label: "in the set, % of images", domain: [0, 100], scale: "linear"});
  return {content, map, mapFrame, strip, border, legend};
}

/** Of one detector in one corpus: in how many per cent of the images each patch is in the set, a row a layer. */
interface Shares {
  corpus: CorpusSummary;
  id: DetectorId;
  rows: number[][];
}

export function sharesOf(corpus: CorpusSummary, id: DetectorId): Shares {
  return {corpus, id, rows: corpus.places[id]!.map((row) => row.map((count) => (100 * count) / corpus.images))};
}

/** Where on the image a detector's sets lie, layer by layer, and how that depends on the border. */
export function corpusPlaces(place: Place): HTMLElement {
  const {store} = place;
  const parts = build(place);
  const frame = figure(parts.content, place, {
    id: "corpus-places",
    title: "Where outliers sit",
    waiting: "Loading the numbers of all images.",
    lede: "Share of images in which each place is in the set of the chosen detector; beside it, the share of patches in each set by steps from the border.",
    controls: [detectorControl(store)],
    legend: [parts.legend, strokesLegend(detectorIds.map((id) => strokeOf(detectors[id])))],
    reading:
      "A place that is an outlier in most images is one because of its position, not its content. Photos have their objects in the middle, so this figure alone does not separate position from content.",
    data: () => (shares ? placeRows(shares) : [])
  });
  let shares: Shares | undefined;
  let drawnLayer = 0;
  const point = () => {
    const {hover} = store.pointing;
    parts.map.update({hover});
    const value = hover === null ? undefined : shares?.rows[drawnLayer]?.[hover];
    parts.mapFrame.update({readout: value === undefined ? "" : `${value.toFixed(0)} % of images`});
  };
  store.subscribePointing(point);
  followCorpus(store, frame, (view) => {
    const {corpus, layer, selection} = view;
    const id = detectorOf(selection, corpus);
    const anew = shares?.corpus !== corpus || shares.id !== id;
    if (anew) shares = sharesOf(corpus, id);
    drawnLayer = layer;
    paintPlaces(parts, shares!, layer, anew);
    const row = shares!.rows[layer];
    const most = argmax(row);
    frame.update({
      title: `${detectors[id].label}, layer ${layer + 1}: most often patch ${patchName(most, corpus.grid[1])}, in ${row[most].toFixed(0)} % of images`,
      source: corpusSource(view, [detectorTitle(id), "default options", "without SOM"], {oneLayer: true})
    });
    point();
    frame.update({drawn: {images: corpus.images, detector: id, layer: layer + 1, most}});
  });
  return frame;
}

/** @param anew whether it is another detector or corpus, and not only another layer */
function paintPlaces(
  {map, strip, border, legend}: ReturnType<typeof build>,
  {corpus, rows}: Shares,
  layer: number,
  anew: boolean
): void {
  const look = {grid: corpus.grid, domain: [0, maximum(...rows)], scale: "linear"} as const;
  map.update({...look, values: rows[layer]});
  const items = () => rows.map((values, i) => ({label: String(i + 1), values}));
  strip.update({current: layer, ...(anew && {...look, items: items()})});
  legend.update({domain: look.domain, scale: look.scale});
  border.update({
    series: detectorsIn(corpus).map((other) => ({
      ...boundedSeries(strokeOf(detectors[other]), corpus.border[other]![layer], 100),
      quiet: true
    }))
  });
}

/** A row a patch of a layer. */
function placeRows({corpus, id}: Shares): Rows {
  return corpus.places[id]!.flatMap((row, layer) =>
    row.map((images, patch) => ({detector: id, layer: layer + 1, patch, images}))
  );
}

const onObject: Stroke = {label: "on objects", colour: marks.target.colour};
const onBackground: Stroke = {label: "on background", colour: marks.background.colour, dash: "5 3"};

/** Whether outliers lie where the image is flat, and whether they lie off its objects. */
export function corpusContent(place: Place): HTMLElement {
  const {store} = place;
  const texture = lines({
    series: [],
    label: "↑ % of patches in the set",
    across: "tenth of the image’s patches, flattest first"
  });
  const objects = lines({series: [], label: "↑ % of patches in the set", onPick: (layer) => store.set({layer})});
  const objectFrame = plate(objects, {title: "on objects and off them, by layer"});
  const frame = figure(
    h("div", {class: "beside"}, plate(texture, {title: "by local variance, all detectors"}), objectFrame),
    place,
    {
      id: "corpus-content",
      title: "What outliers show",
      waiting: "Loading the numbers of all images.",
      lede: "Left: patches of each image sorted by the variance of lightness inside them. Right: patches that mostly show a labelled object, and the others.",
      controls: [detectorControl(store)],
      legend: [
        strokesLegend(detectorIds.map((id) => strokeOf(detectors[id]))),
        strokesLegend([onObject, onBackground])
      ],
      reading:
        "The literature places outliers in flat background. A flat line means that uniformity does not matter here. Bands are 95 % intervals; images weigh by how many patches they bring.",
      data: () => (drawn ? contentRows(drawn) : [])
    }
  );
  let drawn: CorpusSummary | undefined;
  followCorpus(store, frame, (view) => {
    const {corpus, layer, selection} = view;
    const id = detectorOf(selection, corpus);
    drawn = corpus;
    texture.update({
      series: detectorsIn(corpus).map((other) => ({
        ...boundedSeries(strokeOf(detectors[other]), corpus.texture[other]![layer], 100),
        quiet: true
      }))
    });
    const known = corpus.objects?.[id];
    objectFrame.hidden = !known;
    if (known) {
      objects.update({
        current: layer + 1,
        series: [
          boundedSeries(
            {...onObject},
            known.map(({object}) => object),
            100
          ),
          boundedSeries(
            {...onBackground},
            known.map(({background}) => background),
            100
          )
        ].map((line) => ({...line, quiet: true}))
      });
    }
    frame.update({
      title: contentTitle(`${detectors[id].label}, layer ${layer + 1}`, corpus.objects?.[id]?.[layer].difference),
      source: corpusSource(view, [detectorTitle(id), "default options", "without SOM"], {oneLayer: true})
    });
    frame.update({drawn: {images: corpus.images, detector: id, layer: layer + 1}});
  });
  return frame;
}

/** A row a group of patches: tenths by local variance, 1 the flattest, and where it is known objects and background. */
function contentRows(corpus: CorpusSummary): Rows {
  const {texture, objects} = corpus;
  return detectorsIn(corpus).flatMap((detector) =>
    texture[detector]!.flatMap((tenths, layer) => {
      const known = objects?.[detector]?.[layer];
      return [
        ...tenths.map((share, i) => [`tenth ${i + 1}`, share] as const),
        ...(known
          ? ([
              ["object", known.object],
              ["background", known.background]
            ] as const)
          : [])
      ].map(([patches, share]) => ({detector, layer: layer + 1, patches, ...boundedCells("share", share)}));
    })
  );
}
