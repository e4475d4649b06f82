import * as Plot from "@observablehq/plot";
import {distributionQuantile, type Distribution} from "../analysis/corpus/distribution.js";
import type {Bounds} from "../analysis/corpus/summary.js";
import {h, placeIn, s, whenResized} from "../ui/dom.js";
import type {Drawing} from "../ui/drawing.js";
import {drawing} from "../ui/drawing.js";
import type {Stroke} from "./marks.js";
import {asPicture} from "./picture.js";

/** One set of distributions: one a layer. */
export interface SpreadSeries extends Stroke {
  values: readonly Distribution[];
  /** The mean of each layer with its interval. */
  means?: readonly Bounds[];
}

export interface SpreadOptions {
  series: readonly SpreadSeries[];
  label: string;
  scale?: "linear" | "log" | "sqrt";
  /** 1-based. */
  current?: number | null;
  height?: number;
  onPick?: (layer: number) => void;
}

/** Distributions over images against the layer: 5 to 95 % a line, the middle half a bar, the median a notch. */
export function spread(options: SpreadOptions): Drawing<SpreadOptions> {
  let state: SpreadOptions = {scale: "linear", height: 300, ...options};
  let width = 0;
  let place: ((layer: number) => number) | undefined;
  const element = h("div", {class: "lines"});
  element.style.minHeight = `${state.height}px`;
  const rule = s("line", {stroke: "currentColor", "stroke-dasharray": "2 2", y1: 20, y2: state.height! - 34});
  const point = () => {
    const at = state.current == null ? undefined : place?.(state.current);
    rule.setAttribute("visibility", at === undefined ? "hidden" : "visible");
    if (at === undefined) return;
    rule.setAttribute("x1", String(at));
    rule.setAttribute("x2", String(at));
  };
  const paint = () => {
    if (width === 0 || !state.series.length) return;
    const chart = plot(state, width);
    const scale = chart.scale("x");
    place = scale && ((layer) => scale.apply(layer) as number);
    chart.append(rule);
    chart.setAttribute("data-vector", "");
    asPicture(chart, `${state.label}, by layer: ${state.series.map(({label}) => label).join(", ")}`);
    element.replaceChildren(chart);
    point();
  };
  whenResized(element, (w) => {
    width = w;
    paint();
  });
  element.addEventListener("click", (event) => {
    const svg = element.querySelector("svg");
    if (!svg || !place) return;
    const [x] = placeIn(svg, event);
    const layers = state.series[0].values.map((_, i) => i + 1);
    state.onPick?.(layers.toSorted((a, b) => Math.abs(place!(a) - x) - Math.abs(place!(b) - x))[0]);
  });
  return drawing<SpreadOptions, HTMLDivElement>(element, (change) => {
    state = {...state, ...change};
    if (Object.keys(change).every((key) => key === "current" || key === "onPick")) point();
    else paint();
  });
}

/** A bar of the plot: one series in one layer. */
function barsOf(series: SpreadOptions["series"]) {
  return series.flatMap(({values, means, label: name, colour}, k) =>
    values.map((list, i) => {
      const at = (p: number) => distributionQuantile(list, p);
      const [mean, low, high] = means?.[i] ?? [null, null, null];
      return {
        layer: i + 1,
        k,
        name,
        colour,
        p5: at(0.05),
        p25: at(0.25),
        p50: at(0.5),
        p75: at(0.75),
        p95: at(0.95),
        mean: mean ?? NaN,
        low: low ?? NaN,
        high: high ?? NaN
      };
    })
  );
}

function plot({series, label, scale, height}: SpreadOptions, width: number) {
  const layers = series[0].values.length;
  // Side by side within the layer's step, so that none covers another.
  const step = (width - 80) / Math.max(1, layers - 0.2);
  const bar = Math.min(14, (step * 0.7) / series.length);
  const rows = barsOf(series);
  const offset = (k: number) => (k - (series.length - 1) / 2) * (bar + 2);
  return Plot.plot({
    width,
    height,
    marginLeft: 52,
    marginRight: 20,
    marginTop: 26,
    marginBottom: 36,
    style: {fontFamily: "var(--sans-serif)", fontSize: "11px", overflow: "visible"},
    x: {
      label: "layer",
      domain: [0.5, layers + 0.5],
      ticks: Array.from({length: layers}, (_, i) => i + 1),
      tickFormat: "d"
    },
    y: {label, type: scale, grid: true, nice: true, ...(scale === "log" && {tickFormat: "~g"})},
    marks: series.flatMap((_, k) => {
      const own = rows.filter((row) => row.k === k);
      const dx = offset(k);
      return [
        Plot.ruleX(own, {x: "layer", y1: "p5", y2: "p95", stroke: "colour", dx}),
        Plot.ruleX(own, {
          x: "layer",
          y1: "p25",
          y2: "p75",
          stroke: "colour",
          strokeWidth: bar,
          strokeOpacity: 0.55,
          dx
        }),
        Plot.vector(own, {
          x: "layer",
          y: "p50",
          shape: notch,
          length: bar + 2,
          rotate: 90,
          anchor: "middle",
          stroke: "currentColor",
          strokeWidth: 2,
          dx
        }),
        Plot.ruleX(own, {x: "layer", y1: "low", y2: "high", stroke: "currentColor", strokeWidth: 1.25, dx}),
        Plot.dot(own, {x: "layer", y: "mean", fill: "currentColor", symbol: "diamond", r: 2.6, dx}),
        Plot.tip(
          own,
          Plot.pointer({
            x: "layer",
            y: "p50",
            dx,
            title: (row: (typeof rows)[number]) =>
              `${row.name}, layer ${row.layer}: median ${tell(row.p50)}, middle half ${tell(row.p25)} to ${tell(row.p75)}, 5 to 95 % ${tell(row.p5)} to ${tell(row.p95)}${Number.isNaN(row.mean) ? "" : `, mean ${tell(row.mean)} [${tell(row.low)}, ${tell(row.high)}]`}`
          })
        )
      ];
    })
  });
}

/** A short line across the bar, at the median. */
const notch = {
  draw(path: {moveTo(x: number, y: number): void; lineTo(x: number, y: number): void}, length: number) {
    path.moveTo(0, 0);
    path.lineTo(0, -length);
  }
};

function tell(value: number): string {
  return String(Number(value.toPrecision(3)));
}
