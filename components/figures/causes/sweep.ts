import {largestOverMedian, type ChangedNumbers} from "../../analysis/causes.js";
import {lines} from "../../charts/lines.js";
import {formatInterventions, interventionKinds, type Intervention} from "../../model/interventions/index.js";
import {h} from "../../ui/dom.js";
import {segmented} from "../../ui/inputs.js";
import {figure} from "../frame/figure.js";
import {layerOf, type CausesPlace, type CausesView} from "./causes.js";
import {measuring, type MeasuringHands} from "./measuring.js";

/** One point of a sweep. */
interface Point {
  at: number;
  ratio: number;
  kept: number;
}

/** How many points the scale of the listed changes is swept in, from 0 to 1. */
const scaleSteps = 11;

type Kind = "neurons" | "scale";

/** The largest norm and the damage along a sweep: of the number of neurons, or of how far they are scaled. */
export function causesSweep(place: CausesPlace): HTMLElement {
  let kind: Kind = "neurons";
  let points: Point[] = [];
  const norm = lines({series: [], label: "largest norm, × median", scale: "log", height: 220});
  const kept = lines({series: [], label: "cosine of ordinary patches", height: 180, extent: [0, 1]});
  const choose = segmented<Kind>({
    label: "over",
    options: [
      {value: "neurons", label: "number of neurons", hint: "the first neurons switched off, one more at a time"},
      {value: "scale", label: "scale, 0 to 1", hint: "the listed neurons times a number"}
    ],
    value: kind,
    onChange: (value) => {
      kind = value;
      points = [];
      paint();
    }
  });
  const {inputs} = measuring("Sweep", async (hands) => {
    const {view} = place.state;
    if (!view?.causes.neurons.length) return;
    points = [];
    frame.update({
      source: `${view.picture.title} · ${place.runner.model} · high norms told in layer ${view.causes.layer}`
    });
    for await (const point of swept(place, view, kind, hands)) {
      points.push(point);
      paint();
    }
  });
  const frame = figure(h("div", {class: "causes"}, norm, kept), place.feed, {
    id: "causes-sweep",
    title: "How much is enough?",
    waiting: "",
    lede: "Press Sweep: the model runs once a point.",
    reading:
      "Above, the largest norm over the median; below, what the features of the other patches keep of themselves. 1 is no change.",
    controls: [choose, ...inputs]
  });
  const rows = () => points.map((point) => ({[kind]: point.at, ratio: point.ratio, cosine: point.kept}));
  const paint = () => {
    const across = kind === "neurons" ? "neurons switched off" : "scale, in tenths";
    const ratios = {label: "largest norm", colour: "#4269d0", values: points.map(({ratio}) => ratio)};
    const cosines = {label: "cosine", colour: "#3ca951", values: points.map((point) => point.kept)};
    norm.update({across, start: 0, series: [ratios]});
    kept.update({across, start: 0, series: [cosines]});
    frame.update({
      title: titleOf(points),
      data: points.length ? rows : null,
      drawn: {points: points.length, kind}
    });
  };
  paint();
  return frame;
}

function titleOf(points: readonly Point[]): string {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return "How much is enough?";
  return `From ${first.ratio.toFixed(1)} to ${last.ratio.toFixed(1)} times the median, at a cosine of ${Math.min(...points.map((point) => point.kept)).toFixed(2)} and more`;
}

/** The points of a sweep, each after a run of the model, until it is cancelled or another photo is chosen. */
async function* swept(
  place: CausesPlace,
  view: CausesView,
  kind: Kind,
  {say, cancelled}: MeasuringHands
): AsyncGenerator<Point> {
  const lists = kind === "neurons" ? numberLists(view) : scaleLists(view);
  for (const [i, list] of lists.entries()) {
    if (cancelled() || place.state.view?.picture.id !== view.picture.id) return;
    say(`${i + 1} of ${lists.length}`);
    const changed = list.length ? await place.numbers(formatInterventions(list), say) : undefined;
    yield {at: kind === "neurons" ? i : i / (scaleSteps - 1), ...told(view, changed)};
  }
}

function told(view: CausesView, changed: ChangedNumbers | undefined): {ratio: number; kept: number} {
  const {after} = layerOf({...view, changed}, "norms", view.causes.layer);
  return {ratio: largestOverMedian(after), kept: changed?.kept ?? 1};
}

/** No neuron, the first, the first two, … */
function numberLists({causes: {neurons}}: CausesView): Intervention[][] {
  const off = neurons.map(({layer, index}): Intervention => ({
    kind: "neuron",
    values: {layer, index, how: "set", value: 0, patches: []}
  }));
  return Array.from({length: off.length + 1}, (_, count) => off.slice(0, count));
}

/** The scaled parts of the list from 0 to 1; without any, the listed neurons. */
function scaleLists({causes: {neurons}, list}: CausesView): Intervention[][] {
  const isScale = ({kind, values}: Intervention) =>
    interventionKinds[kind].amount === "scale" || values.how === "scale";
  const scaled = list.some(isScale)
    ? list
    : neurons.map(({layer, index}): Intervention => ({
        kind: "neuron",
        values: {layer, index, how: "scale", value: 1, patches: []}
      }));
  return Array.from({length: scaleSteps}, (_, step) =>
    scaled.map((each) =>
      isScale(each)
        ? {...each, values: {...each.values, [interventionKinds[each.kind].amount!]: step / (scaleSteps - 1)}}
        : each
    )
  );
}
