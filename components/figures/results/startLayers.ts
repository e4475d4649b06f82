import * as Plot from "@observablehq/plot";
import type {MeasuredFile} from "../../analysis/measured.js";
import {h} from "../../ui/dom.js";
import {figure} from "../frame/figure.js";
import type {ReportPlace} from "./report.js";
import {chart, panel} from "./chart.js";
import {reportName} from "./reportChoice.js";
import {differenceText, measuredSource, pairOf} from "./read.js";
import {readingNames} from "./style.js";

const layers = [1, 5, 8, 10, 11];
const colours: Readonly<Record<string, string>> = {block: "#4269d0", literal: "#9498a0", clear: "#efb118"};
const dashes: Readonly<Record<string, string | undefined>> = {literal: "4 3", clear: "1 3"};

interface Change {
  series: string;
  l0: number;
  value: number;
  low: number;
  high: number;
}

/** Table 3: where HAI's sum begins, as differences from l0 = 1; as printed and as measured. */
export function startLayersFigure(place: ReportPlace): HTMLElement {
  const {published, choice} = place;
  const [first] = published.table3_hai_start_layer.rows;
  const rows = (["V21", "ADE"] as const).flatMap((series) =>
    published.table3_hai_start_layer.rows.map((row): Change => {
      const value = row[series] - first[series];
      return {series, l0: row.l0, value, low: value, high: value};
    })
  );
  const printed = chart({plot: plotOf(rows), label: `Table 3: ${rows.map(words).join("; ")}`, height: 260});
  const measured = chart({plot: () => ({}), label: "", height: 260});
  const measuredPanel = panel("", measured);
  const frame = figure(
    h("div", {class: "panels halves"}, panel("As printed: CLIP ViT-B/16", printed), measuredPanel),
    place,
    {
      id: "start-layers",
      title: "Where the sum of attention maps begins",
      lede: "mIoU with maps from layer l0 on, minus mIoU with all maps (l0 = 1), in percentage points; bands are paired 95 % intervals.",
      controls: [choice.control()],
      reading:
        "Zero is the paper’s choice, all layers. A band that includes zero leaves open whether starting later helps or hurts."
    }
  );
  choice.follow(
    (file) => {
      const found = startLayerRows(file);
      measuredPanel.firstElementChild!.textContent = `Measured here: ${reportName(file)}`;
      measured.update({plot: plotOf(found), label: found.map(words).join("; ")});
      frame.update({
        source: measuredSource(file),
        data: () => found.map(({series, l0, value, low, high}) => ({reading: series, l0, difference: value, low, high}))
      });
    },
    (file) => startLayerRows(file).some(({l0}) => l0 > 1)
  );
  return frame;
}

/** Differences from l0 = 1 for each reading that a report has. */
export function startLayerRows(file: MeasuredFile): Change[] {
  return Object.keys(colours).flatMap((series) =>
    layers.flatMap((l0) => {
      if (l0 === 1) return [{series, l0, value: 0, low: 0, high: 0}];
      const {value, low, high} = pairOf(file, `${series}+som+hai l0=${l0}`, `${series}+som+hai`) ?? {};
      return value == null || low == null || high == null ? [] : [{series, l0, value, low, high}];
    })
  );
}

const words = ({series, l0, value, low, high}: Change): string =>
  `${readingNames[series] ?? series}, l0 = ${l0}: ${low === high ? value.toFixed(1) : differenceText({value, low, high})}`;

function plotOf(rows: readonly Change[]) {
  const stroke = ({series}: Change): string => colours[series] ?? "currentColor";
  return (): Plot.PlotOptions => ({
    height: 260,
    marginLeft: 40,
    marginRight: 92,
    marginTop: 28,
    marginBottom: 36,
    x: {type: "point", domain: layers, label: "first layer l0"},
    y: {label: "points", grid: true, nice: true},
    color: {type: "identity"},
    marks: [
      Plot.ruleY([0], {strokeOpacity: 0.5}),
      Plot.areaY(rows, {x: "l0", y1: "low", y2: "high", z: "series", fill: stroke, fillOpacity: 0.14}),
      ...[...new Set(rows.map(({series}) => series))].map((series) =>
        Plot.lineY(
          rows.filter((row) => row.series === series),
          {x: "l0", y: "value", stroke, strokeWidth: 2, strokeDasharray: dashes[series]}
        )
      ),
      Plot.dot(rows, {x: "l0", y: "value", fill: stroke, r: 3.5, title: words, tip: true}),
      Plot.text(apart(rows.filter(({l0}) => l0 === 11)), {
        x: "l0",
        y: "place",
        text: (row: Change) => readingNames[row.series] ?? row.series,
        textAnchor: "start",
        dx: 9
      })
    ]
  });
}

/** Names at the lines' ends, moved so far apart that they can be read. */
function apart(rows: readonly Change[]): (Change & {place: number})[] {
  const spread = Math.max(...rows.map(({high}) => high), 0) - Math.min(...rows.map(({low}) => low), 0);
  const least = spread / 12;
  const placed = rows.toSorted((a, b) => a.value - b.value).map((row) => ({...row, place: row.value}));
  for (let i = 1; i < placed.length; ++i) placed[i].place = Math.max(placed[i].place, placed[i - 1].place + least);
  return placed;
}
