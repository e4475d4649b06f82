import type {ImageRecord} from "../../records/record.js";
import {PassedOver, proceed, type Answer} from "../../site/cache.js";
import type {Feed, View} from "../../site/feed.js";
import {segmented, slider} from "../../ui/inputs.js";
import {sfp} from "../../model/methods/sfp.js";
import {changeSetting} from "../../page/methodOptions.js";
import type {Integration} from "../../site/background.worker.js";
import {pinMarks} from "../attention/maps.js";
import {sharedRange} from "../side/sharedRange.js";
import {formatValue, h} from "../../ui/dom.js";
import type {FigureOptions} from "../frame/figure.js";
import type {Rows} from "../frame/rows.js";
import {patchHands, rangeInput} from "../frame/kit.js";
import {figure, provenance, trunkName} from "../frame/figure.js";
import {followAnswers} from "../frame/follow.js";
import {redraw} from "../frame/redraw.js";
import {heldMarksLegend} from "../frame/heldLegend.js";
import {marksOn} from "../frame/tokens.js";
import {indexed} from "../../charts/indexed.js";
import {layerStrip} from "../../charts/layerStrip.js";
import {rampLegend} from "../../charts/legend.js";
import type {PatchMark} from "../../charts/patchMap.js";
import {patchMap} from "../../charts/patchMap.js";
import {plate, plates} from "../../charts/plate.js";
import {highNormOf, maximum, patchName} from "../../charts/reading.js";
import {
  haiChoice,
  haiTrunk,
  integrate,
  knownLayers,
  maskedLayers,
  type HaiChoice,
  type MaskedLayers
} from "./integrate.js";

const waiting = "Loading the attention of this photo.";

/** The maps of what the pinned token gathers from. */
export const gatheredNames = ["masked", "sum", "weights"] as const;

/** What the target token gathers from: in one layer, in the sum, after normalisation. */
type Gathered = Record<(typeof gatheredNames)[number], Float64Array | null>;

/** The maps with their frames, the layers below them, and what stands around. */
function build(feed: Feed) {
  const {store} = feed;
  const blank = {grid: [14, 14], unit: "times uniform", ...patchHands(store)} as const;
  const photo = patchMap({...blank, label: "the photo", lines: true});
  const maps = {
    masked: patchMap({...blank, label: "the masked map of one layer"}),
    sum: patchMap({...blank, label: "the sum over layers"}),
    weights: patchMap({...blank, label: "the integrated map"})
  };
  const title = h("span", {}, "");
  const frames = {
    masked: plate(maps.masked, {letter: "a", title}),
    sum: plate(maps.sum, {letter: "b", title: "the sum, Eq. 9"}),
    weights: plate(maps.weights, {letter: "c", title: h("span", {}, h("i", {}, "A"), h("sub", {}, "HAI"), ", Eq. 10")})
  };
  const strip = layerStrip({
    grid: [14, 14],
    items: Array.from({length: 11}, (_, i) => ({label: String(i + 1), values: []})),
    label: "masked attention from the target token",
    least: 62,
    onPick: (item) => store.set({layer: item + 1})
  });
  const legend = rampLegend({label: "attention of ★, times uniform", domain: [0, 1]});
  const legends = {
    purified: [legend, heldMarksLegend(feed, ["target", "repaired", "highNorm"])],
    plain: [legend, heldMarksLegend(feed, ["target", "outlier", "highNorm"])]
  };
  const content = h(
    "div",
    {},
    plates([plate(photo, {title: "the photo"}), frames.masked, frames.sum, frames.weights], 200),
    h("div", {class: "strips"}, h("span", {}, "layers"), strip)
  );
  return {feed, content, photo, maps, frames, title, strip, legend, legends, controls: haiControls(feed)};
}

type Parts = ReturnType<typeof build>;

/**
 * Equations 8 to 11 from the pinned token's side: what it gathers from in one layer, in the sum, and after
 * normalisation.
 */
export function integrationFigure(feed: Feed): HTMLElement {
  const {store} = feed;
  const parts = build(feed);
  const {legends, controls} = parts;
  let values: Gathered = {masked: null, sum: null, weights: null};
  const frame = figure(parts.content, feed, {
    id: "integration",
    title: "Which patches the pinned token draws from",
    lede: "Attention of one patch to all others with the columns of outliers zeroed, summed over layers, normalised.",
    waiting,
    legend: legends.purified,
    controls: controls.elements,
    reading: indexed(
      "a is empty at this layer’s outliers, ringed on the photo: their columns are zero (Eq. 8). b adds the layers; a patch that is an outlier in some layers keeps the attention it receives in the others. " +
        "c divides by row and column sums in turn: patches that all rows attend to lose weight, patches that few rows attend to gain. All three rows are shown made to sum to one, so that they read as weights; A_HAI as printed is column-stochastic."
    ),
    data: () => rows(values, feed.state)
  });
  const marksOf = keptMarks();
  const termsOf = keptTerms();
  const draw = (view: View, layers: MaskedLayers, found: Integration | null) => {
    const {record} = view;
    const choice = haiChoice(view);
    const terms = termsOf(layers, view.target);
    values = gathered(view, layers, choice, terms[choice.to - 1], found);
    paint(parts, view, values, marksOf(view, layers, choice.to));
    paintStrip(parts, view, layers, choice, terms);
    controls.show(view, choice);
    frame.update({...words(view, choice, layers), legend: legends[haiTrunk(record)]});
    point(store.pointing.hover);
    const {l0, to, rounds, order} = choice;
    frame.update({drawn: {image: record.image, l0, layer: to, rounds, order, integrated: found !== null}});
  };
  const point = (hover: number | null) => {
    parts.photo.update({hover});
    for (const name of gatheredNames) {
      parts.maps[name].update({hover});
      const list = values[name];
      parts.frames[name].update({readout: hover === null || !list ? "" : `${formatValue(list[hover])} ×`});
    }
  };
  followIntegration(feed, frame, draw, ({hover}) => point(hover));
  return frame;
}

/** Marks of the maps and of the photo: the same arrays as long as they stay, so that nothing is repainted for them. */
function keptMarks() {
  let kept: {key: string; layers?: MaskedLayers; photo: PatchMark[]; pins: PatchMark[]} = {
    key: "",
    photo: [],
    pins: []
  };
  return (view: View, layers: MaskedLayers, to: number) => {
    const key = `${to} ${view.target}`;
    if (kept.key === key && kept.layers === layers) return kept;
    const trunk = haiTrunk(view.record);
    const pins = pinMarks(view).filter(({mark}) => mark === "target");
    const photo = [
      ...marksOn(highNormOf(view.record, trunk, to - 1), "highNorm"),
      ...marksOn(layers.outliers[to - 1], trunk === "purified" ? "repaired" : "outlier"),
      ...pins
    ];
    return (kept = {key, layers, photo, pins});
  };
}

/** The target's row of each masked layer, made anew for other layers or another target. */
function keptTerms() {
  let kept: {layers?: MaskedLayers; target: number | null; rows: Float64Array[]} = {target: null, rows: []};
  return (layers: MaskedLayers, target: number | null): Float64Array[] => {
    if (kept.layers === layers && kept.target === target) return kept.rows;
    const rows = layers.maps.map((map) =>
      target === null ? new Float64Array() : timesUniform(rowOf(map, target, layers.patches))
    );
    kept = {layers, target, rows};
    return rows;
  };
}

function rowOf(matrix: Float64Array, target: number, patches: number): Float64Array {
  return matrix.subarray(target * patches, (target + 1) * patches);
}

/** What a view's target gathers from, once the integrated map is there. */
export function gatheredOf(view: View): Answer<Gathered> {
  return proceed(maskedLayers(view), (layers) =>
    proceed(integrate(view), (found) => {
      const choice = haiChoice(view);
      const masked =
        view.target === null ? new Float64Array() : rowOf(layers.maps[choice.to - 1], view.target, layers.patches);
      return gathered(view, layers, choice, timesUniform(masked), found);
    })
  );
}

/** What the target gathers from, in times uniform; nothing without a target. */
function gathered(
  {target}: View,
  {maps, patches}: MaskedLayers,
  {l0, to}: HaiChoice,
  masked: Float64Array,
  found: Integration | null
): Gathered {
  if (target === null) return {masked: null, sum: null, weights: null};
  const sum = new Float64Array(patches);
  for (const map of maps.slice(l0 - 1, to)) rowOf(map, target, patches).forEach((v, j) => (sum[j] += v));
  return {
    masked,
    sum: timesUniform(sum),
    weights: found && timesUniform(rowOf(found.weights, target, patches))
  };
}

function paint(
  {feed, maps, photo, legend}: Parts,
  {record, picture, selection}: View,
  values: Gathered,
  marks: {photo: readonly PatchMark[]; pins: readonly PatchMark[]}
): void {
  const {grid} = record;
  const {scale, range} = selection.maps;
  const own = [0, maximum(...Object.values(values).flatMap((list) => (list ? [list] : [])))] as const;
  const domain = sharedRange(feed, "integration", own);
  for (const name of gatheredNames)
    maps[name].update({
      grid,
      values: values[name],
      domain: range === "own" ? undefined : domain,
      scale,
      marks: marks.pins
    });
  photo.update({grid, photo: picture.image, marks: marks.photo});
  legend.hidden = range === "own";
  legend.update({domain, scale});
}

function paintStrip(
  {strip, title}: Parts,
  {record, selection}: View,
  layers: MaskedLayers,
  {l0, to}: HaiChoice,
  terms: readonly Float64Array[]
): void {
  strip.update({
    grid: record.grid,
    current: to - 1,
    scale: selection.maps.scale,
    items: layers.maps.map((_, l) => ({
      label: String(l + 1),
      note: l + 1 < l0 || l + 1 > to ? "–" : `${count(layers.outliers[l])} out`,
      values: terms[l]
    }))
  });
  title.textContent = `layer ${to}, masked`;
}

/** Follows a feed with the masked layers, and with the integrated map as soon as the worker has it. */
export function followIntegration(
  feed: Feed,
  frame: ReturnType<typeof figure>,
  draw: (view: View, layers: MaskedLayers, found: Integration | null) => void,
  point?: (pointing: {hover: number | null}) => void
): void {
  followAnswers(feed, frame, {
    waiting,
    ask: (view) => proceed(maskedLayers(view), (layers) => proceed(integrate(view), (found) => ({layers, found}))),
    draw: (view, {layers, found}) => draw(view, layers, found),
    meanwhile: (view) => {
      const layers = knownLayers(view);
      if (layers) draw(view, layers, null);
      return layers !== undefined;
    },
    failed: (reason, _view, thrown) => {
      if (!(thrown instanceof PassedOver)) return reason;
      // The other side's question passed over it, and it is wanted still.
      setTimeout(() => redraw(feed, frame.id), 60);
      return "";
    },
    point: point && (({hover}) => point({hover}))
  });
}

/** A row made to sum to one, in times uniform: weight × number of patches. All zeros stay zeros. */
function timesUniform(row: Float64Array): Float64Array {
  const total = row.reduce((sum, value) => sum + value, 0);
  return row.map((value) => (total > 0 ? (value * row.length) / total : 0));
}

/** l0, the rounds and their order: options of `sfp`, kept in the address by their names. */
function haiControls(feed: Feed) {
  const {store} = feed;
  const set = (name: string, value: string | number) =>
    store.set({method: {options: changeSetting(sfp, store.value.method.options, name, value)}});
  const l0 = slider({label: "l₀, first layer", least: 1, most: 11, value: 1, onChange: (value) => set("l0", value)});
  const rounds = slider({label: "rounds", least: 0, most: 10, value: 1, onChange: (value) => set("rounds", value)});
  const order = segmented<string>({
    label: "A round is",
    options: [
      {value: "rc", label: "rows, columns", hint: "As Eq. 10 is printed"},
      {value: "cr", label: "columns, rows"}
    ],
    value: "rc",
    onChange: (value) => set("order", value)
  });
  const range = rangeInput(store);
  return {
    elements: [l0, rounds, order, range],
    show: ({record, selection}: View, choice: HaiChoice) => {
      l0.update({most: record.layers - 1, value: choice.l0, suffix: `to ${choice.to}`});
      rounds.update({value: choice.rounds, most: Math.max(10, choice.rounds)});
      order.update({value: choice.order});
      range.update({value: selection.maps.range});
    }
  };
}

function count(mask: Uint8Array): number {
  return mask.reduce((sum, flag) => sum + flag, 0);
}

/** What the caption says of the trunk, of how the maps were kept, and of the choice. */
export function haiNotes(record: ImageRecord, {l0, to, rounds, order}: HaiChoice): string[] {
  return [
    `l0=${l0}, sum to layer ${to}`,
    `rounds=${rounds}`,
    `order=${order}`,
    haiTrunk(record) === "purified"
      ? trunkName("purified")
      : "maps without SOM, because those with it are not in the import",
    "mean over heads",
    "maps coded to 1/90 of a row’s maximum, computed in this page"
  ];
}

function words({record, picture, target}: View, choice: HaiChoice, {outliers}: MaskedLayers): Partial<FigureOptions> {
  const {l0, to, rounds} = choice;
  const where = target === null ? "the pinned token" : `patch ${patchName(target, record.grid[1])}`;
  const layers = l0 === to ? `layer ${l0}` : `layers ${l0} to ${to}`;
  const masked = count(outliers[to - 1]);
  return {
    title: `Which patches ${where} draws from in ${layers}, before and after normalisation`,
    lede:
      `Attention from ★ in times uniform (1 is what each patch would contribute if all contributed equally); ${rounds} ${rounds === 1 ? "round" : "rounds"} of normalisation. ` +
      `Layer ${to} ${trunkName(haiTrunk(record))} has ${masked} ${masked === 1 ? "outlier" : "outliers"}, whose columns are zero.`,
    source: provenance({...record, image: picture.title}, {notes: haiNotes(record, choice)})
  };
}

function rows(values: Record<string, Float64Array | null>, state: Feed["state"]): Rows {
  if (!("view" in state)) return [];
  const {grid, image} = state.view.record;
  return Array.from({length: grid[0] * grid[1]}, (_, patch) => ({
    image,
    patch,
    place: patchName(patch, grid[1]),
    ...Object.fromEntries(Object.entries(values).flatMap(([name, list]) => (list ? [[name, list[patch]]] : [])))
  }));
}
