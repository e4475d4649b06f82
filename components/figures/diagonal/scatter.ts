import type {Feed, View} from "../../site/feed.js";
import type {Pointing} from "../../site/selection.js";
import {overlap} from "../../analysis/agreement.js";
import {decisionName} from "../../analysis/detectors/som.js";
import {detectorControls} from "../detectors/controls.js";
import {ownTestField} from "../detectors/ownTestField.js";
import {ownTestOf} from "../frame/ownTest.js";
import {knownOf} from "../../analysis/detectors/layer.js";
import type {DiagonalReading} from "./reading.js";
import {diagonalRows, readDiagonal} from "./reading.js";
import {h} from "../../ui/dom.js";
import {patchHands} from "../frame/kit.js";
import {figure, provenance} from "../frame/figure.js";
import {follow} from "../frame/follow.js";
import {heldMarks} from "../frame/heldLegend.js";
import type {ImageRecord} from "../../records/record.js";
import {marksOn, withHighNorm} from "../frame/tokens.js";
import {pinMarks} from "../attention/maps.js";
import {marksLegend} from "../../charts/legend.js";
import {patchMap} from "../../charts/patchMap.js";
import {plate} from "../../charts/plate.js";
import {highNormOf, patchName, rowWords} from "../../charts/reading.js";
import {describePoint, scatter} from "../../charts/scatter.js";

/** A layer as the current selection tests it. */
export function selectedDiagonal({record, selection, choice}: View, layer = choice.layer): DiagonalReading {
  return readDiagonal(record, {...selection.detectors.som, trunk: choice.trunk, layer});
}

/** Caption of a figure that draws the test of Eq. 4. */
export function diagonalSource(
  {record, picture, selection, choice}: View,
  layer?: number,
  notes: string[] = []
): string {
  const {trunk, factor, cap} = choice;
  return provenance(
    {...record, image: picture.title},
    {layer, trunk, factor, cap, notes: [decisionName(selection.detectors.som.heads), ...notes]}
  );
}

function readoutOf({x, y, members}: DiagonalReading, {grid, prefix}: ImageRecord, {hover, brush}: Pointing): string {
  const name = (patch: number) => patchName(patch, grid[1]);
  if (hover !== null)
    return describePoint({x, y, members, factor: 1, name, from: rowWords("class token", prefix)}, hover);
  return brush ? `${brush.size} selected, ${[...brush].filter((i) => members[i]).length} of them outliers` : "";
}

/** The set of the reader's own test; undefined where there is none that can be evaluated. */
function ownSet({record, selection, choice: {trunk, layer}}: View): Uint8Array | undefined {
  return ownTestOf(selection, record, trunk).detector?.detect(knownOf(record, trunk, layer)).outliers;
}

/** How the reader's set compares with the test of Eq. 4, for a title; empty where there is none. */
function ownWords(mine: Uint8Array | undefined, members: Uint8Array): string {
  if (!mine) return "";
  const {both, onlyB} = overlap(members, mine);
  return `; your test finds ${both + onlyB}, ${both} of them below it`;
}

function showLegend(place: HTMLElement, record: ImageRecord, own: boolean): void {
  const names = ["token", "outlier", "highNorm", "target", "background", "brushed"] as const;
  const held = heldMarks(own ? [...names, "own"] : names, record);
  if (place.dataset.marks === String(held)) return;
  place.dataset.marks = String(held);
  place.replaceChildren(marksLegend(held));
}

/** One layer: each patch between the class token and itself, the line that decides, the same patches on the photo. */
export function diagonalFigure(feed: Feed): HTMLElement {
  const {store} = feed;
  let reading: DiagonalReading | undefined;
  let mine: Uint8Array | undefined;
  const hands = patchHands(store);
  const chart = scatter({x: [], y: [], members: [], factor: 1, ...hands, onBrush: (brush) => store.point({brush})});
  const photo = patchMap({grid: [14, 14], label: "the photo", lines: true, ...hands});
  const controls = detectorControls(store, ["som"]);
  const own = ownTestField(store);
  const legend = h("div");
  const readout = h("span", {class: "plate-readout"});
  const frame = figure(
    h(
      "div",
      {class: "beside"},
      plate(chart, {title: "all patches"}),
      plate(photo, {title: h("span", {}, "the same patches ", readout)})
    ),
    feed,
    {
      id: "diagonal",
      title: "One line decides which patches are outliers",
      waiting: "Loading the analysis of this photo.",
      lede: "Each point is a patch: attention from the class token across, attention to itself up, both in times uniform.",
      legend: [legend],
      controls: [...controls.inputs, own.element],
      reading:
        "Below the line, the class token attends to a patch more than the patch attends to itself (Eq. 4). Drag over points to see where they lie on the photo; hover either to find it in the other. Where heads decide one by one, a patch stands at the head that decides, so the line still separates the set from the rest.",
      data: () => (reading ? diagonalRows(reading).map((row, i) => (mine ? {...row, own_test: mine[i]} : row)) : [])
    }
  );
  const point = ({record}: View) => {
    const {hover, brush} = store.pointing;
    chart.update({hover, brush});
    photo.update({hover, brush});
    readout.textContent = readoutOf(reading!, record, store.pointing);
  };
  follow(
    feed,
    frame,
    (view) => {
      const {record, choice, selection, picture} = view;
      reading = selectedDiagonal(view);
      const {x, y, members, count} = reading;
      const highNorm = highNormOf(record, choice.trunk, choice.layer);
      mine = ownSet(view);
      const marks = [...marksOn(highNorm, "highNorm"), ...marksOn(mine ?? new Uint8Array(), "own"), ...pinMarks(view)];
      chart.update({
        from: rowWords("class token", record.prefix),
        x,
        y,
        members,
        factor: choice.factor,
        scale: selection.maps.scale,
        marks
      });
      photo.update({
        grid: record.grid,
        photo: picture.image,
        marks: [...marksOn(members, "outlier"), ...marks]
      });
      controls.show(selection);
      own.show(view);
      showLegend(legend, record, mine !== undefined);
      const capped = choice.cap > 0 ? ", after the cap" : "";
      frame.update({
        title: withHighNorm(
          `In layer ${choice.layer + 1}, ${count} of ${x.length} patches ${count === 1 ? "lies" : "lie"} below the line${capped}${ownWords(mine, members)}`,
          {outliers: members, highNorm}
        ),
        source: diagonalSource(view, choice.layer + 1, mine && [`your test: ${selection.detectors.expr}`])
      });
      point(view);
      frame.update({drawn: drawnOf(view, count)});
    },
    (_, view) => reading && point(view)
  );
  return frame;
}

function drawnOf({record, choice: {trunk, layer, factor, cap}, selection}: View, outliers: number) {
  return {
    image: record.image,
    trunk,
    layer: layer + 1,
    heads: selection.detectors.som.heads,
    factor,
    cap,
    outliers
  };
}
