import * as Plot from "@observablehq/plot";
import {h, whenResized} from "../ui/dom.js";
import type {Drawing} from "../ui/drawing.js";
import {drawing} from "../ui/drawing.js";
import type {Stroke} from "./marks.js";
import {asPicture} from "./picture.js";

/** One network of a chart. */
export interface DepthSeries extends Stroke {
  /** A value for each of its layers, first layer first; NaN leaves a gap. */
  values: readonly number[];
  /** An interval around each value. */
  low?: readonly number[];
  high?: readonly number[];
}

export interface DepthLinesOptions {
  series: readonly DepthSeries[];
  /** The vertical axis: what is drawn, with units. */
  label: string;
  scale?: "linear" | "log";
  /** Whether values are shares of 1, written in percent. */
  share?: boolean;
  /** The chosen depth, marked by a rule, from 0 to 1. */
  current?: number | null;
  height?: number;
}

/** A quantity against relative depth, so that networks of different depth lie on one axis: 100 % is after the last layer. */
export function depthLines(options: DepthLinesOptions): Drawing<DepthLinesOptions> {
  let state: DepthLinesOptions = {scale: "linear", height: 190, ...options};
  let width = 0;
  const element = h("div", {class: "lines"});
  element.style.minHeight = `${state.height}px`;
  const paint = () => {
    if (width === 0) return;
    const chart = plot(state, width);
    chart.setAttribute("data-vector", "");
    asPicture(chart, `${state.label}, by relative depth: ${state.series.map(({label}) => label).join(", ")}`);
    element.replaceChildren(chart);
  };
  whenResized(element, (w) => {
    width = w;
    paint();
  });
  return drawing<DepthLinesOptions, HTMLDivElement>(element, (change) => {
    state = {...state, ...change};
    paint();
  });
}

function plot({series, label, scale, share, current, height}: DepthLinesOptions, width: number) {
  const rows = series.flatMap(({values, low, high, ...line}) =>
    values.map((value, i) => ({
      ...line,
      depth: (100 * (i + 1)) / values.length,
      layer: i + 1,
      layers: values.length,
      value: share ? 100 * value : value,
      low: low && (share ? 100 * low[i] : low[i]),
      high: high && (share ? 100 * high[i] : high[i])
    }))
  );
  const drawn = rows.filter(({value}) => Number.isFinite(value));
  return Plot.plot({
    width,
    height,
    marginLeft: 44,
    marginRight: 16,
    marginTop: 24,
    marginBottom: 34,
    style: {fontFamily: "var(--sans-serif)", fontSize: "11px", overflow: "visible"},
    x: {label: "depth (%)", domain: [0, 100], ticks: [0, 25, 50, 75, 100]},
    y: {
      label: share ? `${label} (%)` : label,
      type: scale,
      grid: true,
      nice: true,
      ticks: 4,
      ...(scale === "log" ? {tickFormat: "~g"} : {zero: true}),
      // A quantity that is 0 everywhere still has an axis.
      ...(scale !== "log" && drawn.every(({value}) => value === 0) && {domain: [0, share ? 100 : 1]})
    },
    marks: [
      Plot.areaY(
        drawn.filter(({low}) => low !== undefined && Number.isFinite(low)),
        {x: "depth", y1: "low", y2: "high", z: "label", fill: "colour", fillOpacity: 0.15}
      ),
      ...series.map(({label: name, colour, dash}) =>
        Plot.lineY(
          drawn.filter((row) => row.label === name),
          {x: "depth", y: "value", stroke: colour, strokeWidth: 2, strokeDasharray: dash}
        )
      ),
      Plot.dot(drawn, {x: "depth", y: "value", fill: "colour", r: 2}),
      ...(current == null ? [] : [Plot.ruleX([100 * current], {strokeDasharray: "2 2"})]),
      Plot.tip(
        drawn,
        Plot.pointerX({
          x: "depth",
          y: "value",
          title: (row) =>
            `${row.label}, layer ${row.layer} of ${row.layers}: ${row.value.toPrecision(3)}${share ? " %" : ""}`
        })
      )
    ]
  });
}
