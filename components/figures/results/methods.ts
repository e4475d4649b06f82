import * as Plot from "@observablehq/plot";
import type {MeasuredFile, MeasuredRow} from "../../analysis/measured.js";
import {figure} from "../frame/figure.js";
import type {ReportPlace} from "./report.js";
import {chart} from "./chart.js";
import {measuredSource, scoreText} from "./read.js";
import {groupOf, rowName} from "./rowNames.js";
import {colourOf} from "./style.js";

/** Steps of SFP that stand among the other methods. */
const ofSfp = ["block+som+hai", "literal+som+hai", "clear+som+hai"];

/** All methods by what they score here, best first, each with its interval. */
export function methodsFigure(place: ReportPlace): HTMLElement {
  const {choice} = place;
  const plot = chart({plot: () => ({}), label: "", height: 400});
  const frame = figure(plot, place, {
    id: "methods",
    table: true,
    title: "Every method on the same photos and the same words",
    lede: "mIoU in percent with 95 % intervals over photos, best first. Cyan: SFP of the paper, by its readings of Eq. 7.",
    controls: [choice.control()],
    reading:
      "What this can show is how the methods treat one small supervised model. They were designed and tuned for CLIP, most of them for its ViT-B/16, so their order here does not rank them for CLIP."
  });
  choice.follow((file) => {
    const rows = methodRows(file);
    const height = 50 + 22 * rows.length;
    plot.update({
      height,
      plot: dots(rows, height),
      label: rows.map((row) => `${rowName(row)}: ${scoreText(row.miou)}`).join("; ")
    });
    frame.update({
      source: measuredSource(file),
      data: () =>
        rows.map((row) => ({method: rowName(row), miou: row.miou.value!, low: row.miou.low!, high: row.miou.high!}))
    });
  });
  return frame;
}

/** Methods and SFP's readings, best first. */
export function methodRows({rows}: MeasuredFile): MeasuredRow[] {
  return rows
    .filter((row) => (groupOf(row) === "methods" || ofSfp.includes(row.id)) && row.miou.value !== null)
    .toSorted((a, b) => b.miou.value! - a.miou.value!);
}

function dots(rows: readonly MeasuredRow[], height: number) {
  const isSfp = (row: MeasuredRow): boolean => ofSfp.includes(row.id);
  const name = (row: MeasuredRow): string => (isSfp(row) ? `SFP: ${row.id.split("+")[0]}` : rowName(row));
  return (): Plot.PlotOptions => ({
    height,
    marginLeft: 148,
    marginRight: 24,
    marginTop: 34,
    x: {label: "mIoU, %", axis: "top", grid: true, nice: true},
    y: {domain: rows.map(name), label: null, tickSize: 0},
    color: {type: "identity"},
    marks: [
      Plot.ruleY(rows, {
        y: name,
        x1: (row: MeasuredRow) => row.miou.low,
        x2: (row: MeasuredRow) => row.miou.high,
        stroke: (row: MeasuredRow) => colourOf(isSfp(row)),
        strokeWidth: 2
      }),
      Plot.dot(rows, {
        y: name,
        x: (row: MeasuredRow) => row.miou.value,
        r: 4.5,
        fill: (row: MeasuredRow) => colourOf(isSfp(row)),
        stroke: "var(--theme-background)",
        title: (row: MeasuredRow) => `${name(row)}: ${scoreText(row.miou)}`,
        tip: true
      })
    ]
  });
}
