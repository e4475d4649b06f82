import {highNormPatches, largestOverMedian, type ChangedNumbers} from "../../analysis/causes.js";
import {lines} from "../../charts/lines.js";
import {formatInterventions, interventionKinds, type Intervention} from "../../model/interventions/index.js";
import {h} from "../../ui/dom.js";
import {segmented} from "../../ui/inputs.js";
import {figure} from "../frame/figure.js";
import {layerOf, sourceOf, type CausesPlace, type CausesView} from "./causes.js";
import {measuring, type MeasuringHands} from "./measuring.js";

/** One point of a sweep. */
interface Point {
  at: number;
  /** Largest norm over the median. */
  ratio: number;
  /** High-norm patches. */
  count: number;
  /** Cosine of ordinary patches with what they were. */
  kept: number;
}

type Kind = "neurons" | "scale";

/** A sweep that runs or has run: what is changed at each point, and the points so far. */
interface Sweep {
  kind: Kind;
  lists: Intervention[][];
  points: Point[];
}

/** How many points the scale of the listed changes is swept in, from 0 to 1. */
const scaleSteps = 11;

const across: Record<Kind, string> = {neurons: "neurons switched off", scale: "scale of the changes"};

const idle = "Nothing is swept yet. The model runs once a point: 51 points take some seconds.";

/** The largest norm and the damage along a sweep: of the number of neurons, or of how far they are scaled. */
export function causesSweep(place: CausesPlace): HTMLElement {
  let sweep: Sweep = {kind: "neurons", lists: [], points: []};
  const norm = lines({series: [], label: "largest norm, × median", scale: "log", height: 220});
  const kept = lines({series: [], label: "cosine of ordinary patches", height: 180, extent: [0, 1]});
  const charts = h("div", {class: "causes", hidden: true}, norm, kept);
  const choose = segmented<Kind>({
    label: "over",
    options: [
      {value: "neurons", label: "neurons, 0 to 50", hint: "those most active at high-norm patches, one more at a time"},
      {value: "scale", label: "scale, 0 to 1", hint: "the listed changes times a number; without any, ten neurons"}
    ],
    value: sweep.kind,
    onChange: (kind) => {
      sweep = {kind, lists: [], points: []};
      paint();
    }
  });
  const {inputs} = measuring("Sweep", async (hands) => {
    const {view} = place.state;
    if (!view?.causes.neurons.length)
      throw new Error("No patch of this photo has a high norm, so there is nothing to sweep.");
    const {kind} = sweep;
    const mine: Sweep = {kind, lists: kind === "neurons" ? numberLists(view) : scaleLists(view), points: []};
    sweep = mine;
    for await (const point of swept(place, view, mine, {
      ...hands,
      cancelled: () => hands.cancelled() || sweep !== mine
    })) {
      mine.points.push(point);
      frame.update({source: sourceOf({...view, changed: undefined, device: place.runner?.device()})});
      paint();
    }
  });
  const frame = figure(charts, place, {
    id: "causes-sweep",
    title: "How many neurons are enough?",
    idle,
    lede: "Largest norm over the median, and what the features of the other patches keep, point by point.",
    reading: "1 is a largest norm no longer than the median, and a cosine of features that did not change.",
    controls: [choose, ...inputs],
    still: true,
    data: null
  });
  const paint = () => {
    const {kind, lists, points} = sweep;
    charts.hidden = !points.length;
    // What is not swept yet keeps its place on the axis.
    const values = (of: (point: Point) => number) => lists.map((_, i) => (points[i] ? of(points[i]) : NaN));
    const axis = {across: across[kind], start: 0, step: kind === "scale" ? 1 / (scaleSteps - 1) : 1};
    const line = {colour: "#4269d0", quiet: true};
    norm.update({...axis, series: [{...line, label: "largest norm", values: values(({ratio}) => ratio)}]});
    kept.update({...axis, series: [{...line, label: "cosine", values: values((point) => point.kept)}]});
    frame.update({
      title: titleOf(sweep),
      idle: points.length ? "" : idle,
      data: points.length ? () => rowsOf(sweep) : null,
      drawn: {points: points.length, kind}
    });
  };
  paint();
  return frame;
}

function rowsOf({kind, points}: Sweep) {
  return points.map(({at, ratio, count, kept}) => ({[kind]: at, ratio, high_norm_patches: count, cosine: kept}));
}

/** What the points say: where the largest norm has fallen to, and from how many neurons on no high norm is left. */
function titleOf({kind, points}: Sweep): string {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return "How many neurons are enough?";
  const [from, to] = [first.ratio.toFixed(1), last.ratio.toFixed(1)];
  if (kind === "scale")
    return `Scaled from 0 to ${last.at.toFixed(1)}, the changes leave ${from} to ${to} times the median`;
  const left = points.findLastIndex(({count}) => count > 0);
  const enough = points[left + 1];
  return enough
    ? `From ${enough.at} neurons on no patch has a high norm; ordinary patches then keep a cosine of ${enough.kept.toFixed(2)}`
    : `${last.at} neurons: the largest norm falls from ${from} to ${to} times the median`;
}

/** The points of a sweep, each after a run of the model, until it is cancelled or another photo is chosen. */
async function* swept(
  place: CausesPlace,
  view: CausesView,
  {kind, lists}: Sweep,
  {say, cancelled}: MeasuringHands
): AsyncGenerator<Point> {
  for (const [i, list] of lists.entries()) {
    if (cancelled() || place.state.view?.picture.id !== view.picture.id) return;
    say(`${i + 1} of ${lists.length}`);
    const changed = await place.numbers(formatInterventions(list), say);
    if (cancelled()) return;
    yield {at: kind === "neurons" ? i : i / (scaleSteps - 1), ...told(view, changed)};
  }
}

function told(view: CausesView, changed: ChangedNumbers): Omit<Point, "at"> {
  const {after} = layerOf({...view, changed}, "norms", view.causes.layer);
  return {ratio: largestOverMedian(after), count: highNormPatches(after).length, kept: changed.kept};
}

/**
 * No neuron, the first, the first two, … Each list names all of them, those that stay with scale 1, which is no change:
 * so all runs of a sweep share one session.
 */
function numberLists({causes: {ranked}}: CausesView): Intervention[][] {
  return Array.from({length: ranked.length + 1}, (_, count) =>
    ranked.map((each, i) => scaled(each, Number(i >= count)))
  );
}

/** The scaled parts of the list from 0 to 1; without any, the neurons that are listed. */
function scaleLists({causes: {neurons}, list}: CausesView): Intervention[][] {
  const isScale = ({kind, values}: Intervention) =>
    interventionKinds[kind].amount === "scale" || values.how === "scale";
  const changed = list.some(isScale) ? list : neurons.map((each) => scaled(each, 1));
  return Array.from({length: scaleSteps}, (_, step) =>
    changed.map((each) =>
      isScale(each)
        ? {...each, values: {...each.values, [interventionKinds[each.kind].amount!]: step / (scaleSteps - 1)}}
        : each
    )
  );
}

function scaled({layer, index}: {layer: number; index: number}, value: number): Intervention {
  return {kind: "neuron", values: {layer, index, how: "scale", value, patches: []}};
}
