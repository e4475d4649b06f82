import type {ImageRecord, RecordSource, RepairSweep} from "../../records/record.js";
import {layerSummaries} from "../../analysis/summary.js";
import {Cache, perOwner} from "../../site/cache.js";
import type {Feed, View} from "../../site/feed.js";
import {slider} from "../../ui/inputs.js";
import {formatValue, h} from "../../ui/dom.js";
import {figure, provenance} from "../frame/figure.js";
import {followAnswers} from "../frame/follow.js";
import {marksOn} from "../frame/tokens.js";
import {layerStrip} from "../../charts/layerStrip.js";
import {marksLegend, rampLegend, strokesLegend} from "../../charts/legend.js";
import {lines} from "../../charts/lines.js";
import {trunkStrokes} from "../../charts/marks.js";
import {matrix} from "../../charts/matrix.js";
import {plate} from "../../charts/plate.js";
import {maximum} from "../../charts/reading.js";

const waiting = "Loading the runs with SOM from each layer on.";

const repairs = perOwner((source: RecordSource) => new Cache(() => source.repairs()));

/** The runs of one record: one for each layer from which SOM repairs, a row a run in its tables. */
interface Runs {
  sweep: RepairSweep;
  layers: number;
  patches: number;
  /** The largest patch norm of each run's layers, in times the median. */
  relative: Float64Array;
  /** The size of each run's outlier sets. */
  sizes: Float64Array;
}

function runsOf(sweep: RepairSweep, {layers, grid}: ImageRecord): Runs {
  const patches = grid[0] * grid[1];
  const relative = Float64Array.from(sweep.largestNorms, (norm, i) => norm / sweep.medianNorms[i]);
  const sizes = Float64Array.from(sweep.largestNorms, (_, i) =>
    sweep.outliers.subarray(i * patches, (i + 1) * patches).reduce((sum, flag) => sum + flag, 0)
  );
  return {sweep, layers, patches, relative, sizes};
}

const names = (count: number) => Array.from({length: count}, (_, i) => String(i + 1));

/** Two tables of all runs; of the chosen run a chart and small maps. */
function build({store}: Feed) {
  const table = {rows: names(11), columns: names(12), values: [], down: "repair from", across: "layer"};
  const onPick = (row: number, column: number) => store.set({propagation: {from: row + 1}, layer: column + 1});
  const norms = matrix({
    ...table,
    label: "largest norm in times the median",
    scale: "sqrt",
    format: (value) => (value >= 10 ? value.toFixed(0) : value.toFixed(1)),
    onPick
  });
  const counts = matrix({...table, label: "patches in the outlier set", format: (value) => value.toFixed(0), onPick});
  const strip = layerStrip({
    grid: [14, 14],
    items: names(12).map((label) => ({label, values: []})),
    label: "the outlier set",
    least: 62,
    onPick: (item) => store.set({layer: item + 1})
  });
  const chart = lines({
    series: [],
    label: "↑ largest norm, times the median",
    scale: "log",
    height: 220,
    onPick: (layer) => store.set({layer})
  });
  const content = h(
    "div",
    {},
    chart,
    h("div", {class: "strips"}, h("span", {}, "outliers"), strip),
    h(
      "div",
      {class: "beside"},
      plate(norms, {title: "largest patch norm, × median"}),
      plate(counts, {title: "outliers"})
    )
  );
  const legends = {
    norms: rampLegend({label: "largest norm, times the median", domain: [1, 10]}),
    counts: rampLegend({label: "outliers", domain: [0, 1], scale: "linear"})
  };
  return {content, norms, counts, strip, chart, legends};
}

type Parts = ReturnType<typeof build>;

/** What happens to high-norm tokens and to outliers when repair begins at layer k. */
export function repairFrom(feed: Feed): HTMLElement {
  const {store} = feed;
  const parts = build(feed);
  const input = slider({
    label: "Repair from layer",
    least: 1,
    most: 11,
    value: store.value.propagation.from,
    hint: "SOM repairs the output of this layer and of all that follow",
    onChange: (value) => store.set({propagation: {from: value}})
  });
  const frame = figure(parts.content, feed, {
    id: "repair-from",
    title: "From which layer on must outliers be repaired?",
    waiting,
    lede: "SOM switched on at layer k: norms of each block’s own output and outlier sets of every layer, one run of the network for each k.",
    legend: [
      strokesLegend([trunkStrokes.plain, trunkStrokes.purified]),
      parts.legends.norms,
      parts.legends.counts,
      marksLegend(["outlier"])
    ],
    controls: [input],
    reading:
      "Each row of the tables is one run. Up to column k it is the network without SOM; the rest shows what the repair changed. Where two rows are equal, repairing the layers between them changed nothing that these numbers show.",
    data: () => (shown ? rowsOf(shown) : [])
  });
  let shown: Runs | undefined;
  let drawnFrom = 0;
  followAnswers(feed, frame, {
    waiting,
    ask: ({source}) => repairs(source).get("repairs"),
    draw: (view, sweep) => {
      const {record, selection, choice, picture} = view;
      const fresh = shown?.sweep !== sweep;
      if (fresh) paintTables(parts, (shown = runsOf(sweep, record)));
      const {layers, relative, sizes} = shown!;
      const from = Math.min(selection.propagation.from, layers - 1);
      paintRun(parts, view, shown!, from, fresh || from !== drawnFrom);
      drawnFrom = from;
      input.update({value: from, most: layers - 1});
      const last = from * layers - 1;
      frame.update({
        waiting: "",
        title: `With SOM from layer ${from} on, the largest patch norm of the last layer is ${formatValue(relative[last])} times the median, and ${sizes[last]} patches are outliers`,
        source: provenance(
          {...record, image: picture.title},
          {notes: [`SOM from layer ${from}`, "norms before each layer’s own repair", "mean over heads"]}
        ),
        drawn: {image: record.image, from, layer: choice.layer + 1, outliers: sizes[last]}
      });
    }
  });
  return frame;
}

function paintTables({norms, counts, legends}: Parts, {layers, patches, relative, sizes}: Runs): void {
  const shape = {rows: names(layers - 1), columns: names(layers)};
  const most = maximum(relative);
  norms.update({...shape, values: relative, domain: [1, most]});
  counts.update({...shape, values: sizes, domain: [0, patches]});
  legends.norms.update({domain: [1, most], scale: "sqrt"});
  legends.counts.update({domain: [0, patches], scale: "linear"});
}

/**
 * Shows one run.
 *
 * @param from the layer from which it repairs, 1-based
 * @param anew whether it is another run than before, and not only another layer
 */
function paintRun(
  {norms, counts, chart, strip}: Parts,
  {record, choice: {layer}}: View,
  {sweep, layers, patches, relative}: Runs,
  from: number,
  anew: boolean
): void {
  const row = (from - 1) * layers;
  norms.update({current: [from - 1, layer]});
  counts.update({current: [from - 1, layer]});
  if (!anew) {
    chart.update({current: layer + 1});
    strip.update({current: layer});
    return;
  }
  const plain = layerSummaries(record, "plain").map(({maxNorm, medianNorm}) => maxNorm / medianNorm);
  chart.update({
    current: layer + 1,
    series: [
      {...trunkStrokes.plain, label: "without", values: plain},
      {...trunkStrokes.purified, label: `from layer ${from}`, values: relative.subarray(row, row + layers)}
    ]
  });
  strip.update({
    grid: record.grid,
    current: layer,
    items: Array.from({length: layers}, (_, l) => {
      const marks = marksOn(sweep.outliers.subarray((row + l) * patches, (row + l + 1) * patches), "outlier");
      return {label: String(l + 1), values: new Float32Array(patches), marks, note: String(marks.length || "")};
    })
  });
}

function rowsOf({sweep, layers, sizes}: Runs) {
  return Array.from(sweep.largestNorms, (largest, i) => ({
    from: Math.floor(i / layers) + 1,
    layer: (i % layers) + 1,
    largest_norm: largest,
    median_norm: sweep.medianNorms[i],
    outliers: sizes[i]
  }));
}
