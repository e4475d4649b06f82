import * as Plot from "@observablehq/plot";
import type {MeasuredFile, MeasuredScore} from "../../analysis/measured.js";
import {h} from "../../ui/dom.js";
import {figure} from "../frame/figure.js";
import {chart, panel} from "./chart.js";
import {differenceText, fixed, measuredSource, pairOf} from "./read.js";
import type {ReportPlace} from "./report.js";

/** What chooses the tokens that are repaired. */
const choices = {
  test: {label: "Eq. 4", colour: "#6cc5b0", symbol: "circle"},
  norm: {label: "norm", colour: "#4269d0", symbol: "square"},
  class: {label: "class attention", colour: "#a463f2", symbol: "diamond"},
  margin: {label: "margin", colour: "#efb118", symbol: "triangle"}
} as const;
type Choice = keyof typeof choices;
const names = Object.keys(choices) as Choice[];

/** A variant's gain over the same without any repair, in points. */
export interface Gain extends MeasuredScore {
  choose: Choice;
  cap: number;
  value: number;
  low: number;
  high: number;
}

/** Which tokens must be repaired: how many, chosen by what, in which layers; a panel a model. */
export function repairFigure(place: ReportPlace): HTMLElement {
  const panels = place.study.map((file) => {
    const gains = gainsOf(file);
    const counts = chart({plot: plotOf(gains), label: gains.map(words).join("; "), height: 320});
    const rows = spansOf(file);
    const spans = chart({
      plot: () => spanPlot(rows),
      label: rows.map((row) => `${row.label}: ${differenceText(row)}`).join("; "),
      height: 40 + 24 * rows.length
    });
    const {model} = file.provenance;
    return h(
      "div",
      {},
      panel(`${model}: how many patches of every layer`, counts),
      panel(`${model}: where, and what else helps`, spans)
    );
  });
  const rows = place.study.flatMap((file) => file.pairs.map((pair) => ({model: file.provenance.model, ...pair})));
  return figure(h("div", {class: "panels halves"}, ...panels), place, {
    id: "repair",
    title: "One patch a layer is enough, if it is the one with the largest norm; many do harm",
    lede: "mIoU with repair minus mIoU without, percentage points, on 199 photos; SAE as a block, without HAI unless said; bars are paired 95 % intervals.",
    legend: [legend()],
    reading:
      "Norm, class attention and margin take the first so many patches of a layer; Eq. 4 takes of those that it finds the ones with most class attention. About four patches of a photo have a high norm here, and they appear in the output of layer 8.",
    source: place.study.map(measuredSource)[0] ?? "",
    data: () =>
      rows.map(({model, id, against, value, low, high}) => ({
        model,
        row: id,
        against,
        difference: value ?? "",
        low: low ?? "",
        high: high ?? ""
      })),
    drawn: {models: place.study.map(({provenance}) => provenance.model), rows: rows.length}
  });
}

/** The gains of SOM without HAI in all layers, by what chooses and how many. */
export function gainsOf(file: MeasuredFile): Gain[] {
  return names.flatMap((choose) =>
    [1, 5, 10, 20, 50].flatMap((cap): Gain[] => {
      const {value, low, high} = pairOf(file, `block+som${by(choose)} cap=${cap}`, "block") ?? {};
      return value == null || low == null || high == null ? [] : [{choose, cap, value, low, high}];
    })
  );
}

const by = (choose: Choice): string => (choose === "test" ? "" : ` choose=${choose}`);

const words = (gain: Gain): string => `${choices[gain.choose].label}, ${gain.cap}: ${differenceText(gain)}`;

interface Span extends MeasuredScore {
  label: string;
}

/** Rows that are no question of how many: layers, HAI, ClearCLIP's layer and registers. */
const spanRows: readonly [label: string, id: string, against: string][] = [
  ["10 by norm, to layer 7", "block+som choose=norm cap=10 to=7", "block"],
  ["10 by norm, layer 8 alone", "block+som choose=norm cap=10 from=8 to=8", "block"],
  ["10 by norm, from layer 8", "block+som choose=norm cap=10 from=8", "block"],
  ["10 by norm, from layer 9", "block+som choose=norm cap=10 from=9", "block"],
  ["10 by Eq. 4, to layer 7", "block+som cap=10 to=7", "block"],
  ["10 by Eq. 4, from layer 8", "block+som cap=10 from=8", "block"],
  ["Eq. 4 without a limit", "block+som", "block"],
  ["HAI: Eq. 4 without a limit", "block+som+hai", "block+hai"],
  ["HAI: 10 by Eq. 4", "block+som+hai cap=10", "block+hai"],
  ["HAI: 5 by class attention", "block+som+hai choose=class cap=5", "block+hai"],
  ["ClearCLIP: 5 by Eq. 4", "none+som cap=5", "none"],
  ["ClearCLIP: a register, 1 neuron", "none registers=1 top=1", "none"],
  ["CLIP: a register, 1 neuron", "clip registers=1 top=1", "clip"]
];

function spansOf(file: MeasuredFile): Span[] {
  return spanRows.flatMap(([label, id, against]) => {
    const pair = pairOf(file, id, against);
    return pair?.value == null ? [] : [{label, value: pair.value, low: pair.low, high: pair.high}];
  });
}

function plotOf(gains: readonly Gain[]) {
  const colour = ({choose}: Gain): string => choices[choose].colour;
  return (): Plot.PlotOptions => ({
    height: 320,
    marginLeft: 44,
    marginRight: 16,
    marginTop: 28,
    marginBottom: 40,
    x: {type: "point", domain: [1, 5, 10, 20, 50], label: "patches repaired in every layer, at most"},
    y: {label: "points", grid: true, nice: true},
    color: {type: "identity"},
    symbol: {type: "identity"} as Plot.ScaleOptions,
    marks: [
      Plot.ruleY([0], {strokeOpacity: 0.5}),
      Plot.ruleX(gains, {x: "cap", y1: "low", y2: "high", stroke: colour, strokeOpacity: 0.6, strokeWidth: 1.5}),
      Plot.lineY(gains, {x: "cap", y: "value", z: "choose", stroke: colour, strokeWidth: 2}),
      Plot.dot(gains, {
        x: "cap",
        y: "value",
        r: 4.5,
        symbol: ({choose}: Gain) => choices[choose].symbol,
        fill: colour,
        stroke: "var(--theme-background)",
        title: words,
        tip: true
      })
    ]
  });
}

function spanPlot(rows: readonly Span[]): Plot.PlotOptions {
  return {
    height: 40 + 24 * rows.length,
    marginLeft: 190,
    marginRight: 16,
    marginTop: 34,
    x: {label: "points", axis: "top", grid: true, nice: true},
    y: {domain: rows.map(({label}) => label), label: null, tickSize: 0},
    marks: [
      Plot.ruleX([0], {strokeOpacity: 0.5}),
      Plot.ruleY(rows, {y: "label", x1: "low", x2: "high", stroke: "currentColor", strokeWidth: 1.75}),
      Plot.dot(rows, {
        y: "label",
        x: "value",
        r: 4.5,
        fill: "currentColor",
        stroke: "var(--theme-background)",
        title: (row: Span) => `${row.label}: ${differenceText(row)}`,
        tip: true
      })
    ]
  };
}

/** What the study selected on one half of the photos and the other confirmed: "+4.1 [1.0, 7.2]" and such. */
export function confirmed(study: readonly MeasuredFile[], model: string, id: string, against: string) {
  const found = study
    .find(({provenance}) => provenance.model === model)
    ?.halves?.find((pair) => pair.id === id && pair.against === against);
  return {selecting: fixed(found?.selecting ?? null), confirming: differenceText(found?.confirming)};
}

function legend(): HTMLElement {
  return h(
    "ul",
    {class: "legend-marks"},
    ...names.map((choose) => {
      const {label, colour} = choices[choose];
      return h("li", {}, h("span", {style: `color: ${colour}`, "aria-hidden": "true"}, shapes[choose]), ` by ${label}`);
    })
  );
}

const shapes: Readonly<Record<Choice, string>> = {test: "●", norm: "■", class: "◆", margin: "▲"};
