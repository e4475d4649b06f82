import type {AttentionMap} from "../../records/record.js";
import type {Feed, View} from "../../site/feed.js";
import {segmented} from "../../ui/inputs.js";
import type {Scale} from "../../charts/colour.js";
import {joinedAttention} from "./joined.js";
import {sharedRange} from "../side/sharedRange.js";
import {formatValue, h} from "../../ui/dom.js";
import type {FigureOptions} from "../frame/figure.js";
import type {Rows} from "../frame/rows.js";
import {rangeInput, type Hands} from "../frame/kit.js";
import type {Selection} from "../../site/selection.js";
import {figure, provenance, trunkName} from "../frame/figure.js";
import {followAnswers} from "../frame/follow.js";
import {ringDetector, ringName, tokenLegend, tokenMarks, withHighNorm} from "../frame/tokens.js";
import {rampLegend} from "../../charts/legend.js";
import type {PatchMark} from "../../charts/patchMap.js";
import {patchMap} from "../../charts/patchMap.js";
import {plate, plates} from "../../charts/plate.js";
import type {LayerReading} from "../../charts/reading.js";
import {attentionRow, maximum, patchName, readLayer, rowWords, tokenOf} from "../../charts/reading.js";

const waiting = "Loading the analysis of this photo.";

/** The panels that show a value a patch, in the order of the paper's Figure 1. */
const panels = ["target", "background", "class", "diagonal", "margin"] as const;

type Panel = (typeof panels)[number];

type Values = Partial<Record<Panel, ArrayLike<number>>>;

/** The photo and the five maps, each in its frame. A click pins as `hands` say. */
function build(feed: Feed, hands: Hands) {
  const blank = {grid: [14, 14], unit: "times uniform", ...hands} as const;
  const photo = patchMap({...blank, label: "the photo", lines: true});
  const maps: Record<Panel, ReturnType<typeof patchMap>> = {
    target: patchMap({...blank, label: "attention from the target token"}),
    background: patchMap({...blank, label: "attention from the background token"}),
    class: patchMap({...blank, label: "attention from the class token"}),
    diagonal: patchMap({...blank, label: "attention of each patch to itself"}),
    margin: patchMap({...blank, label: "class minus self", signed: true})
  };
  const classTitle = h("span", {class: "is-class"}, "class token");
  const frames: Record<Panel | "photo", ReturnType<typeof plate>> = {
    photo: plate(photo, {title: "the photo"}),
    target: plate(maps.target, {letter: "a", title: named("from the", "target", "target token")}),
    background: plate(maps.background, {letter: "b", title: named("from the", "background", "background token")}),
    class: plate(maps.class, {letter: "c", title: h("span", {}, "from the ", classTitle)}),
    diagonal: plate(maps.diagonal, {letter: "d", title: named("each to", "diagonal", "itself")}),
    margin: plate(maps.margin, {
      letter: "e",
      title: h("span", {}, "c − d, and the ", h("span", {class: "is-outlier"}, "outliers"))
    })
  };
  const legend = rampLegend({label: "attention, times uniform", domain: [0, 1]});
  const signedLegend = rampLegend({label: "class − self", domain: [0, 1], signed: true});
  return {feed, photo, maps, frames, legend, signedLegend, classTitle};
}

type Parts = ReturnType<typeof build>;

/** Scale and range of the maps, as the selection has them. */
function scaleInputs({store}: Feed) {
  const scale = segmented<Scale>({
    label: "Scale",
    options: [
      {value: "sqrt", label: "√", hint: "Square root: small values remain visible"},
      {value: "linear", label: "linear"},
      {value: "log", label: "log", hint: "The top three decades"}
    ],
    value: store.value.maps.scale,
    onChange: (value) => store.set({maps: {scale: value}})
  });
  const range = rangeInput(store);
  return {
    elements: [scale, range],
    show: ({maps}: Selection) => {
      scale.update({value: maps.scale});
      range.update({value: maps.range});
    }
  };
}

/**
 * Figure 1, a to e: the photo with its pins and outliers, the attention of the two pinned tokens and
 * of the class token, the diagonal, and the margin whose sign is the outlier test.
 */
export function attentionFigure(feed: Feed): HTMLElement {
  const {store} = feed;
  let second = false;
  let values: Values = {};
  let current: View | undefined;
  const parts = build(feed, {
    onHover: (hover) => store.point({hover}),
    onPick: (patch, other) => store.set(second === other ? {target: patch} : {background: patch})
  });
  const {photo, maps, frames} = parts;
  const inputs = scaleInputs(feed);
  const pinning = segmented<"target" | "background">({
    label: "A click pins",
    options: [
      {value: "target", label: "★ target"},
      {value: "background", label: "☆ background"}
    ],
    value: "target",
    onChange: (value) => (second = value === "background")
  });
  const frame = figure(plates([frames.photo, ...panels.map((panel) => frames[panel])], 280), feed, {
    id: "attention",
    title: "All three queries attend to the outliers",
    waiting,
    lede: "Attention in one layer, in times uniform: 1 is what each key would receive if attention were uniform.",
    legend: [parts.legend, parts.signedLegend, tokenLegend(feed, ["target", "background", "outlier", "highNorm"])],
    controls: [pinning, ...inputs.elements],
    reading:
      "Rows a to c belong to tokens with little in common: a patch that stands out in all three receives attention from everywhere. " +
      "The test needs c and d alone: outliers are where their difference e is above 0.",
    data: () => (current ? rows(current, values) : [])
  });

  const draw = (view: View, map: AttentionMap | null) => {
    const {record, choice, selection} = view;
    const reading = readLayer(record, choice);
    current = view;
    values = valuesOf(view, reading, map);
    paint(parts, view, reading, values);
    inputs.show(selection);
    point(store.pointing.hover, view);
    const {trunk, layer, head} = choice;
    frame.update({
      ...words(view, reading),
      drawn: {image: record.image, trunk, layer: layer + 1, head, rows: map !== null}
    });
  };
  const point = (hover: number | null, view: View) => {
    const {brush} = store.pointing;
    const {grid} = view.record;
    photo.update({hover, brush});
    frames.photo.update({readout: hover === null ? "" : patchName(hover, grid[1])});
    for (const panel of panels) {
      maps[panel].update({hover, brush});
      const list = values[panel];
      frames[panel].update({readout: hover === null || !list ? "" : `${formatValue(list[hover])} ×`});
    }
  };
  followAnswers<AttentionMap>(feed, frame, {
    waiting,
    ask: ({source, choice}) => joinedAttention(source, choice),
    draw,
    meanwhile: (view) => {
      draw(view, null);
      return true;
    },
    failed: (_, view) => {
      draw(view, null);
      // A site stores single heads of the plain trunk only; a live model has them all.
      for (const panel of ["target", "background"] as const) frames[panel].update({readout: "not stored"});
      return "";
    },
    point: ({hover}, view) => point(hover, view)
  });
  return frame;
}

/** The values of the panels; of single tokens as soon as the whole map is there. */
function valuesOf({target, background}: View, reading: LayerReading, map: AttentionMap | null): Values {
  const row = (patch: number | null) => (map && patch !== null ? attentionRow(map, tokenOf(map, patch)) : undefined);
  return {
    target: row(target),
    background: row(background),
    class: reading.classRow,
    diagonal: reading.diagonal,
    margin: reading.margin
  };
}

function paint(
  {feed, photo, maps, legend, signedLegend, classTitle}: Parts,
  view: View,
  reading: LayerReading,
  values: Values
): void {
  const {record, choice, selection, picture} = view;
  const {grid} = record;
  const {scale, range} = selection.maps;
  const pinned = pinMarks(view);
  const marks = [...tokenMarks(view, choice, reading), ...pinned];
  const attention = [values.target, values.background, values.class, values.diagonal].filter((list) => list != null);
  const shared = sharedRange(feed, "attention", [0, maximum(...attention)]);
  const reach = sharedRange(feed, "attention", [0, maximum(reading.margin.map(Math.abs))], "margin");
  const own = range === "own";
  const named = (text: string) => rowWords(text, record.prefix);
  classTitle.textContent = named("class token");
  maps.class.update({label: named("attention from the class token")});
  maps.margin.update({label: named("class minus self")});
  photo.update({grid, marks, photo: picture.image, label: `the photo, ${record.image}`});
  for (const panel of panels)
    maps[panel].update({
      grid,
      values: values[panel] ?? null,
      domain: panel === "margin" ? reach : own ? undefined : shared,
      scale,
      marks: panel === "margin" ? marks : pinned
    });
  legend.update({domain: own ? [0, 1] : shared, scale});
  legend.hidden = own;
  signedLegend.update({domain: reach, scale, label: named("class − self")});
}

/** Stars on the pinned patches: the same array as long as the pins stay, so that nothing is repainted for it. */
export function pinMarks({target, background}: View): readonly PatchMark[] {
  if (target === pins.target && background === pins.background) return pins.marks;
  const marks: PatchMark[] = [
    ...(background === null ? [] : [{patch: background, mark: "background" as const}]),
    ...(target === null ? [] : [{patch: target, mark: "target" as const}])
  ];
  pins = {target, background, marks};
  return marks;
}

let pins: {target: number | null; background: number | null; marks: readonly PatchMark[]} = {
  target: null,
  background: null,
  marks: []
};

function named(before: string, thing: string, words: string): Node {
  return h("span", {}, `${before} `, h("span", {class: `is-${thing}`}, words));
}

function words({record, choice, picture, selection}: View, reading: LayerReading): Partial<FigureOptions> {
  const own = selection.maps.range === "own";
  const {count, classRow} = reading;
  const {layer, head, trunk, factor, cap} = choice;
  const patches = classRow.length;
  const factorName = factor === 1 ? "" : `${factor} times `;
  const verb = count === 1 ? "patch gets" : "patches get";
  return {
    title: withHighNorm(
      count === 0
        ? `In layer ${layer + 1}, every patch attends more to itself than the class token attends to it`
        : `In layer ${layer + 1}, ${count} of ${patches} ${verb} more attention from the class token than from ${count === 1 ? "itself" : "themselves"}`,
      reading
    ),
    lede:
      `Attention ${trunkName(trunk)}, in times uniform (1 is what each key would receive if attention were uniform). ` +
      (ringDetector(selection) === "som"
        ? `Rings: self-attention below ${factorName}the class token’s.`
        : `Rings: ${ringName(selection, record)}.`),
    source: provenance(
      {...record, image: picture.title},
      {layer: layer + 1, head, trunk, factor, cap, notes: [own ? "each map its own range" : "one range for a to d"]}
    )
  };
}

function rows({record, choice}: View, values: Values): Rows {
  const [, columns] = record.grid;
  const {outliers, highNorm} = readLayer(record, choice);
  return Array.from(outliers, (outlier, patch) => ({
    patch,
    row: Math.floor(patch / columns) + 1,
    column: (patch % columns) + 1,
    outlier,
    high_norm: highNorm[patch],
    ...Object.fromEntries(panels.flatMap((panel) => (values[panel] ? [[panel, values[panel]![patch]]] : [])))
  }));
}
