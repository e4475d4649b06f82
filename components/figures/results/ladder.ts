import * as Plot from "@observablehq/plot";
import type {MeasuredFile} from "../../analysis/measured.js";
import {h, s} from "../../ui/dom.js";
import {figure} from "../frame/figure.js";
import type {ReportPlace} from "./report.js";
import {chart, panel} from "./chart.js";
import {reportName} from "./reportChoice.js";
import {fixed, measuredSource, rowOf, scoreText, type Published} from "./read.js";
import {colourOf, readingNames, steps, symbolOf} from "./style.js";

/** Table 2 as a ladder: as printed, and measured here for every reading of Eq. 7; two axes, two panels. */
export function ladderFigure(place: ReportPlace): HTMLElement {
  const {published, choice} = place;
  const printed = chart({plot: printedPlot(published), label: printedWords(published), height: 300});
  const measured = chart({plot: () => ({}), label: "", height: 300});
  const measuredPanel = panel("", measured);
  const frame = figure(
    h("div", {class: "panels ladder"}, panel("As printed: CLIP ViT-B/16", printed), measuredPanel),
    place,
    {
      id: "ladder",
      title: "Each step of the method, under each reading of Eq. 7",
      lede: "mIoU in percent; bars are 95 % intervals over photos. The two panels have axes of their own: model, photos and classes differ.",
      controls: [choice.control()],
      legend: [stepsLegend()],
      reading:
        "Follow one panel from left to right: what SOM adds, and what HAI adds on top. Intervals of single rows overlap even where a paired difference is clear, because all rows share their photos."
    }
  );
  choice.follow((file) => {
    measuredPanel.firstElementChild!.textContent = `Measured here: ${reportName(file)}`;
    const rows = ladderRows(file);
    measured.update({plot: measuredPlot(rows), label: rows.map(rowWords).join("; ")});
    frame.update({
      source: measuredSource(file),
      data: () => rows.map(({reading, label, value, low, high}) => ({reading, step: label, miou: value, low, high}))
    });
  });
  return frame;
}

interface LadderRow {
  reading: string;
  label: string;
  som: boolean;
  hai: boolean;
  value: number;
  low: number;
  high: number;
}

/** The four steps of each reading that a report has. */
export function ladderRows(file: MeasuredFile): LadderRow[] {
  const all = [...steps, {label: "+ HAI", som: false, hai: true}];
  return Object.keys(readingNames).flatMap((reading) =>
    all.flatMap(({label, som, hai}) => {
      const id = [reading, som && "som", hai && "hai"].filter(Boolean).join("+");
      const {value, low, high} = rowOf(file, id)?.miou ?? {};
      return value == null || low == null || high == null ? [] : [{reading, label, som, hai, value, low, high}];
    })
  );
}

const rowWords = ({reading, label, value, low, high}: LadderRow): string =>
  `${readingNames[reading]} ${label}: ${scoreText({value, low, high})}`;

/** Places of the steps; HAI without SOM stands beside the whole method. */
const place = ({som, hai}: {som: boolean; hai: boolean}): number => (hai ? (som ? 2 : 2.4) : som ? 1 : 0);

function measuredPlot(rows: readonly LadderRow[]) {
  return (width: number): Plot.PlotOptions => {
    const chain = rows.filter(({som, hai}) => som || !hai);
    const narrow = width < 480;
    return {
      height: 300,
      marginLeft: 40,
      marginTop: 40,
      marginBottom: 44,
      x: {
        domain: [-0.35, 2.7],
        ticks: [0, 1, 2],
        tickSize: 0,
        label: null,
        tickFormat: (i: number) => ["alone", "+SOM", "+HAI"][i],
        tickRotate: narrow ? -40 : 0
      },
      y: {label: "mIoU, %", grid: true, nice: true},
      fx: {
        domain: Object.keys(readingNames),
        tickFormat: (reading: string) => (narrow ? reading : readingNames[reading]),
        label: null,
        padding: 0.08
      },
      marks: [
        Plot.lineY(chain, {fx: "reading", x: place, y: "value", stroke: "currentColor", strokeOpacity: 0.45}),
        Plot.ruleX(rows, {
          fx: "reading",
          x: place,
          y1: "low",
          y2: "high",
          stroke: (row: LadderRow) => colourOf(row.som),
          strokeWidth: 2
        }),
        Plot.dot(rows, {
          fx: "reading",
          x: place,
          y: "value",
          r: 4.5,
          symbol: (row: LadderRow) => symbolOf(row.hai),
          fill: (row: LadderRow) => colourOf(row.som),
          stroke: "var(--theme-background)",
          title: rowWords,
          tip: true
        }),
        Plot.text(
          rows.filter((row) => row.som || !row.hai),
          {
            fx: "reading",
            x: place,
            y: "value",
            text: (row: LadderRow) => fixed(row.value),
            dy: -13,
            fill: "currentColor",
            stroke: "var(--theme-background)",
            strokeWidth: 3,
            fontSize: narrow ? 10 : 12
          }
        )
      ],
      symbol: {type: "identity"} as Plot.ScaleOptions,
      color: {type: "identity"}
    };
  };
}

const printedSteps = ["ClearCLIP", "+SOM", "+SAE", "+HAI"];

function printedPlot({table2_ablation}: Published) {
  const rows = (["V21", "ADE", "Avg"] as const).flatMap((column) =>
    table2_ablation.rows.map((row, i) => ({
      column,
      step: printedSteps[i],
      value: row[column],
      gain: row[column] - table2_ablation.rows[0][column],
      som: i > 0,
      hai: i === 3
    }))
  );
  return (width: number): Plot.PlotOptions => ({
    height: 300,
    marginLeft: 34,
    marginRight: 36,
    marginTop: 40,
    marginBottom: 44,
    x: {domain: printedSteps, label: null, tickSize: 0, tickRotate: width < 260 ? -40 : 0},
    y: {label: "points above ClearCLIP’s row", grid: true, nice: true},
    color: {type: "identity"},
    marks: [
      Plot.lineY(rows, {x: "step", y: "gain", z: "column", stroke: "currentColor", strokeOpacity: 0.45}),
      Plot.dot(rows, {
        x: "step",
        y: "gain",
        r: 4.5,
        fill: (row: (typeof rows)[number]) => colourOf(row.som),
        symbol: (row: (typeof rows)[number]) => symbolOf(row.hai),
        stroke: "var(--theme-background)",
        title: (row: (typeof rows)[number]) => `${row.column}, ${row.step}: ${row.value.toFixed(1)}`,
        tip: true
      }),
      Plot.text(
        rows.filter(({hai}) => hai),
        {
          x: "step",
          y: "gain",
          text: (row: (typeof rows)[number]) => `${row.column} ${row.value.toFixed(1)}`,
          textAnchor: "start",
          dx: 8
        }
      )
    ]
  });
}

function printedWords({table2_ablation: {rows}}: Published): string {
  return `Table 2: ${rows.map(({V21, ADE}, i) => `${printedSteps[i]} V21 ${V21}, ADE ${ADE}`).join("; ")}`;
}

/** Colour for SOM, shape for HAI. */
function stepsLegend(): HTMLElement {
  const item = (label: string, som: boolean, hai: boolean) =>
    h(
      "li",
      {},
      s(
        "svg",
        {width: 16, height: 16, viewBox: "-8 -8 16 16", "aria-hidden": "true"},
        hai
          ? s("rect", {x: -4.5, y: -4.5, width: 9, height: 9, fill: colourOf(som)})
          : s("circle", {r: 5, fill: colourOf(som)})
      ),
      label
    );
  return h(
    "ul",
    {class: "legend-marks"},
    item("without SOM", false, false),
    item("with SOM", true, false),
    item("with SOM and HAI", true, true),
    item("with HAI alone (not in the paper)", false, true)
  );
}
