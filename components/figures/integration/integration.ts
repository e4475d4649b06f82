import type {ImageRecord} from "../../records/record.js";
import {PassedOver, proceed} from "../../site/cache.js";
import type {Feed, View} from "../../site/feed.js";
import {segmented, slider} from "../../ui/inputs.js";
import {sfp} from "../../model/methods/sfp.js";
import {changeSetting} from "../../page/methodOptions.js";
import type {Integration} from "../../site/background.worker.js";
import {pinMarks} from "../attention/maps.js";
import {formatValue, h} from "../../ui/dom.js";
import type {FigureOptions} from "../frame/figure.js";
import type {Rows} from "../frame/rows.js";
import {patchHands, rangeInput} from "../frame/kit.js";
import {figure, provenance, trunkName} from "../frame/figure.js";
import {followAnswers} from "../frame/follow.js";
import {marksOn} from "../frame/tokens.js";
import {indexed} from "../../charts/indexed.js";
import {layerStrip} from "../../charts/layerStrip.js";
import {marksLegend, rampLegend} from "../../charts/legend.js";
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

/**
 * Equations 8 to 11 from the pinned token's side: what it gathers from in one layer, in the sum, and after
 * normalisation.
 */
export function integrationFigure(feed: Feed): HTMLElement {
  const {store} = feed;
  const hands = patchHands(store);
  const blank = {grid: [14, 14], unit: "times uniform", ...hands} as const;
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
  const photoFrame = plate(photo, {title: "the photo"});
  const strip = layerStrip({
    grid: [14, 14],
    items: Array.from({length: 11}, (_, i) => ({label: String(i + 1), values: []})),
    label: "masked attention from the target token",
    least: 52,
    onPick: (item) => store.set({layer: item + 1})
  });
  const legend = rampLegend({label: "attention of ★, times uniform", domain: [0, 1]});
  const legends = {
    purified: [legend, marksLegend(["target", "repaired", "highNorm"])],
    plain: [legend, marksLegend(["target", "outlier", "highNorm"])]
  };
  const controls = haiControls(feed);
  const frame = figure(
    h(
      "div",
      {},
      plates([photoFrame, frames.masked, frames.sum, frames.weights], 200),
      h("div", {class: "strips"}, h("span", {}, "layers"), strip)
    ),
    feed,
    {
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
    }
  );

  let values: Record<keyof typeof maps, Float64Array | null> = {masked: null, sum: null, weights: null};
  // Marks and terms that have not changed stay the same arrays, so that maps need not be painted again.
  let kept = {
    key: "",
    layers: undefined as MaskedLayers | undefined,
    photo: [] as PatchMark[],
    pins: [] as PatchMark[]
  };
  const marksFor = (view: View, layers: MaskedLayers, to: number) => {
    const key = `${to} ${view.target}`;
    if (kept.key !== key || kept.layers !== layers) {
      const pins = pinMarks(view).filter(({mark}) => mark === "target");
      kept = {
        key,
        layers,
        pins,
        photo: [
          ...marksOn(highNormOf(view.record, haiTrunk(view.record), to - 1), "highNorm"),
          ...marksOn(layers.outliers[to - 1], haiTrunk(view.record) === "purified" ? "repaired" : "outlier"),
          ...pins
        ]
      };
    }
    return kept;
  };
  let terms: {layers?: MaskedLayers; target: number | null; rows: Float64Array[]} = {target: null, rows: []};
  const draw = (view: View, layers: MaskedLayers, found: Integration | null) => {
    const {record, target, picture, selection} = view;
    const choice = haiChoice(view);
    const {patches} = layers;
    const rowOf = (matrix: Float64Array) => matrix.subarray(target! * patches, (target! + 1) * patches);
    values = {masked: null, sum: null, weights: null};
    if (terms.layers !== layers || terms.target !== target)
      terms = {
        layers,
        target,
        rows: layers.maps.map((map) => (target === null ? new Float64Array() : timesUniform(rowOf(map))))
      };
    const marks = marksFor(view, layers, choice.to);
    if (target !== null) {
      const sum = new Float64Array(patches);
      for (const map of layers.maps.slice(choice.l0 - 1, choice.to)) rowOf(map).forEach((v, j) => (sum[j] += v));
      values.sum = timesUniform(sum);
      values.weights = found && timesUniform(rowOf(found.weights));
    }
    if (target !== null) values.masked = terms.rows[choice.to - 1];
    const domain = [0, maximum(...Object.values(values).flatMap((list) => (list ? [list] : [])))] as const;
    for (const name of ["masked", "sum", "weights"] as const) {
      maps[name].update({
        grid: record.grid,
        values: values[name],
        domain: selection.maps.range === "own" ? undefined : domain,
        scale: selection.maps.scale,
        marks: marks.pins
      });
    }
    photo.update({grid: record.grid, photo: picture.image, marks: marks.photo});
    strip.update({
      grid: record.grid,
      current: choice.to - 1,
      scale: selection.maps.scale,
      items: layers.maps.map((_, l) => ({
        label: String(l + 1),
        note: l + 1 < choice.l0 || l + 1 > choice.to ? "–" : `${count(layers.outliers[l])} out`,
        values: terms.rows[l]
      }))
    });
    title.textContent = `layer ${choice.to}, masked`;
    legend.hidden = selection.maps.range === "own";
    legend.update({domain, scale: selection.maps.scale});
    controls.show(view, choice);
    frame.update({...words(view, choice, layers), legend: legends[haiTrunk(record)]});
    point(store.pointing.hover);
    frame.update({
      drawn: {
        image: record.image,
        l0: choice.l0,
        layer: choice.to,
        rounds: choice.rounds,
        order: choice.order,
        integrated: found !== undefined
      }
    });
  };
  const point = (hover: number | null) => {
    photo.update({hover});
    for (const name of ["masked", "sum", "weights"] as const) {
      maps[name].update({hover});
      const list = values[name];
      frames[name].update({readout: hover === null || !list ? "" : `${formatValue(list[hover])} ×`});
    }
  };
  followIntegration(feed, frame, draw, ({hover}) => point(hover));
  return frame;
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
    // A question that another passed over is asked again with the next view.
    failed: (reason, _view, thrown) => (thrown instanceof PassedOver ? "" : reason),
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
