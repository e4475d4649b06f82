import type {AttentionMap, RecordSource} from "../../records/record.js";
import {sinkScores} from "../../analysis/sinks.js";
import {Cache, perOwner} from "../../site/cache.js";
import type {Feed, View} from "../../site/feed.js";
import {formatValue, h} from "../../ui/dom.js";
import {patchHands} from "../frame/kit.js";
import {figure, headName, provenance} from "../frame/figure.js";
import {followAnswers} from "../frame/follow.js";
import {ringName, tokenLegend, tokenMarks} from "../frame/tokens.js";
import {pinMarks} from "../attention/maps.js";
import {sharedRange} from "../side/sharedRange.js";
import {layerStrip} from "../../charts/layerStrip.js";
import {rampLegend} from "../../charts/legend.js";
import {patchMap} from "../../charts/patchMap.js";
import {plate, plates} from "../../charts/plate.js";
import {attentionRow, greatest, maximum, patchName, tokenOf} from "../../charts/reading.js";

const waiting = "Loading the analysis of this photo.";

/** Attention of every head of the plain trunk, by layer (0-based). */
const headMaps = perOwner(
  (source: RecordSource) => new Cache((layer) => source.headAttention("plain", Number(layer)), 24)
);

/** The chosen head on the photo: what the pinned token looks at, what is looked at most, and the other heads. */
export function headRows(feed: Feed): HTMLElement {
  const {store} = feed;
  const hands = patchHands(store);
  const blank = {grid: [14, 14], unit: "times uniform", ...hands} as const;
  const photo = patchMap({...blank, label: "what the target token attends to, over the photo"});
  const row = patchMap({...blank, label: "attention from the target token"});
  const received = patchMap({...blank, label: "attention received from all tokens"});
  const frames = {
    photo: plate(photo, {
      title: h("span", {}, "from the ", h("span", {class: "is-target"}, "target"), ", on the photo")
    }),
    row: plate(row, {title: h("span", {}, "from the ", h("span", {class: "is-target"}, "target"))}),
    received: plate(received, {
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
  const legend = rampLegend({label: "from the target, times uniform", domain: [0, 1]});
  const receivedLegend = rampLegend({label: "received, times uniform", domain: [0, 1]});
  const frame = figure(
    h(
      "div",
      {},
      plates([frames.photo, frames.row, frames.received], 240),
      h("div", {class: "strips"}, h("span", {}, "from the target"), strip)
    ),
    feed,
    {
      id: "head-row",
      title: "One head, one token",
      waiting,
      lede: "Attention of the chosen head in the chosen layer, in times uniform.",
      legend: [legend, receivedLegend, tokenLegend(feed, ["target", "background", "outlier", "highNorm"])],
      reading:
        "Click a patch to see what it attends to. Where the row looks like the map of attention received from all tokens, the head attends to the same places whatever the query. Small maps: the same token in each head, one range for all.",
      data: () =>
        Array.from(shown?.received ?? [], (received, patch) => ({
          patch,
          from_target: shown!.row[patch],
          received,
          ...Object.fromEntries(shown!.heads.map((row, i) => [`from_target_head_${i + 1}`, row[patch]]))
        }))
    }
  );
  let shown: {row: ArrayLike<number>; received: ArrayLike<number>; heads: ArrayLike<number>[]} | undefined;
  const draw = (view: View, heads: AttentionMap[]) => {
    const {record, choice, target, picture, selection} = view;
    const {grid} = record;
    const {head, layer} = choice;
    const token = target ?? 0;
    const joined = typeof head === "number" ? heads[head - 1] : head === "max" ? greatest(heads) : average(heads);
    const values = attentionRow(joined, tokenOf(joined, token));
    // Over all rows uniform attention gives 1; the shares of class token and registers are not on the grid.
    const scores = sinkScores(joined).subarray(tokenOf(joined, 0));
    const rows = heads.map((map) => attentionRow(map, tokenOf(map, token)));
    shown = {row: values, received: scores, heads: rows};
    const domain = sharedRange(feed, "head-row", [0, maximum(values, ...rows)]);
    const receivedDomain = sharedRange(feed, "head-row received", [0, maximum(scores)]);
    const {scale} = selection.maps;
    const pins = pinMarks(view);
    const marks = tokenMarks(view, {...choice, trunk: "plain", head: "mean", factor: 1, cap: 0});
    photo.update({grid, values, domain, scale, photo: picture.image, marks: pins});
    row.update({grid, values, domain, scale, marks: pins});
    received.update({grid, values: scores, domain: receivedDomain, scale, marks});
    legend.update({domain, scale});
    receivedLegend.update({domain: receivedDomain, scale});
    strip.update({
      grid,
      domain,
      scale,
      current: typeof head === "number" ? head - 1 : null,
      items: rows.map((list, i) => ({label: `head ${i + 1}`, values: list}))
    });
    const most = scores.reduce((a, b, i) => (b > scores[a] ? i : a), 0);
    frame.update({
      title: `Layer ${layer + 1}, ${headName(head)}: patch ${patchName(most, grid[1])} receives ${formatValue(scores[most])} times uniform from all tokens, ${formatValue(values[most])} times from the target`,
      lede: `Attention in layer ${layer + 1}, ${headName(head)}, without SOM, in times uniform. Target: patch ${patchName(token, grid[1])}${target === null ? ", since none is pinned" : ""}.`,
      source: provenance(
        {...record, image: picture.title},
        {layer: layer + 1, head, trunk: "plain", notes: [`rings: ${ringName(selection, record)}, heads averaged`]}
      )
    });
    point(store.pointing.hover);
    frame.update({drawn: {image: record.image, layer: layer + 1, head, token}});
  };
  const point = (hover: number | null) => {
    const text = (list?: ArrayLike<number>) => (hover === null || !list ? "" : `${formatValue(list[hover])} ×`);
    for (const map of [photo, row, received]) map.update({hover});
    frames.photo.update({readout: text(shown?.row)});
    frames.row.update({readout: text(shown?.row)});
    frames.received.update({readout: text(shown?.received)});
  };
  followAnswers(feed, frame, {
    waiting,
    ask: ({source, choice}) => headMaps(source).get(String(choice.layer)),
    draw,
    point: ({hover}) => point(hover)
  });
  return frame;
}

function average(maps: readonly AttentionMap[]): AttentionMap {
  const values = new Float32Array(maps[0].values.length);
  for (const map of maps) for (let i = 0; i < values.length; ++i) values[i] += map.values[i] / maps.length;
  return {...maps[0], values};
}
