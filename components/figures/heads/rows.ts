import {argmax} from "../../analysis/arrays.js";
import type {AttentionMap, RecordSource} from "../../records/record.js";
import {sinkScores} from "../../analysis/sinks.js";
import {Cache, perOwner} from "../../site/cache.js";
import type {Feed, View} from "../../site/feed.js";
import {formatValue, h} from "../../ui/dom.js";
import {patchHands} from "../frame/kit.js";
import {figure, headName, provenance, type FigureOptions} from "../frame/figure.js";
import type {Rows} from "../frame/rows.js";
import {followAnswers} from "../frame/follow.js";
import {ringName, tokenLegend, tokenMarks} from "../frame/tokens.js";
import {pinMarks} from "../attention/maps.js";
import {sharedRange} from "../side/sharedRange.js";
import {layerStrip} from "../../charts/layerStrip.js";
import {rampLegend} from "../../charts/legend.js";
import {patchMap} from "../../charts/patchMap.js";
import {plate, plates} from "../../charts/plate.js";
import {attentionRow, greatestMap, maximum, patchName, tokenOf, type HeadChoice} from "../../charts/reading.js";

const waiting = "Loading the analysis of this photo.";

/** Attention of every head of the plain trunk, by layer (0-based). */
const headMaps = perOwner(
  (source: RecordSource) => new Cache((layer) => source.headAttention("plain", Number(layer)), 24)
);

/** The photo with the target's row, the row alone, what all tokens attend to, and the row in each head. */
function build(feed: Feed) {
  const {store} = feed;
  const blank = {grid: [14, 14], unit: "times uniform", ...patchHands(store)} as const;
  const maps = {
    photo: patchMap({...blank, label: "what the target token attends to, over the photo"}),
    row: patchMap({...blank, label: "attention from the target token"}),
    received: patchMap({...blank, label: "attention received from all tokens"})
  };
  const target = () => h("span", {class: "is-target"}, "target");
  const frames = {
    photo: plate(maps.photo, {title: h("span", {}, "from the ", target(), ", on the photo")}),
    row: plate(maps.row, {title: h("span", {}, "from the ", target())}),
    received: plate(maps.received, {
      title: h("span", {}, "received, and the ", h("span", {class: "is-outlier"}, "outliers"))
    })
  };
  const strip = layerStrip({
    grid: [14, 14],
    items: Array.from({length: 3}, (_, i) => ({label: `head ${i + 1}`, values: []})),
    label: "attention from the target token",
    least: 130,
    onPick: (item) => store.set({head: item + 1})
  });
  const content = h(
    "div",
    {},
    plates([frames.photo, frames.row, frames.received], 240),
    h("div", {class: "strips"}, h("span", {}, "from the target"), strip)
  );
  const legends = {
    row: rampLegend({label: "from the target, times uniform", domain: [0, 1]}),
    received: rampLegend({label: "received, times uniform", domain: [0, 1]})
  };
  return {feed, content, maps, frames, strip, legends};
}

/** What is drawn: the target's row, what all tokens attend to, and the target's row in each head. */
interface Values {
  row: ArrayLike<number>;
  received: Float64Array;
  heads: ArrayLike<number>[];
}

/** The chosen head on the photo: what the pinned token looks at, what is looked at most, and the other heads. */
export function headRows(feed: Feed): HTMLElement {
  const {store} = feed;
  const parts = build(feed);
  const {maps, frames, legends} = parts;
  let shown: Values | undefined;
  const frame = figure(parts.content, feed, {
    id: "head-row",
    title: "One head, one token",
    waiting,
    lede: "Attention of the chosen head in the chosen layer, in times uniform.",
    legend: [legends.row, legends.received, tokenLegend(feed, ["target", "background", "outlier", "highNorm"])],
    reading:
      "Click a patch to see what it attends to. Where the row looks like the map of attention received from all tokens, the head attends to the same places whatever the query. Small maps: the same token in each head, one range for all.",
    data: () => (shown ? rows(shown) : [])
  });
  const point = (hover: number | null) => {
    const text = (list?: ArrayLike<number>) => (hover === null || !list ? "" : `${formatValue(list[hover])} ×`);
    for (const map of Object.values(maps)) map.update({hover});
    frames.photo.update({readout: text(shown?.row)});
    frames.row.update({readout: text(shown?.row)});
    frames.received.update({readout: text(shown?.received)});
  };
  followAnswers(feed, frame, {
    waiting,
    ask: ({source, choice}) => headMaps(source).get(String(choice.layer)),
    draw: (view, heads) => {
      const {record, choice, target} = view;
      shown = valuesOf(heads, choice.head, target ?? 0);
      paint(parts, view, shown);
      frame.update(words(view, shown));
      point(store.pointing.hover);
      const {layer, head} = choice;
      frame.update({drawn: {image: record.image, layer: layer + 1, head, token: target ?? 0}});
    },
    point: ({hover}) => point(hover)
  });
  return frame;
}

function valuesOf(heads: AttentionMap[], head: HeadChoice, token: number): Values {
  const joined = typeof head === "number" ? heads[head - 1] : head === "max" ? greatestMap(heads) : average(heads);
  return {
    row: attentionRow(joined, tokenOf(joined, token)),
    // Over all rows uniform attention gives 1; the shares of class token and registers are not on the grid.
    received: sinkScores(joined).subarray(tokenOf(joined, 0)),
    heads: heads.map((map) => attentionRow(map, tokenOf(map, token)))
  };
}

function paint(
  {feed, maps, strip, legends}: ReturnType<typeof build>,
  view: View,
  {row, received, heads}: Values
): void {
  const {record, choice, picture, selection} = view;
  const {grid} = record;
  const {scale} = selection.maps;
  const look = {grid, scale, domain: sharedRange(feed, "head-row", [0, maximum(row, ...heads)])};
  const most = sharedRange(feed, "head-row", [0, maximum(received)], "received");
  const pins = pinMarks(view);
  const marks = tokenMarks(view, {...choice, trunk: "plain", head: "mean", factor: 1, cap: 0});
  maps.photo.update({...look, values: row, photo: picture.image, marks: pins});
  maps.row.update({...look, values: row, marks: pins});
  maps.received.update({grid, scale, values: received, domain: most, marks});
  legends.row.update({domain: look.domain, scale});
  legends.received.update({domain: most, scale});
  strip.update({
    ...look,
    current: typeof choice.head === "number" ? choice.head - 1 : null,
    items: heads.map((values, i) => ({label: `head ${i + 1}`, values}))
  });
}

function words({record, choice, target, picture, selection}: View, {row, received}: Values): Partial<FigureOptions> {
  const {head, layer} = choice;
  const columns = record.grid[1];
  const most = argmax(received);
  const where = `${patchName(target ?? 0, columns)}${target === null ? ", since none is pinned" : ""}`;
  return {
    title: `Layer ${layer + 1}, ${headName(head)}: patch ${patchName(most, columns)} receives ${formatValue(received[most])} times uniform from all tokens, ${formatValue(row[most])} times from the target`,
    lede: `Attention in layer ${layer + 1}, ${headName(head)}, without SOM, in times uniform. Target: patch ${where}.`,
    source: provenance(
      {...record, image: picture.title},
      {layer: layer + 1, head, trunk: "plain", notes: [`rings: ${ringName(selection, record)}, heads averaged`]}
    )
  };
}

function rows({row, received, heads}: Values): Rows {
  return Array.from(received, (value, patch) => ({
    patch,
    from_target: row[patch],
    received: value,
    ...Object.fromEntries(heads.map((list, i) => [`from_target_head_${i + 1}`, list[patch]]))
  }));
}

function average(maps: readonly AttentionMap[]): AttentionMap {
  const values = new Float32Array(maps[0].values.length);
  for (const map of maps) for (let i = 0; i < values.length; ++i) values[i] += map.values[i] / maps.length;
  return {...maps[0], values};
}
