import * as Plot from "@observablehq/plot";
import type {MeasuredFile} from "../../analysis/measured.js";
import type {OptionSpec} from "../../analysis/options.js";
import {sfp} from "../../model/methods/sfp.js";
import {figure} from "../frame/figure.js";
import type {ReportPlace} from "./report.js";
import {chart} from "./chart.js";
import {differenceText, measuredSource, verdict} from "./read.js";

const full = "block+som+hai";

/** What each option is about, in the order of the figure: those that the report changes. */
const meanings: Readonly<Record<string, string>> = Object.fromEntries([
  ...Object.entries(sfp.options).flatMap(([name, {label}]: [string, OptionSpec]) => (label ? [[name, label]] : [])),
  ["factor cap", "the released code’s detector"]
]);

interface Change {
  about: string;
  words: string;
  value: number;
  low: number;
  high: number;
}

/** What changing one option of the whole method does, as paired differences: a row an option's value. */
export function optionsFigure(place: ReportPlace): HTMLElement {
  const {choice} = place;
  const plot = chart({plot: () => ({}), label: "", height: 520});
  const frame = figure(plot, place, {
    id: "options",
    table: true,
    title: "One option changed at a time",
    lede: "mIoU minus that of the whole method with its defaults (SAE block, SOM, HAI), in percentage points, with paired 95 % intervals.",
    controls: [choice.control()],
    reading:
      "A bar to the right of zero: the change helps on these photos. Hollow dots: the interval includes zero, so the sign is open. With this many rows, one or two clear intervals are to be expected by chance."
  });
  choice.follow(
    (file) => {
      const rows = optionRows(file);
      plot.update({
        height: 60 + 20 * rows.length,
        plot: forest(rows),
        label: rows.map((row) => `${row.words}: ${differenceText(row)}`).join("; ")
      });
      frame.update({
        source: measuredSource(file),
        data: () => rows.map(({words, value, low, high}) => ({option: words, difference: value, low, high}))
      });
    },
    (file) => optionRows(file).length > 0
  );
  return frame;
}

/** Differences of the default method with one option changed, in the order of `meanings`. */
export function optionRows(file: MeasuredFile): Change[] {
  const order = Object.keys(meanings);
  return file.pairs
    .flatMap(({id, against, value, low, high}) => {
      if (against !== full || !id.startsWith(`${full} `)) return [];
      const words = id.slice(full.length + 1);
      const about = words
        .split(" ")
        .map((word) => word.split("=")[0])
        .join(" ");
      if (!(about in meanings) || value === null || low === null || high === null) return [];
      return [{about, words, value, low, high}];
    })
    .toSorted((a, b) => order.indexOf(a.about) - order.indexOf(b.about));
}

function forest(rows: readonly Change[]) {
  return (width: number): Plot.PlotOptions => {
    const narrow = width < 560;
    const seen = new Set<string>();
    const firsts = rows.filter(({about}) => !seen.has(about) && seen.add(about));
    const hollow = (row: Change): boolean => verdict(row) === "open";
    return {
      height: 60 + 20 * rows.length,
      marginLeft: narrow ? 132 : 290,
      marginRight: 20,
      marginTop: 34,
      x: {label: "percentage points", grid: true, nice: true, axis: "top"},
      y: {domain: rows.map(({words}) => words), label: null, tickSize: 0},
      marks: [
        Plot.ruleX([0], {strokeOpacity: 0.6}),
        Plot.ruleY(rows, {y: "words", x1: "low", x2: "high", strokeWidth: 2, stroke: "#6cc5b0"}),
        Plot.dot(rows, {
          y: "words",
          x: "value",
          r: 4,
          stroke: "#6cc5b0",
          strokeWidth: 2,
          fill: (row: Change) => (hollow(row) ? "var(--theme-background)" : "#6cc5b0"),
          title: (row: Change) => `${row.words}: ${differenceText(row)}`,
          tip: true
        }),
        ...(narrow
          ? []
          : [
              Plot.text(firsts, {
                y: "words",
                text: (row: Change) => meanings[row.about],
                frameAnchor: "left",
                textAnchor: "start",
                dx: -286,
                fillOpacity: 0.75
              })
            ])
      ],
      color: {type: "identity"}
    };
  };
}
