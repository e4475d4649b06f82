import {reasonOf} from "../../ui/reason.js";
import {recordPage, type PhotoPage} from "../../page/recordPage.js";
import type {ImageRecord} from "../../records/record.js";
import type {Feed, View} from "../../site/feed.js";
import {slider} from "../../ui/inputs.js";
import type {DiagonalReading} from "./reading.js";
import {diagonalRows, readDiagonal} from "./reading.js";
import {decisionName} from "../../analysis/detectors/som.js";
import {figure, provenance, type FigureOptions} from "../frame/figure.js";
import {follow} from "../frame/follow.js";
import type {Domain} from "../../charts/colour.js";
import {formatValue} from "../../ui/dom.js";
import {marksLegend} from "../../charts/legend.js";
import {maximum, rowWords} from "../../charts/reading.js";
import {scatterStrip} from "../../charts/scatterStrip.js";
import {whenSeen} from "../../ui/whenSeen.js";

/** How many scatters are shown at once: more take longer than a frame to draw, and megabytes to load. */
const most = 18;

const blank = {
  items: [],
  label: "attention from the class token across, to itself up",
  domain: [0, 1],
  factor: 1,
  least: 150
} as const;

/**
 * The scatter of the chosen layer for the photos of the site, on common axes; a click chooses the photo. With many
 * photos a slider turns their pages.
 */
export function diagonalByImage(feed: Feed): HTMLElement {
  const {store} = feed;
  let page: PhotoPage = {records: [], from: 0, total: 0};
  /** The first photo that the reader asked for; until then the page is the chosen photo's. */
  let place: number | undefined;
  let asked = "";
  let seen = false;
  const strip = scatterStrip({...blank, onPick: (item) => store.set({image: page.records[item].photo.id})});
  strip.style.minHeight = "170px";
  const pages = slider({
    label: "Photos from",
    least: 1,
    most: 1,
    step: most,
    value: 1,
    onChange: (first) => {
      place = first - 1;
      if ("view" in feed.state) ask(feed.state.view);
    }
  });
  pages.hidden = true;
  const frame = figure(strip, feed, {
    id: "diagonal-images",
    title: "The same layer in every photo",
    waiting: "Loading the analyses of all photos.",
    lede: "The scatter of the chosen layer for every photo of this site, on common axes, times uniform. A click chooses the photo.",
    legend: [marksLegend(["token", "outlier"])],
    controls: [pages],
    reading:
      "The line is the same for all, and no constant was fitted to any of them. How many patches lie below it differs from photo to photo.",
    data: () => shown.flatMap((reading, i) => diagonalRows(reading, {photo: page.records[i].photo.id}))
  });
  let shown: DiagonalReading[] = [];
  const draw = (view: View) => {
    shown = page.records.map(({record}) => readingOf(record, view));
    const domain = [0, maximum(...shown.flatMap(({x, y}) => [x, y]))] as const;
    paint(strip, view, page, shown, domain);
    const {from, total} = page;
    pages.hidden = total <= most;
    pages.update({value: from + 1, most: 1 + most * Math.floor((total - 1) / most), suffix: `of ${total}`});
    frame.update({
      ...words(view, page, shown, domain[1]),
      waiting: "",
      drawn: {layer: view.choice.layer + 1, outliers: shown.map(({count}) => count)}
    });
  };
  const keyOf = ({selection}: View) => `${selection.model} ${place}`;
  const ask = (view: View) => {
    const key = keyOf(view);
    if (key === asked) return;
    asked = key;
    recordPage(view.selection.model, place ?? view.selection.image, most).then(
      (found) => {
        if (key !== asked) return;
        page = found;
        place ??= found.from;
        asked = keyOf(view);
        if ("view" in feed.state) draw(feed.state.view);
      },
      (error: unknown) => frame.update({failure: reasonOf(error)})
    );
  };
  follow(feed, frame, (view) => {
    if (seen) ask(view);
    if (page.records.length && asked === keyOf(view)) draw(view);
    else frame.update({waiting: "Loading the analyses of all photos."});
  });
  whenSeen(frame, () => {
    seen = true;
    if ("view" in feed.state) ask(feed.state.view);
  });
  return frame;
}

/** The scatter of the chosen layer of one record, or of its last where it has fewer. */
function readingOf(record: ImageRecord, {selection, choice}: View): DiagonalReading {
  const layer = Math.min(choice.layer, record.layers - 1);
  return readDiagonal(record, {...selection.detectors.som, trunk: choice.trunk, layer});
}

function paint(
  strip: ReturnType<typeof scatterStrip>,
  {selection, choice}: View,
  {records}: PhotoPage,
  readings: readonly DiagonalReading[],
  domain: Domain
): void {
  strip.update({
    label: rowWords(blank.label, records[0]?.record.prefix),
    domain,
    scale: selection.maps.scale,
    factor: choice.factor,
    current: records.findIndex(({photo}) => photo.id === selection.image),
    items: readings.map(({x, y, members, count}, i) => ({
      label: records[i].photo.title,
      note: `${count}`,
      x,
      y,
      members
    }))
  });
}

/** @param reach what both axes span */
function words(
  {choice, selection}: View,
  {records, from, total}: PhotoPage,
  readings: readonly DiagonalReading[],
  reach: number
): Partial<FigureOptions> {
  const {trunk, factor, cap} = choice;
  const layer = choice.layer + 1;
  const which =
    total > most ? `photos ${from + 1} to ${Math.min(from + most, total)} of ${total}` : "every photo of this site";
  const counts = readings.map(({count}) => count).toSorted((a, b) => a - b);
  return {
    title: `In layer ${layer} ${rangeWords(counts)} of ${readings[0].x.length} patches lie below the line${counts.length > 1 ? ", depending on the photo" : ""}`,
    lede: `Layer ${layer} of ${which}, on common axes from 0 to ${formatValue(reach)} times uniform: from the class token across, to itself up. The number is that of outliers; a click chooses the photo.`,
    source: provenance(
      {...records[0].record, image: `${records.length} photos`},
      {layer, trunk, factor, cap, notes: [decisionName(selection.detectors.som.heads)]}
    )
  };
}

/** "3 to 54", or one number where there is one. */
function rangeWords(ascending: readonly number[]): string {
  const [least, most] = [ascending[0], ascending.at(-1)!];
  return least === most ? String(least) : `${least} to ${most}`;
}
