import {median} from "../../analysis/arrays.js";
import type {SinkhornStep} from "../../analysis/sinkhorn.js";
import type {Domain} from "../../charts/colour.js";
import type {Feed, View} from "../../site/feed.js";
import {patchHands} from "../frame/kit.js";
import {h} from "../../ui/dom.js";
import {figure, provenance} from "../frame/figure.js";
import {followIntegration, haiNotes} from "./integration.js";
import {rampLegend} from "../../charts/legend.js";
import {lines} from "../../charts/lines.js";
import {patchMap} from "../../charts/patchMap.js";
import {plate, plates} from "../../charts/plate.js";
import {maximum, patchName} from "../../charts/reading.js";
import {haiChoice, type HaiChoice} from "./integrate.js";
import {sharedRange} from "../side/sharedRange.js";

/** Errors below this are drawn at it: an exact 0 has no place on a logarithmic axis. */
const floor = 1e-4;

/** How far row and column sums are from one, pass by pass. */
export function sinkhornFigure(feed: Feed): HTMLElement {
  const chart = lines({
    series: [],
    label: "largest distance of a sum from 1",
    across: "passes made",
    start: 0,
    scale: "log",
    format: String,
    height: 260
  });
  const frame = figure(chart, feed, {
    id: "sinkhorn",
    title: "How fast rows and columns both reach a sum of one",
    lede: `The largest distance of a row’s or a column’s sum from 1 after each pass of Eq. 10, on a logarithmic axis that ends at ${floor}; empty rows and columns are left aside.`,
    waiting: "Loading the attention of this photo.",
    reading:
      "Each pass corrects one side and disturbs the other, less each time. The paper has one round, which leaves columns exact and rows off by what the second line shows; more rounds approach a doubly stochastic map, in which every patch contributes and receives the same.",
    data: () =>
      steps.map(({round, pass, rowError, columnError}, passes) => ({passes, round, pass, rowError, columnError}))
  });
  let steps: SinkhornStep[] = [];
  followIntegration(feed, frame, (view, _layers, found) => {
    if (!found) return;
    const {record, picture} = view;
    const choice = haiChoice(view);
    steps = found.steps;
    const clipped = (values: number[]) => values.map((value) => Math.max(floor, value));
    chart.update({
      series: [
        {label: "rows", colour: "#9c6b4e", values: clipped(steps.map(({rowError}) => rowError))},
        {label: "columns", colour: "#ff8ab7", dash: "5 3", values: clipped(steps.map(({columnError}) => columnError))}
      ],
      current: 2 * choice.rounds
    });
    const {rowError, columnError} = steps[Math.min(steps.length - 1, 2 * choice.rounds)];
    frame.update({
      title: `After ${choice.rounds} ${choice.rounds === 1 ? "round" : "rounds"}, rows are off by at most ${short(rowError)} and columns by ${short(columnError)}`,
      source: provenance({...record, image: picture.title}, {notes: haiNotes(record, choice)}),
      waiting: ""
    });
    frame.update({drawn: {image: record.image, ...choice}});
  });
  return frame;
}

export const sumMeasures = [
  {key: "columnSums", title: "column sums", label: "what a patch gives to all"},
  {key: "rowSums", title: "row sums", label: "what a patch receives in all"},
  {key: "sources", title: "effective sources", label: "how many patches a patch draws from"}
] as const;

/** Before normalisation and after it. */
export const ends = ["before", "after"] as const;

/** A map of each measure, before and after. */
function sumCells({store}: Feed) {
  return sumMeasures.flatMap((measure) =>
    ends.map((when) => {
      const map = patchMap({
        grid: [14, 14],
        label: `${measure.label}, ${when} normalisation`,
        scale: "linear",
        ...patchHands(store)
      });
      return {...measure, when, map, frame: plate(map, {title: h("span", {}, measure.title, h("br"), when)})};
    })
  );
}

type SumCell = ReturnType<typeof sumCells>[number];

/** Where the sums lie on the photo, before and after: who gives, who gathers, from how many. */
export function sumsFigure(feed: Feed): HTMLElement {
  const {store} = feed;
  const cells = sumCells(feed);
  const legends = {
    sums: rampLegend({label: "sum, times the mean", domain: [0, 2]}),
    sources: rampLegend({label: "effective number of sources", domain: [0, 196], scale: "linear"})
  };
  const frame = figure(
    plates(
      cells.map(({frame: cell}) => cell),
      250
    ),
    feed,
    {
      id: "sums",
      title: "Normalisation equalises the contributions of patches; selective rows stay selective",
      lede: "Sums of A’s columns and rows in times their mean, and the exponential of each row’s entropy, before and after normalisation.",
      waiting: "Loading the attention of this photo.",
      legend: [legends.sums, legends.sources],
      reading: h(
        "span",
        {},
        "A column sum is what a patch contributes to all others: sinks that the test missed in every layer would stand out before normalisation. The effective number of sources is 1 for a row that attends to one patch and the number of patches for a uniform row: large values everywhere mean that HAI blurs."
      ),
      data: () =>
        Array.from({length: values[0]?.length ?? 0}, (_, patch) => ({
          patch,
          ...Object.fromEntries(cells.map(({key, when}, i) => [`${key} ${when}`, values[i][patch]]))
        }))
    }
  );
  let values: Float64Array[] = [];
  const draw: Parameters<typeof followIntegration>[2] = (view, {patches}, found) => {
    if (!found) return;
    const choice = haiChoice(view);
    const {steps} = found;
    values = cells.map(({key, when}) => sumsOf(steps, choice, key, when));
    const sums = sharedRange(feed, "sums", [0, maximum(...values.filter((_, i) => cells[i].key !== "sources"))]);
    paintSums(cells, view, values, {sums, patches});
    legends.sums.update({domain: sums, scale: view.selection.maps.scale});
    legends.sources.update({domain: [0, patches]});
    const [before, after] = ends.map((when) => Math.round(median(sumsOf(steps, choice, "sources", when))));
    const {record, picture, target} = view;
    const pin = target === null ? [] : [`★ ${patchName(target, record.grid[1])}`];
    frame.update({
      title: `A patch draws from about ${before} of ${patches} patches in the sum, and from ${after} after normalisation`,
      source: provenance({...record, image: picture.title}, {notes: [...haiNotes(record, choice), ...pin]}),
      waiting: ""
    });
    point(store.pointing.hover);
    frame.update({drawn: {image: record.image, ...choice}});
  };
  const point = (hover: number | null) => {
    for (const [i, {map, frame: cell, key}] of cells.entries()) {
      map.update({hover});
      const value = hover === null ? undefined : values[i]?.[hover];
      cell.update({readout: value === undefined ? "" : key === "sources" ? value.toFixed(0) : `${value.toFixed(2)} ×`});
    }
  };
  followIntegration(feed, frame, draw, ({hover}) => point(hover));
  return frame;
}

function paintSums(
  cells: readonly SumCell[],
  {record, target, selection}: View,
  values: readonly Float64Array[],
  {sums, patches}: {sums: Domain; patches: number}
): void {
  for (const [i, {map, key}] of cells.entries()) {
    const sources = key === "sources";
    map.update({
      grid: record.grid,
      values: values[i],
      domain: sources ? [0, patches] : sums,
      scale: sources ? "linear" : selection.maps.scale,
      unit: sources ? "patches" : "times the mean",
      marks: target === null ? [] : [{patch: target, mark: "target"}]
    });
  }
}

/** A measure of each patch, before normalisation or after it: sums in times their mean, sources in patches. */
export function sumsOf(
  steps: readonly SinkhornStep[],
  {rounds}: HaiChoice,
  key: (typeof sumMeasures)[number]["key"],
  when: (typeof ends)[number]
): Float64Array {
  const step = steps[when === "before" ? 0 : Math.min(steps.length - 1, 2 * rounds)];
  return key === "sources" ? step.sources : inMeans(step[key]);
}

function inMeans(sums: Float64Array): Float64Array {
  const mean = sums.reduce((total, value) => total + value, 0) / sums.length;
  return sums.map((value) => (mean > 0 ? value / mean : 0));
}

/** "0.27", or "less than 0.0001". */
function short(error: number): string {
  return error < floor ? `less than ${floor}` : error.toPrecision(2);
}
