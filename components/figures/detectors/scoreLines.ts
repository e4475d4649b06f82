import {detectors, type DetectorId} from "../../analysis/detectors/index.js";
import {midRanks} from "../../analysis/ranks.js";
import type {Feed} from "../../site/feed.js";
import {detectionsOf, detectorNotes, needOthers, presentIn} from "./reading.js";
import {fitCanvas, h, isDark, whenResized} from "../../ui/dom.js";
import {figure, provenance} from "../frame/figure.js";
import {follow} from "../frame/follow.js";
import {marksLegend} from "../../charts/legend.js";
import {marks} from "../../charts/marks.js";

const height = 260;
const margin = {top: 26, right: 46, bottom: 12, left: 46};

/** Parallel coordinates: each patch's rank under every detector, so that a patch they disagree on is a steep line. */
export function scoreLines(feed: Feed): HTMLElement {
  const {store} = feed;
  const base = h("canvas", {"aria-hidden": "true"});
  const overlay = h("canvas", {"aria-hidden": "true"});
  const place = h("div", {class: "raster", role: "img"}, base, overlay);
  place.style.height = `${height}px`;
  let width = 0;
  let ids: DetectorId[] = [];
  let ranks: Float64Array[] = [];
  let members: ArrayLike<number> = [];
  const frame = figure(place, feed, {
    id: "score-lines",
    title: "Detectors rank the same patches differently",
    waiting: "Loading.",
    lede: "Each line is a patch. Height is the rank of its score under each detector: most outlying on top.",
    legend: [marksLegend(["token", "outlier", "brushed"])],
    reading:
      "Level lines are patches that two detectors rank alike; crossings are disagreement. Red lines are SOM’s set. Hover or brush a patch in the maps above to follow it.",
    data: () =>
      Array.from(members, (outlier, patch) => ({
        patch,
        ...Object.fromEntries(ids.map((id, axis) => [`${id}_rank`, ranks[axis][patch]])),
        som_outlier: outlier
      }))
  });
  const across = (axis: number) =>
    margin.left + (axis * (width - margin.left - margin.right)) / Math.max(1, ids.length - 1);
  const up = (rank: number) =>
    height - margin.bottom - ((rank - 1) / Math.max(1, members.length - 1)) * (height - margin.top - margin.bottom);
  const trace = (context: CanvasRenderingContext2D, patch: number) => {
    context.beginPath();
    ranks.forEach((list, axis) => context.lineTo(across(axis), up(list[patch])));
    context.stroke();
  };
  const paint = () => {
    if (width === 0) return;
    const context = fitCanvas(base, width, height);
    context.globalAlpha = 1;
    const style = getComputedStyle(base);
    context.font = `12px ${style.fontFamily}`;
    context.textAlign = "center";
    context.fillStyle = context.strokeStyle = style.color;
    ids.forEach((id, axis) => {
      context.fillText(detectors[id].label, across(axis), 14);
      context.globalAlpha = 0.35;
      context.fillRect(across(axis) - 0.5, margin.top, 1, height - margin.top - margin.bottom);
      context.globalAlpha = 1;
    });
    for (const inside of [0, 1]) {
      context.strokeStyle = inside ? marks.outlier.colour : marks.token.colour;
      context.globalAlpha = inside ? 0.75 : 0.3;
      context.lineWidth = inside ? 1.25 : 1;
      for (let i = 0; i < members.length; ++i) if (Number(members[i]) === inside) trace(context, i);
    }
  };
  const point = () => {
    if (width === 0) return;
    const context = fitCanvas(overlay, width, height);
    const {hover, brush} = store.pointing;
    context.strokeStyle = marks.brushed.colour;
    context.lineWidth = 2;
    for (const patch of brush ?? []) trace(context, patch);
    context.strokeStyle = isDark() ? "#ffffff" : "#000000";
    if (hover !== null) trace(context, hover);
  };
  whenResized(place, (w) => {
    width = w;
    paint();
    point();
  });
  follow(
    feed,
    frame,
    (view) => {
      needOthers(view);
      const found = detectionsOf(view);
      ids = presentIn(found);
      ranks = ids.map((id) => midRanks(found[id]!.scores));
      members = found.som.outliers;
      place.setAttribute("aria-label", `Ranks of ${members.length} patches under ${ids.length} detectors.`);
      paint();
      point();
      const {record, choice, selection, picture} = view;
      frame.update({
        source: provenance(
          {...record, image: picture.title},
          {layer: choice.layer + 1, trunk: choice.trunk, notes: detectorNotes(selection, ids)}
        )
      });
      frame.update({drawn: {image: record.image, layer: choice.layer + 1}});
    },
    point
  );
  return frame;
}
