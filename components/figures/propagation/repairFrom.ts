import type {RecordSource, RepairSweep} from "../../records/record.js";
import {layerSummaries} from "../../analysis/summary.js";
import {Cache, perOwner} from "../../site/cache.js";
import type {Feed, View} from "../../site/feed.js";
import {slider} from "../../ui/inputs.js";
import {formatValue, h} from "../../ui/dom.js";
import {figure, provenance} from "../frame/figure.js";
import {followAnswers} from "../frame/follow.js";
import {layerStrip} from "../../charts/layerStrip.js";
import {marksLegend, rampLegend, strokesLegend} from "../../charts/legend.js";
import {lines} from "../../charts/lines.js";
import {trunkStrokes} from "../../charts/marks.js";
import {matrix} from "../../charts/matrix.js";
import {plate} from "../../charts/plate.js";
import {maximum} from "../../charts/reading.js";

const waiting = "Loading the runs with SOM from each layer on.";

const repairs = perOwner((source: RecordSource) => new Cache(() => source.repairs()));

/** What becomes of long tokens and of outliers when repair begins at layer k. */
export function repairFrom(feed: Feed): HTMLElement {
  const {store} = feed;
  const names = (count: number) => Array.from({length: count}, (_, i) => String(i + 1));
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
  const input = slider({
    label: "Repair from layer",
    least: 1,
    most: 11,
    value: store.value.propagation.from,
    hint: "SOM repairs the output of this layer and of all that follow",
    onChange: (value) => store.set({propagation: {from: value}})
  });
  const legend = rampLegend({label: "largest norm, times the median", domain: [1, 10]});
  const countLegend = rampLegend({label: "outliers", domain: [0, 1], scale: "linear"});
  const frame = figure(
    h(
      "div",
      {},
      chart,
      h("div", {class: "strips"}, h("span", {}, "outliers"), strip),
      h("div", {class: "beside"}, plate(norms, {title: "longest patch, × median"}), plate(counts, {title: "outliers"}))
    ),
    feed,
    {
      id: "repair-from",
      title: "From which layer on must outliers be repaired?",
      waiting,
      lede: "SOM switched on at layer k: norms of each block’s own output and outlier sets of every layer, one run of the network for each k.",
      legend: [
        strokesLegend([trunkStrokes.plain, trunkStrokes.purified]),
        legend,
        countLegend,
        marksLegend(["outlier"])
      ],
      controls: [input],
      reading:
        "Each row of the tables is one run. Up to column k it is the network without SOM; the rest shows what the repair changed. Where two rows are equal, repairing the layers between them changed nothing that these numbers show.",
      data: () => (shown ? rowsOf(shown) : [])
    }
  );
  let shown: {sweep: RepairSweep; layers: number; patches: number} | undefined;
  let drawnFrom = 0;
  const draw = (view: View, {sweep, layers, patches}: NonNullable<typeof shown>, fresh: boolean) => {
    const {choice, selection, record, picture} = view;
    const from = Math.min(selection.propagation.from, layers - 1);
    const {layer} = choice;
    const relative = Float64Array.from(sweep.largestNorms, (norm, i) => norm / sweep.medianNorms[i]);
    const sizes = Float64Array.from(sweep.largestNorms, (_, i) => {
      return sweep.outliers.subarray(i * patches, (i + 1) * patches).reduce((sum, flag) => sum + flag, 0);
    });
    if (fresh) {
      const shape = {rows: names(layers - 1), columns: names(layers)};
      norms.update({...shape, values: relative, domain: [1, maximum(relative)]});
      counts.update({...shape, values: sizes, domain: [0, patches]});
      legend.update({domain: [1, maximum(relative)], scale: "sqrt"});
      countLegend.update({domain: [0, patches], scale: "linear"});
    }
    const row = (from - 1) * layers;
    if (fresh || from !== drawnFrom) {
      drawnFrom = from;
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
          const set = sweep.outliers.subarray((row + l) * patches, (row + l + 1) * patches);
          const members = Array.from(set.keys()).filter((i) => set[i]);
          return {
            label: String(l + 1),
            values: new Float32Array(patches),
            marks: members.map((patch) => ({patch, mark: "outlier" as const})),
            note: String(members.length || "")
          };
        })
      });
    } else {
      chart.update({current: layer + 1});
      strip.update({current: layer});
    }
    norms.update({current: [from - 1, layer]});
    counts.update({current: [from - 1, layer]});
    input.update({value: from, most: layers - 1});
    const last = row + layers - 1;
    frame.update({
      waiting: "",
      title: `With SOM from layer ${from} on, the largest patch norm of the last layer is ${formatValue(relative[last])} times the median, and ${sizes[last]} patches are outliers`,
      source: provenance(
        {...record, image: picture.title},
        {notes: [`SOM from layer ${from}`, "norms before each layer’s own repair", "mean over heads"]}
      )
    });
    frame.update({drawn: {image: record.image, from, layer: layer + 1, outliers: sizes[last]}});
  };
  followAnswers(feed, frame, {
    waiting,
    ask: ({source}) => repairs(source).get("repairs"),
    draw: (view, sweep) => {
      const {layers, grid} = view.record;
      const fresh = shown?.sweep !== sweep;
      shown = {sweep, layers, patches: grid[0] * grid[1]};
      draw(view, shown, fresh);
    }
  });
  return frame;
}

function rowsOf({sweep, layers, patches}: {sweep: RepairSweep; layers: number; patches: number}) {
  return Array.from(sweep.largestNorms, (largest, i) => ({
    from: Math.floor(i / layers) + 1,
    layer: (i % layers) + 1,
    largest_norm: largest,
    median_norm: sweep.medianNorms[i],
    outliers: sweep.outliers.subarray(i * patches, (i + 1) * patches).reduce((sum, flag) => sum + flag, 0)
  }));
}
