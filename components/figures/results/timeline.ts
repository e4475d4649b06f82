import * as Plot from "@observablehq/plot";
import {h, s} from "../../ui/dom.js";
import {figure} from "../frame/figure.js";
import {chart} from "./chart.js";
import {publishedRows, type Row} from "./publishedRows.js";
import type {ReportPlace} from "./report.js";

/** When in its year a venue meets, about: months from January. */
const months: Readonly<Record<string, number>> = {
  AAAI: 2,
  WACV: 2.5,
  CVPR: 6,
  ICML: 7,
  ECCV: 9.5,
  ICCV: 10,
  NeurIPS: 12
};

interface Result extends Row {
  mean: number;
  /** Years, with the venue's usual month. */
  when: number;
  series: Series;
}

const series = {
  alone: {label: "CLIP alone", colour: "#4269d0", symbol: "circle"},
  helped: {label: "with another backbone", colour: "#efb118", symbol: "triangle"}
} as const;
type Series = keyof typeof series;

/** Results that are named where there is room for it, and where there is little. */
const fewNames = ["CLIP", "MaskCLIP", "CorrCLIPv2-B, COCO bank"];
const names = [...fewNames, "SFP", "PEARL", "Trident", "CorrCLIP (EntitySeg masks)"];

/** Means over the eight benchmarks against time: training-free methods on CLIP alone, and with other backbones. */
export function timelineFigure(place: ReportPlace): HTMLElement {
  const results = timelineRows(publishedRows(place.published, place.since));
  const plot = chart({plot: (width) => plotOf(results, width), label: results.map(words).join("; "), height: 420});
  return figure(plot, place, {
    id: "timeline",
    title: "Without another backbone the mean has stayed near 44 since 2024; with one it keeps rising",
    lede: "Mean mIoU over the eight benchmarks in percent, training-free methods, by year and usual month of the venue. Lines: the best so far.",
    legend: [legend()],
    reading:
      "Hollow: quoted from another paper’s table, or not verified. A dashed line leads from a result to its re-run by PEARL’s authors. Settings differ between papers, by as much as re-runs differ from what was printed; CorrCLIP’s last two results use MetaCLIP’s weights.",
    source: "Table 1 and the sources that its rows name",
    data: () =>
      results.map(({method, venue, year, mean, extra_backbone, kind, sure}) => ({
        method,
        venue,
        year: year ?? "",
        mean,
        also_uses: extra_backbone ?? "",
        row: kind,
        source: sure
      })),
    drawn: {results: results.length}
  });
}

/** Training-free rows with all eight benchmarks and a year, oldest first. */
export function timelineRows(rows: readonly Row[]): Result[] {
  return rows
    .flatMap((row): Result[] => {
      const {mean, year, venue, training_free, extra_backbone} = row;
      if (!training_free || mean === null || year === null) return [];
      const month = months[venue.split(" ")[0]] ?? 6.5;
      return [{...row, mean, when: year + (month - 1) / 12, series: extra_backbone === null ? "alone" : "helped"}];
    })
    .toSorted((a, b) => a.when - b.when || a.mean - b.mean)
    .map((row, _i, all) => {
      // Results of one venue stand side by side.
      const of = all.filter(({when}) => when === row.when);
      return {...row, when: row.when + 0.02 * (of.indexOf(row) - (of.length - 1) / 2)};
    });
}

/** The results that were the best of their series when they came; re-runs and what nobody read do not count. */
export function records(results: readonly Result[], of: Series): Result[] {
  let best = -Infinity;
  return results.filter((row) => {
    if (row.series !== of || row.kind === "rerun" || row.sure === "unverified" || row.mean <= best) return false;
    best = row.mean;
    return true;
  });
}

const words = ({method, venue, mean, extra_backbone, sure, kind}: Result): string =>
  [
    `${method}, ${venue}: ${mean.toFixed(1)}`,
    extra_backbone && `also uses ${extra_backbone}`,
    kind === "rerun" && "re-run by PEARL’s authors",
    sure === "second-hand" && "read in another paper’s table",
    sure === "unverified" && "not verified"
  ]
    .filter(Boolean)
    .join(", ");

function plotOf(results: readonly Result[], width: number): Plot.PlotOptions {
  const colour = (row: Result) => series[row.series].colour;
  const certain = (row: Result) => row.kind !== "rerun" && (row.sure === "paper" || row.sure === "own");
  const last = results.at(-1)!.when;
  const steps = (Object.keys(series) as Series[]).map((of) => {
    const found = records(results, of);
    return {of, line: [...found, {...found.at(-1)!, when: last}]};
  });
  const again = results.flatMap((row) => {
    const first =
      row.kind === "rerun" && results.find((other) => other.method === row.method && other.kind !== "rerun");
    return first ? [{row, first}] : [];
  });
  const narrow = width < 560;
  const named = results.filter(({method, kind}) => kind !== "rerun" && (narrow ? fewNames : names).includes(method));
  return {
    height: 420,
    marginLeft: 40,
    marginRight: narrow ? 16 : 24,
    marginTop: 28,
    x: {label: null, tickFormat: "d", ticks: narrow ? 3 : 6, domain: [2021, last + 0.25]},
    y: {label: "mean mIoU, %", grid: true, nice: true},
    color: {type: "identity"},
    symbol: {type: "identity"} as Plot.ScaleOptions,
    marks: [
      ...steps.map(({of, line}) =>
        Plot.lineY(line, {x: "when", y: "mean", curve: "step-after", stroke: series[of].colour, strokeWidth: 1.75})
      ),
      Plot.link(again, {
        x1: ({first}: (typeof again)[number]) => first.when,
        x2: ({row}: (typeof again)[number]) => row.when,
        y1: ({first}: (typeof again)[number]) => first.mean,
        y2: ({row}: (typeof again)[number]) => row.mean,
        stroke: "currentColor",
        strokeOpacity: 0.6,
        strokeDasharray: "3 3"
      }),
      Plot.dot(results, {
        x: "when",
        y: "mean",
        r: 4.5,
        symbol: (row: Result) => series[row.series].symbol,
        stroke: colour,
        strokeWidth: 1.75,
        fill: (row: Result) => (certain(row) ? colour(row) : "var(--theme-background)"),
        title: words,
        tip: true
      }),
      // Names of results with another backbone stand above them, those of CLIP alone below.
      ...(Object.keys(series) as Series[]).map((of) =>
        Plot.text(
          named.filter((row) => row.series === of),
          {
            x: "when",
            y: "mean",
            text: ({method}: Result) => method.replace(/,.*| \(.*/, ""),
            textAnchor: of === "alone" ? "start" : "end",
            dx: of === "alone" ? 6 : -8,
            dy: of === "alone" ? 14 : -10,
            stroke: "var(--theme-background)",
            strokeWidth: 4,
            fill: "currentColor"
          }
        )
      )
    ]
  };
}

function legend(): HTMLElement {
  const item = (label: string, shape: SVGElement) =>
    h("li", {}, s("svg", {width: 16, height: 16, viewBox: "-8 -8 16 16", "aria-hidden": "true"}, shape), label);
  const {alone, helped} = series;
  return h(
    "ul",
    {class: "legend-marks"},
    item(alone.label, s("circle", {r: 5, fill: alone.colour})),
    item(helped.label, s("path", {d: "M0,-6L5.5,4L-5.5,4Z", fill: helped.colour})),
    item(
      "read at second hand, or re-run",
      s("circle", {r: 4.5, fill: "none", stroke: "currentColor", "stroke-width": 1.75})
    )
  );
}
