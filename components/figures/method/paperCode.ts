import {median} from "../../analysis/arrays.js";
import {som} from "../../analysis/detectors/som.js";
import {repair} from "../../analysis/repair.js";
import type {FeatureMap, ImageRecord} from "../../records/record.js";
import {unitTokens} from "../../analysis/similarity.js";
import type {Feed, View} from "../../site/feed.js";
import {h} from "../../ui/dom.js";
import {figure, provenance} from "../frame/figure.js";
import {followAnswers} from "../frame/follow.js";
import {marksOn} from "../frame/tokens.js";
import {indexed} from "../../charts/indexed.js";
import {marksLegend, rampLegend} from "../../charts/legend.js";
import {patchMap} from "../../charts/patchMap.js";
import {maximum} from "../../charts/reading.js";
import {absent} from "../frame/absent.js";
import {featureMaps, type FeatureMaps} from "../features/featureMaps.js";
import type {Departure} from "./differences.js";
import {differenceTable} from "./tables.js";

/** Pairs of features whose distance says what an item changes. */
const pairs = [
  {key: "layers", a: "plain", b: "som", title: "F and F_SOM"},
  {key: "hai", a: "sae", b: "vis", title: "F_SAE and F_vis"},
  {key: "whole", a: "vis", b: "sfp-released", title: "paper and code"},
  {key: "whole", a: "vis", b: "sfp-2025-12", title: "and code, Dec. 2025"},
  {key: "whole", a: "sfp-released", b: "sc-clip", title: "code and SC-CLIP"}
] as const;

const names = [...new Set(pairs.flatMap(({a, b}) => [a, b]))];

const waiting = "Loading the features of this photo.";

/** A small map under a title, with a line of text. */
function mini({store}: Feed, title: string, label: string) {
  const map = patchMap({grid: [14, 14], label, scale: "linear", onHover: (hover) => store.point({hover})});
  const note = h("div", {class: "mini-note"});
  return {map, note, element: h("div", {class: "mini"}, h("div", {class: "mini-title"}, indexed(title)), map, note)};
}

/** What is drawn beside the items of the table. */
function build(feed: Feed) {
  const distances = pairs.map((pair) => ({...pair, ...mini(feed, pair.title, `cosine distance of ${pair.title}`)}));
  const sets = {
    paper: mini(feed, "paper: 1, no cap", "the paper’s outliers of the last layer but one"),
    code: mini(feed, "code: 1.5, cap 10", "the released code’s outliers")
  };
  const isolated = h("p", {class: "effect-text"});
  const effects: Partial<Record<Departure["key"], HTMLElement>> = {
    test: h("div", {class: "minis"}, sets.paper.element, sets.code.element),
    neighbours: isolated
  };
  for (const {key, element} of distances) (effects[key] ??= h("div", {class: "minis"})).append(element);
  const legend = rampLegend({label: "cosine distance, 1 − cos", domain: [0, 1], scale: "linear"});
  return {content: differenceTable(effects), distances, sets, isolated, legend};
}

type Parts = ReturnType<typeof build>;

/** The paper against its code on the chosen photo: sets of outliers, and how far features lie apart. */
export function paperCodeFigure(feed: Feed): HTMLElement {
  const parts = build(feed);
  const frame = figure(parts.content, feed, {
    id: "paper-code",
    title: "The paper and its released code are two algorithms",
    lede: "Item by item; at the right, on the chosen photo, outlier sets of the last layer but one without SOM, and distances of features, patch by patch.",
    waiting,
    legend: [parts.legend, marksLegend(["outlier"])],
    reading:
      "A distance of 0 means the same direction and so the same class for any words; of 1, nothing in common. One colour range holds for all distances. The released code stays close to SC-CLIP, from which its later steps come.",
    data: () =>
      Array.from({length: values.find((list) => list)?.length ?? 0}, (_, patch) => ({
        patch,
        ...Object.fromEntries(pairs.map(({a, b}, i) => [`${a} ${b}`, values[i]?.[patch] ?? ""]))
      }))
  });
  let values: (Float64Array | undefined)[] = [];
  let drawn: FeatureMaps | undefined;
  followAnswers(feed, frame, {
    waiting,
    ask: ({source}) => featureMaps(source, names),
    draw: (view, found) => {
      if (found === drawn) return;
      drawn = found;
      const {record, picture, selection} = view;
      values = paintDistances(parts, record, found);
      paintSets(parts, view);
      const notes = [
        `sets of layer ${record.layers - 1}, without SOM, mean over heads`,
        "features after the head, methods’ default options"
      ];
      frame.update({
        source: provenance({...record, image: picture.title}, {notes}),
        drawn: {image: record.image, model: selection.model}
      });
    },
    point: ({hover}) => {
      for (const {map} of [...parts.distances, ...Object.values(parts.sets)]) map.update({hover});
    }
  });
  return frame;
}

/** @returns the distances that are drawn, a list a pair; of pairs that the photo lacks none */
function paintDistances({distances, legend}: Parts, {grid}: ImageRecord, maps: FeatureMaps) {
  const values = pairs.map(({a, b}) => {
    const [first, second] = [maps.get(a), maps.get(b)];
    return first && second && distance(first, second);
  });
  const domain = [0, maximum(...values.flatMap((list) => (list ? [list] : [])))] as const;
  for (const [i, {map, note}] of distances.entries()) {
    const list = values[i];
    map.update({grid, values: list ?? null, domain});
    note.textContent = list ? `median ${median(list).toFixed(3)}` : absent;
  }
  legend.update({domain});
  return values;
}

function paintSets({sets, isolated}: Parts, {record, picture}: View): void {
  const {grid} = record;
  const found = outlierSets(record);
  for (const side of ["paper", "code"] as const) {
    sets[side].map.update({grid, photo: picture.image, marks: marksOn(found[side], "outlier")});
    sets[side].note.textContent = `${count(found[side])} outliers`;
  }
  const blank: FeatureMap = {width: 1, values: new Float32Array(found.code.length)};
  const alone = (set: Uint8Array) => count(repair(blank, grid, set).isolated);
  isolated.textContent =
    alone(found.code) > 0
      ? `${alone(found.code)} of the code’s ten have no valid neighbour: it would write zeros, and the window would come out undefined.`
      : `None of the code’s ${count(found.code)} lacks a valid neighbour here; the paper’s set, repaired the same way, has ${alone(found.paper)}.`;
}

/** 1 − cos, patch by patch. */
function distance(a: FeatureMap, b: FeatureMap): Float64Array {
  const [units, others] = [unitTokens(a), unitTokens(b)];
  return Float64Array.from({length: units.length / a.width}, (_, i) => {
    let dot = 0;
    for (let d = i * a.width; d < (i + 1) * a.width; ++d) dot += units[d] * others[d];
    return Math.max(0, 1 - dot);
  });
}

/** The sets of layer L - 1 of the plain trunk by the paper's test and by the code's. */
function outlierSets({trunks, layers, heads, grid}: ImageRecord): {paper: Uint8Array; code: Uint8Array} {
  const size = heads * grid[0] * grid[1];
  const part = (values: Float32Array) => values.subarray((layers - 2) * size, (layers - 1) * size);
  const read = {classRows: part(trunks.plain.classRows), diagonals: part(trunks.plain.diagonals), heads};
  return {paper: som(read).outliers, code: som(read, {factor: 1.5, cap: 10}).outliers};
}

function count(mask: Uint8Array): number {
  return mask.reduce((sum, flag) => sum + flag, 0);
}
