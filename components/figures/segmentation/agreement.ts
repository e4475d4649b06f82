import type * as PlotLibrary from "@observablehq/plot";
import {proceed} from "../../site/cache.js";
import type {Feed, View} from "../../site/feed.js";
import {secondNote} from "../features/stages.js";
import {css, sequential} from "../../charts/colour.js";
import {h, isDark, whenResized} from "../../ui/dom.js";
import {figure, provenance} from "../frame/figure.js";
import {followAnswers} from "../frame/follow.js";
import {disagreement} from "./masks.js";
import {asPicture} from "../../charts/picture.js";
import {present, viewMasks, type Masks} from "./viewMasks.js";

const waiting = "Loading the features of this photo.";

interface Cell {
  method: string;
  other: string;
  /** Share of patches with the same class. */
  same: number;
}

/** Which methods agree: the share of patches to which two give the same class. */
export function agreementFigure(feed: Feed): HTMLElement {
  const element = h("div", {class: "agreement"});
  const frame = figure(element, feed, {
    id: "method-agreement",
    title: "Which methods agree",
    lede: "Share of patches to which two methods give the same class, in percent.",
    waiting,
    reading:
      "Two methods that agree may both be wrong, and with few words some agreement is chance. The colour scale begins at half of the patches.",
    data: () => cells.map(({method, other, same}) => ({method, other, same}))
  });
  let cells: Cell[] = [];
  let width = 0;
  let plot: typeof PlotLibrary | undefined;
  const paint = () => {
    if (plot && width > 0 && cells.length) element.replaceChildren(matrix(plot, cells, width));
  };
  whenResized(element, (w) => {
    width = w;
    paint();
  });
  let source: View["source"] | undefined;
  let shown: Masks | undefined;
  followAnswers(feed, frame, {
    waiting,
    // The chart's library is as large as the rest of the page, and the figure the last of it.
    ask: (view) =>
      proceed(viewMasks(view), (masks) =>
        plot ? masks : import("@observablehq/plot").then((loaded) => ((plot = loaded), masks))
      ),
    draw: ({record, picture, source: drawn}, masks) => {
      source = drawn;
      if (shown === masks) return;
      shown = masks;
      cells = comparePairs(masks);
      paint();
      frame.update({
        source: provenance(
          {...record, image: picture.title},
          {notes: [`words ${masks.asked.words}`, "one 224 px window", ...secondNote(record)]}
        )
      });
      frame.update({drawn: {image: record.image, words: masks.asked.words}});
    },
    failed: (reason, view) => (view.source === source ? "" : reason)
  });
  return frame;
}

/** Every two methods that a photo has, method by method. */
export function comparePairs(masks: Masks): Cell[] {
  const methods = present(masks);
  return methods.flatMap((a) =>
    methods.map((b) => ({
      method: a.title,
      other: b.title,
      same: 1 - disagreement(masks.byName.get(a.name)!, masks.byName.get(b.name)!)
    }))
  );
}

function matrix(Plot: typeof PlotLibrary, cells: readonly Cell[], width: number) {
  const names = [...new Set(cells.map(({method}) => method))];
  const map = sequential(isDark());
  const colour = ({same}: Cell) => css(map, Math.max(0, 2 * same - 1));
  const wide = Math.min(width, 800);
  const side = (wide - 148) / names.length;
  // The map's two ends lie on either side of the page's own colours.
  const ink = ({same}: Cell) => (isDark() ? (same > 0.85 ? "#111" : "#eee") : same > 0.72 ? "#fff" : "#111");
  const chart = Plot.plot({
    width: wide,
    height: side * names.length + 104,
    marginLeft: 104,
    marginTop: 96,
    marginRight: 44,
    marginBottom: 8,
    style: {fontFamily: "var(--sans-serif)", fontSize: "11px"},
    x: {domain: names, axis: "top", tickRotate: -55, label: null, tickSize: 0},
    y: {domain: names, label: null, tickSize: 0},
    marks: [
      Plot.cell(cells, {x: "other", y: "method", fill: colour, inset: 0.5}),
      ...(side > 24
        ? [
            Plot.text(cells, {
              x: "other",
              y: "method",
              fill: ink,
              text: ({same}: Cell) => String(Math.round(100 * same))
            })
          ]
        : []),
      Plot.tip(
        cells,
        Plot.pointer({
          x: "other",
          y: "method",
          title: ({method, other, same}: Cell) => `${method} and ${other}: ${(100 * same).toFixed(1)} % of patches`
        })
      )
    ]
  });
  chart.setAttribute("data-vector", "");
  asPicture(chart, "Agreement between every two methods, in percent of patches");
  return chart;
}
