import * as Plot from "@observablehq/plot";
import {h, placeIn, whenResized} from "../ui/dom.js";
import type {Drawing} from "../ui/drawing.js";
import {drawing} from "../ui/drawing.js";
import type {Stroke} from "./marks.js";
import {asPicture} from "./picture.js";

/** One line of a chart. */
export interface Series extends Stroke {
  /** A value for each layer, first layer first. */
  values: ArrayLike<number>;
  /** An interval around each value, such as a 95 % interval over images. */
  low?: ArrayLike<number>;
  high?: ArrayLike<number>;
  /** Named by the legend and the tip only, where a name at the line's end would lie on another's. */
  quiet?: boolean;
}

export interface LinesOptions {
  series: readonly Series[];
  /** The vertical axis: what is drawn, with units. */
  label: string;
  /** The horizontal axis. */
  across?: string;
  /** The first value of the horizontal axis, and how far the next ones are apart: 1. */
  start?: number;
  step?: number;
  scale?: "linear" | "log" | "sqrt";
  /** How the vertical axis writes its values; without it, as Plot does. */
  format?: (value: number) => string;
  /** What the vertical axis spans at least. */
  extent?: readonly [number, number];
  /** How points are joined: a survival curve keeps its value until the next step. */
  curve?: "linear" | "step-after";
  /** The chosen layer, marked by a rule. */
  current?: number | null;
  height?: number;
  onPick?: (layer: number) => void;
}

/** A quantity against the layer, one line for each trunk or method, named at its end. */
export function lines(options: LinesOptions): Drawing<LinesOptions> {
  let state: LinesOptions = {across: "layer", start: 1, step: 1, scale: "linear", height: 260, ...options};
  let width = 0;
  let place: ((layer: number) => number) | undefined;
  const element = h("div", {class: "lines"});
  element.style.minHeight = `${state.height}px`;
  const rule = document.createElementNS("http://www.w3.org/2000/svg", "line");
  rule.setAttribute("stroke", "currentColor");
  rule.setAttribute("stroke-dasharray", "2 2");

  // The rule moves with every step of the slider, so it moves by itself and the chart stays.
  const point = () => {
    const at = state.current == null || !state.series.length ? undefined : place?.(state.current);
    rule.setAttribute("visibility", at === undefined ? "hidden" : "visible");
    if (at === undefined) return;
    for (const [key, value] of Object.entries({x1: at, x2: at, y1: 16, y2: state.height! - 34})) {
      rule.setAttribute(key, String(value));
    }
  };
  const paint = () => {
    if (width === 0) return;
    const chart = plot(state, width);
    const scale = chart.scale("x");
    place = scale && ((layer) => scale.apply(layer) as number);
    chart.append(rule);
    chart.setAttribute("data-vector", "");
    asPicture(chart, `${state.label}, by ${state.across}: ${state.series.map(({label}) => label).join(", ")}`);
    element.replaceChildren(chart);
    point();
  };
  whenResized(element, (w) => {
    width = w;
    paint();
  });
  element.addEventListener("click", (event) => {
    const svg = element.querySelector("svg");
    const {start, step, series} = state;
    if (!svg || !place) return;
    const [x] = placeIn(svg, event);
    const layers = Array.from({length: series[0]?.values.length ?? 0}, (_, i) => start! + i * step!);
    const nearest = layers.toSorted((a, b) => Math.abs(place!(a) - x) - Math.abs(place!(b) - x))[0];
    if (nearest !== undefined) state.onPick?.(nearest);
  });

  return drawing<LinesOptions, HTMLDivElement>(element, (change) => {
    state = {...state, ...change};
    if (Object.keys(change).every((key) => key === "current" || key === "onPick")) point();
    else paint();
  });
}

function plot({series, label, across, start, step, scale, extent, height, curve, format}: LinesOptions, width: number) {
  const rows = series.flatMap(({values, low, high, ...line}) =>
    Array.from(values, (value, i) => ({...line, layer: start! + i * step!, value, low: low?.[i], high: high?.[i]}))
  );
  const last = rows.filter(
    ({layer, label: name, quiet}) => !quiet && layer === start! + (lengthOf(series, name) - 1) * step!
  );
  return Plot.plot({
    width,
    height,
    marginLeft: 52,
    marginRight: series.every(({quiet}) => quiet) ? 24 : Math.min(140, width * 0.25),
    marginTop: 26,
    marginBottom: 36,
    style: {fontFamily: "var(--sans-serif)", fontSize: "11px", overflow: "visible"},
    x: {label: across, ticks: ticksOf(lengthOf(series), start!, step!), ...(step === 1 && {tickFormat: "d"})},
    y: {label, type: scale, grid: true, nice: true, tickFormat: format, ...(extent && {domain: extent})},
    marks: [
      Plot.areaY(
        rows.filter(({low}) => low !== undefined),
        {x: "layer", y1: "low", y2: "high", z: "label", fill: "colour", fillOpacity: 0.15}
      ),
      ...series.map(({label: name, colour, dash}) =>
        Plot.lineY(
          rows.filter((row) => row.label === name),
          {x: "layer", y: "value", stroke: colour, strokeWidth: 2, strokeDasharray: dash, curve}
        )
      ),
      Plot.dot(rows, {x: "layer", y: "value", fill: "colour", r: 2.5}),
      Plot.text(last, {x: "layer", y: "value", text: "label", textAnchor: "start", dx: 9, fill: "currentColor"}),
      Plot.tip(
        rows,
        Plot.pointerX({
          x: "layer",
          y: "value",
          title: (row) => `${row.label}, ${across} ${row.layer}: ${row.value.toPrecision(3)}`
        })
      )
    ]
  });
}

/** More places than this are named by every fifth. */
const mostTicks = 24;

function ticksOf(length: number, start: number, step: number): number[] {
  const all = Array.from({length}, (_, i) => start + i * step);
  return length > mostTicks ? all.filter((_, i) => i % 5 === 0) : all;
}

function lengthOf(series: readonly Series[], name?: string): number {
  const lengths = series.filter(({label}) => name === undefined || label === name).map(({values}) => values.length);
  return Math.max(0, ...lengths);
}
