import {midRanks} from "../../analysis/ranks.js";
import type {Feed} from "../../site/feed.js";
import type {Pointing} from "../../site/selection.js";
import {looks, type ShownId} from "../frame/ownTest.js";
import {detectionsOf, detectorNotes, needOthers, presentIn} from "./reading.js";
import {fitCanvas, h, isDark, whenResized} from "../../ui/dom.js";
import {figure, provenance} from "../frame/figure.js";
import {follow} from "../frame/follow.js";
import {marksLegend} from "../../charts/legend.js";
import {marks} from "../../charts/marks.js";

const height = 260;
const margin = {top: 26, right: 46, bottom: 12, left: 46};

/** Ranks of all patches under each detector, and SOM's set. */
interface Ranks {
  ids: readonly ShownId[];
  ranks: readonly Float64Array[];
  members: ArrayLike<number>;
}

/** Draws a patch as a line over the axes. */
function tracer({ids, ranks, members}: Ranks, width: number) {
  const inner = height - margin.top - margin.bottom;
  const across = (axis: number) =>
    margin.left + (axis * (width - margin.left - margin.right)) / Math.max(1, ids.length - 1);
  const up = (rank: number) => height - margin.bottom - ((rank - 1) / Math.max(1, members.length - 1)) * inner;
  const trace = (context: CanvasRenderingContext2D, patch: number) => {
    context.beginPath();
    ranks.forEach((list, axis) => context.lineTo(across(axis), up(list[patch])));
    context.stroke();
  };
  return {across, trace};
}

/** All patches as faint lines, SOM's set over them. */
function paint(canvas: HTMLCanvasElement, all: Ranks, width: number): void {
  const {across, trace} = tracer(all, width);
  const context = fitCanvas(canvas, width, height);
  context.globalAlpha = 1;
  const style = getComputedStyle(canvas);
  context.font = `12px ${style.fontFamily}`;
  context.textAlign = "center";
  context.fillStyle = context.strokeStyle = style.color;
  all.ids.forEach((id, axis) => {
    context.fillText(looks[id].label, across(axis), 14);
    context.globalAlpha = 0.35;
    context.fillRect(across(axis) - 0.5, margin.top, 1, height - margin.top - margin.bottom);
    context.globalAlpha = 1;
  });
  for (const inside of [0, 1]) {
    context.strokeStyle = inside ? marks.outlier.colour : marks.token.colour;
    context.globalAlpha = inside ? 0.75 : 0.3;
    context.lineWidth = inside ? 1.25 : 1;
    for (let i = 0; i < all.members.length; ++i) if (Number(all.members[i]) === inside) trace(context, i);
  }
}

/** The patches that are brushed or pointed at. */
function paintPointing(canvas: HTMLCanvasElement, all: Ranks, width: number, {hover, brush}: Pointing): void {
  const {trace} = tracer(all, width);
  const context = fitCanvas(canvas, width, height);
  context.strokeStyle = marks.brushed.colour;
  context.lineWidth = 2;
  for (const patch of brush ?? []) trace(context, patch);
  context.strokeStyle = isDark() ? "#ffffff" : "#000000";
  if (hover !== null) trace(context, hover);
}

/** Parallel coordinates: each patch's rank under every detector, so that a patch they disagree on is a steep line. */
export function scoreLines(feed: Feed): HTMLElement {
  const base = h("canvas", {"aria-hidden": "true"});
  const overlay = h("canvas", {"aria-hidden": "true"});
  const place = h("div", {class: "raster", role: "img"}, base, overlay);
  place.style.height = `${height}px`;
  let width = 0;
  let all: Ranks = {ids: [], ranks: [], members: []};
  const frame = figure(place, feed, {
    id: "score-lines",
    title: "Detectors rank the same patches differently",
    waiting: "Loading.",
    lede: "Each line is a patch. Height is the rank of its score under each detector: most outlying on top.",
    legend: [marksLegend(["token", "outlier", "brushed"])],
    reading:
      "Level lines are patches that two detectors rank alike; crossings are disagreement. Red lines are SOM’s set. Hover or brush a patch in the maps above to follow it.",
    data: () =>
      Array.from(all.members, (outlier, patch) => ({
        patch,
        ...Object.fromEntries(all.ids.map((id, axis) => [`${id}_rank`, all.ranks[axis][patch]])),
        som_outlier: outlier
      }))
  });
  const point = () => {
    if (width > 0) paintPointing(overlay, all, width, feed.store.pointing);
  };
  const redraw = () => {
    if (width > 0) paint(base, all, width);
    point();
  };
  whenResized(place, (next) => {
    width = next;
    redraw();
  });
  follow(
    feed,
    frame,
    (view) => {
      needOthers(view);
      const found = detectionsOf(view);
      const ids = presentIn(found);
      const {outliers: members} = found.som;
      all = {ids, ranks: ids.map((id) => midRanks(found[id]!.scores)), members};
      place.setAttribute("aria-label", `Ranks of ${members.length} patches under ${ids.length} detectors.`);
      redraw();
      const {record, choice, selection, picture} = view;
      const layer = choice.layer + 1;
      frame.update({
        source: provenance(
          {...record, image: picture.title},
          {layer, trunk: choice.trunk, notes: detectorNotes(selection, ids)}
        ),
        drawn: {image: record.image, layer}
      });
    },
    point
  );
  return frame;
}
