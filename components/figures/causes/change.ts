import {argmax, median} from "../../analysis/arrays.js";
import {highNormPatches, largestOverMedian} from "../../analysis/causes.js";
import type {Prefix} from "../../records/record.js";
import {rampLegend, marksLegend} from "../../charts/legend.js";
import {lines} from "../../charts/lines.js";
import {patchMap, type PatchMark} from "../../charts/patchMap.js";
import {plate, plates} from "../../charts/plate.js";
import {maximum, patchName, rowWords} from "../../charts/reading.js";
import {formatInterventions} from "../../model/interventions/index.js";
import {formatValue, h} from "../../ui/dom.js";
import {segmented} from "../../ui/inputs.js";
import {figure} from "../frame/figure.js";
import {layerOf, sourceOf, type CausesPlace, type CausesView} from "./causes.js";
import {changeControls} from "./controls.js";
import {classTable} from "./classes.js";

type Shown = "norms" | "classRows";

/** Before and after the change on the same photo: norms, class row and sets of a layer, the largest norm by layer, classes. */
export function causesChange(place: CausesPlace): HTMLElement {
  const {store} = place;
  let shown: Shown = "norms";
  const maps = pairOfMaps(place);
  const byLayer = lines({
    series: [],
    label: "largest norm, × median",
    scale: "log",
    height: 220,
    onPick: (layer) => store.set({layer})
  });
  const classes = classTable();
  const measure = segmented<Shown>({
    label: "maps show",
    options: [
      {value: "norms", label: "norms"},
      {value: "classRows", label: "attention to patches"}
    ],
    value: shown,
    onChange: (value) => {
      shown = value;
      if (place.state.view) draw(place.state.view);
    }
  });
  const frame = figure(h("div", {class: "causes"}, maps.element, byLayer, classes.element), place, {
    id: "causes-change",
    title: "Which neuron makes the high-norm patches?",
    waiting: "Loading this photo.",
    controls: [changeControls(place), measure],
    legend: [maps.legend, marksLegend(["highNorm", "outlier"])],
    reading:
      "Both maps share one range. A cross is a high-norm token, a ring a patch of the set that Eq. 4 finds. Ordinary patches that keep their features have a cosine of 1 with what they were.",
    data: () => rowsOf(place.state.view)
  });
  const draw = (view: CausesView) => {
    const {causes, layer, changed} = view;
    const ratios = ratiosOf(view);
    maps.show(view, shown);
    byLayer.update({
      current: layer,
      series: [
        {label: "as trained", colour: "#9498a0", dash: "4 3", values: ratios.before},
        ...(changed ? [{label: "changed", colour: "#4269d0", values: ratios.after}] : [])
      ]
    });
    classes.update(causes.plain.classes, changed?.classes);
    frame.update({...words(view), drawn: drawnOf(view, ratios.after[causes.layer - 1])});
    point(store.pointing.hover);
  };
  const point = (hover: number | null) => {
    if (place.state.view) maps.point(place.state.view, shown, hover);
  };
  place.subscribe(({view, failure}) => {
    if (view) draw(view);
    else if (failure) frame.update({failure});
  });
  store.subscribePointing(({hover}) => point(hover));
  return frame;
}

/** The photo before and after, in one range. */
function pairOfMaps(place: CausesPlace) {
  const {store} = place;
  const hands = {
    onHover: (hover: number | null) => store.point({hover}),
    onPick: (target: number) => store.set({target})
  };
  const before = patchMap({grid: [14, 14], label: "as trained", ...hands});
  const after = patchMap({grid: [14, 14], label: "with the change", ...hands});
  const frames = {before: plate(before, {title: "as trained"}), after: plate(after, {title: "with the change"})};
  const legend = rampLegend({label: "norm", domain: [0, 1]});
  const show = (view: CausesView, shown: Shown) => {
    const {causes, layer} = view;
    const values = layerOf(view, shown, layer);
    const norms = layerOf(view, "norms", layer);
    const sets = layerOf(view, "outliers", layer);
    const domain = [0, maximum(values.before, values.after)] as const;
    const at = {grid: causes.grid, domain, unit: shown === "norms" ? "" : "times uniform"};
    before.update({...at, values: values.before, marks: marksOf(norms.before, sets.before)});
    after.update({...at, values: values.after, marks: marksOf(norms.after, sets.after)});
    const label =
      shown === "norms"
        ? `norm of each patch, layer ${layer}`
        : rowWords(`attention from the class token, layer ${layer}, times uniform`, prefixOf(place));
    legend.update({label, domain, scale: "sqrt"});
  };
  const point = (view: CausesView, shown: Shown, hover: number | null) => {
    const values = layerOf(view, shown, view.layer);
    const text = (list: ArrayLike<number>) => (hover === null || hover >= list.length ? "" : formatValue(list[hover]));
    for (const map of [before, after]) map.update({hover});
    frames.before.update({readout: text(values.before)});
    frames.after.update({readout: text(values.after)});
  };
  return {element: plates([frames.before, frames.after], 220), legend, show, point};
}

function words(view: CausesView) {
  return {
    title: titleOf(view),
    lede: ledeOf(view, view.picture.title),
    source: sourceOf(view),
    still: view.device !== undefined,
    waiting: ""
  };
}

function drawnOf({picture, layer, list, changed}: CausesView, ratio: number) {
  return {
    image: picture.id,
    layer,
    list: formatInterventions(list),
    shown: changed?.text ?? "",
    ratio: Number(ratio.toFixed(2))
  };
}

/** The tokens before the patches of the model that is shown, once its record is there. */
function prefixOf({feed}: CausesPlace): Prefix | undefined {
  return "view" in feed.state ? feed.state.view.record.prefix : undefined;
}

function marksOf(norms: readonly number[], set: readonly number[]): PatchMark[] {
  return [
    ...highNormPatches(norms).map((patch): PatchMark => ({patch, mark: "highNorm"})),
    ...set.map((patch): PatchMark => ({patch, mark: "outlier"}))
  ];
}

/** Largest norm over the median, of each layer. */
function ratiosOf(view: CausesView): {before: number[]; after: number[]} {
  const each = view.causes.plain.norms.map((_, l) => layerOf(view, "norms", l + 1));
  return {
    before: each.map(({before}) => largestOverMedian(before)),
    after: each.map(({after}) => largestOverMedian(after))
  };
}

function titleOf(view: CausesView): string {
  const {causes, changed} = view;
  const {before, after} = layerOf(view, "norms", causes.layer);
  const high = highNormPatches(before);
  if (!high.length) return `This photo has no high-norm patch in layer ${causes.layer}`;
  const longest = argmax(before);
  const name = patchName(longest, causes.grid[1]);
  const ratio = (norms: readonly number[]) => norms[longest] / median(norms);
  if (!changed)
    return `Patch ${name} is ${formatValue(ratio(before))} times as long as the median patch in layer ${causes.layer}: which neuron makes it so?`;
  return `Patch ${name}: ${formatValue(ratio(before))} times the median norm as trained, ${formatValue(ratio(after))} with the change`;
}

function ledeOf(view: CausesView, title: string): string {
  const {changed, layer, causes} = view;
  if (!changed) return `${title}, layer ${layer}, as trained.`;
  const count = (norms: readonly number[]) => highNormPatches(norms).length;
  const {before, after} = layerOf(view, "norms", causes.layer);
  return `${title}, layer ${layer}. High-norm patches in layer ${causes.layer}: ${count(before)} before, ${count(after)} after. The features of the other patches keep a cosine of ${changed.kept.toFixed(3)} with what they were.`;
}

function rowsOf(view: CausesView | undefined) {
  if (!view) return [];
  return view.causes.plain.norms.flatMap((_, l) => {
    const norms = layerOf(view, "norms", l + 1);
    const rows = layerOf(view, "classRows", l + 1);
    return norms.before.map((norm, patch) => ({
      layer: l + 1,
      patch,
      norm_before: norm,
      norm_after: norms.after[patch],
      class_attention_before: rows.before[patch],
      class_attention_after: rows.after[patch]
    }));
  });
}
