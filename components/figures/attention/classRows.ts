import type {ImageRecord} from "../../records/record.js";
import type {Feed} from "../../site/feed.js";
import {figure, provenance} from "../frame/figure.js";
import {follow} from "../frame/follow.js";
import {sharedRange} from "../side/sharedRange.js";
import {ringDetector, ringSet, tokenLegend, tokenMarks} from "../frame/tokens.js";
import {layerStrip} from "../../charts/layerStrip.js";
import {rampLegend} from "../../charts/legend.js";
import type {LayerChoice, LayerReading} from "../../charts/reading.js";
import {maximum, readLayer, rowWords} from "../../charts/reading.js";

/** The class row of every layer; a click chooses the layer. */
export function classRowsByLayer(feed: Feed): HTMLElement {
  return classRows(feed, {
    id: "class-rows-by-layer",
    places: 12,
    title: "When outliers appear, layer by layer",
    lede: "Attention from the class token in every layer, in times uniform. Dots are outliers, counted below, and crosses high-norm tokens; a click chooses the layer.",
    current: ({layer}) => layer,
    pick: (item) => ({layer: item + 1}),
    items: ({record, choice}) =>
      Array.from({length: record.layers}, (_, layer) => ({
        label: String(layer + 1),
        ...read(record, {...choice, layer})
      }))
  });
}

/** The class row of every head of the chosen layer; a click chooses the head. */
export function classRowsByHead(feed: Feed): HTMLElement {
  return classRows(feed, {
    id: "class-rows-by-head",
    places: 3,
    title: "Which heads attend to the outliers",
    lede: "Attention from the class token in every head of the chosen layer, in times uniform; a click chooses the head.",
    current: ({head}) => (typeof head === "number" ? head - 1 : null),
    pick: (item) => ({head: item + 1}),
    items: ({record, choice}) =>
      Array.from({length: record.heads}, (_, head) => ({
        label: `head ${head + 1}`,
        ...read(record, {...choice, head: head + 1})
      }))
  });
}

type View = Extract<Feed["state"], {view: unknown}>["view"];

interface ClassRowsOptions {
  id: string;
  /** How many maps to leave room for until their number is known. */
  places: number;
  title: string;
  lede: string;
  current: (choice: View["choice"]) => number | null;
  pick: (item: number) => {layer: number} | {head: number};
  items: (view: View) => {label: string; choice: LayerChoice; reading: LayerReading}[];
}

function read(record: ImageRecord, choice: LayerChoice) {
  return {choice, reading: readLayer(record, choice)};
}

function classRows(feed: Feed, {id, places, title, lede, current, pick, items}: ClassRowsOptions): HTMLElement {
  const strip = layerStrip({
    grid: [14, 14],
    items: Array.from({length: places}, (_, i) => ({label: String(i + 1), values: []})),
    label: "attention from the class token",
    onPick: (item) => feed.store.set(pick(item))
  });
  const legend = rampLegend({label: "attention, times uniform", domain: [0, 1]});
  const byHead = id.endsWith("head");
  let shown: LayerReading[] = [];
  const frame = figure(strip, feed, {
    id,
    title,
    lede,
    waiting: "Loading.",
    legend: [legend, tokenLegend(feed, ["outlier", "highNorm"])],
    data: () =>
      shown.flatMap(({classRow, outliers}, map) =>
        Array.from(classRow, (attention, patch) => ({
          [byHead ? "head" : "layer"]: map + 1,
          patch,
          attention,
          outlier: outliers[patch]
        }))
      )
  });
  let drawn: unknown[] = [];
  let list: ReturnType<typeof items> = [];
  let most = NaN;
  follow(feed, frame, (view) => {
    const {record, choice, selection, picture} = view;
    const {layer, head, trunk, factor, cap} = choice;
    // All maps stay as they are while only the marked one moves.
    const sets = [ringDetector(selection), factor, cap, selection.detectors];
    const key = [record, trunk, ...sets, selection.maps.scale, byHead ? layer : head];
    const same = key.every((value, i) => value === drawn[i]);
    if (!same) list = items(view);
    const domain = sharedRange(feed, id, [0, maximum(...list.map(({reading}) => reading.classRow))]);
    if (same && domain[1] === most) strip.update({current: current(choice)});
    else {
      drawn = key;
      [, most] = domain;
      shown = list.map(({reading}) => reading);
      strip.update({
        label: rowWords("attention from the class token", record.prefix),
        grid: record.grid,
        scale: selection.maps.scale,
        domain,
        current: current(choice),
        items: list.map(({label, choice: place, reading}) => ({
          label,
          values: reading.classRow,
          marks: tokenMarks(view, place, reading),
          note: String(ringSet(view, place, reading)?.reduce((sum, flag) => sum + flag, 0) || "")
        }))
      });
      legend.update({domain, scale: selection.maps.scale});
    }
    frame.update({
      drawn: {image: record.image, trunk, layer: layer + 1, head},
      source: provenance(
        {...record, image: picture.title},
        {...(byHead ? {layer: layer + 1} : {head}), trunk, factor, cap, notes: ["one range for all maps"]}
      )
    });
  });
  return frame;
}
