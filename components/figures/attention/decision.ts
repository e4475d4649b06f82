import type {Feed, View} from "../../site/feed.js";
import {testControls} from "../detectors/controls.js";
import {h} from "../../ui/dom.js";
import {patchHands} from "../frame/kit.js";
import {figure, provenance} from "../frame/figure.js";
import {follow} from "../frame/follow.js";
import {heldMarksLegend} from "../frame/heldLegend.js";
import {marksOn, withHighNorm} from "../frame/tokens.js";
import {pinMarks} from "./maps.js";
import {patchMap} from "../../charts/patchMap.js";
import {plate} from "../../charts/plate.js";
import type {LayerReading} from "../../charts/reading.js";
import {patchName, readLayer, rowWords} from "../../charts/reading.js";
import {describePoint, scatter} from "../../charts/scatter.js";

/** Eq. 4 as a picture: each patch between the class token and itself, the deciding line, and the same patches on the photo. */
export function decisionFigure(feed: Feed): HTMLElement {
  const {store} = feed;
  let reading: LayerReading | undefined;
  const hands = patchHands(store);
  const chart = scatter({
    x: [],
    y: [],
    members: [],
    factor: 1,
    ...hands,
    onBrush: (brush) => store.point({brush})
  });
  const photo = patchMap({grid: [14, 14], label: "the photo", lines: true, ...hands});
  const test = testControls(store);
  const photoFrame = plate(photo, {title: "the same patches"});
  const frame = figure(h("div", {class: "beside"}, plate(chart, {title: "all patches"}), photoFrame), feed, {
    id: "decision",
    title: "One line decides which patches are outliers",
    waiting: "Loading the analysis of this photo.",
    lede: "Each point is a patch: attention from the class token across, attention to itself up, both in times uniform.",
    legend: [heldMarksLegend(feed, ["token", "outlier", "highNorm", "target", "background", "brushed"])],
    controls: test.inputs,
    reading:
      "Below the line, the class token attends to a patch more than the patch attends to itself (Eq. 4). Drag over points to find them on the photo; hover either to find it in the other.",
    data: () =>
      reading
        ? Array.from(reading.classRow, (value, patch) => ({
            patch,
            class_row: value,
            diagonal: reading!.diagonal[patch],
            outlier: reading!.outliers[patch]
          }))
        : []
  });
  const point = (view: View) => {
    const {hover, brush} = store.pointing;
    chart.update({hover, brush});
    photo.update({hover, brush});
    const words = hover === null ? "" : pointWords(view, reading!, hover);
    photoFrame.update({readout: words});
  };
  follow(
    feed,
    frame,
    (view) => {
      const {record, choice, selection, picture} = view;
      reading = readLayer(record, choice);
      const high = marksOn(reading.highNorm, "highNorm");
      const pins = pinMarks(view);
      const marks = [...high, ...marksOn(reading.outliers, "outlier"), ...pins];
      chart.update({
        from: rowWords("class token", record.prefix),
        x: reading.classRow,
        y: reading.diagonal,
        members: reading.outliers,
        factor: choice.factor,
        scale: selection.maps.scale,
        marks: [...high, ...pins]
      });
      photo.update({grid: record.grid, photo: picture.image, marks});
      test.show(selection);
      const {layer, head, trunk} = choice;
      frame.update({
        title: withHighNorm(
          `One line decides: ${reading.count} of ${reading.classRow.length} patches lie below it`,
          reading
        ),
        source: provenance(
          {...record, image: picture.title},
          {layer: layer + 1, head, trunk, factor: choice.factor, cap: choice.cap}
        )
      });
      point(view);
      frame.update({drawn: {image: record.image, trunk: choice.trunk, layer: layer + 1, head}});
    },
    (_, view) => reading && point(view)
  );
  return frame;
}

/** A patch's two values in words. */
function pointWords({record: {grid, prefix}}: View, reading: LayerReading, patch: number): string {
  const {classRow: x, diagonal: y, outliers: members} = reading;
  const name = (each: number) => `patch ${patchName(each, grid[1])}`;
  return describePoint({x, y, members, factor: 1, name, from: rowWords("class token", prefix)}, patch);
}
