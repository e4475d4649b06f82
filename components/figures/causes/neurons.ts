import {layerStrip} from "../../charts/layerStrip.js";
import {lines} from "../../charts/lines.js";
import {maximum} from "../../charts/reading.js";
import {table} from "../../charts/table.js";
import type {NeuronCause} from "../../analysis/causes.js";
import {h} from "../../ui/dom.js";
import {figure} from "../frame/figure.js";
import {sourceOf, type CausesPlace, type CausesView} from "./causes.js";

/** The neurons that are most active at the photo's high-norm patches: where, along which direction, and how much they add. */
export function causesNeurons(place: CausesPlace): HTMLElement {
  let chosen = 0;
  const strip = layerStrip({
    grid: [14, 14],
    items: [],
    label: "activation of each neuron",
    least: 84,
    onPick: (item) => {
      chosen = item;
      if (place.state.view) draw(place.state.view);
    }
  });
  const list = table<NeuronCause>({label: "neurons", rows: [], columns: columnsFor(place)});
  const along = lines({series: [], label: "x along the neuron’s output", height: 200});
  const frame = figure(h("div", {class: "causes"}, strip, list, along), place, {
    id: "causes-neurons",
    title: "The neurons behind the high-norm patches",
    waiting: "Loading this photo.",
    lede: "Activation of each neuron at each patch, after the activation function; each map has the range of all.",
    reading:
      "Cosine: how far the direction in which a neuron writes is the direction of the high-norm patches themselves. Adds: its mean activation at them times what of that direction it writes, in the unit of norms. The lines follow the stream along the chosen neuron’s direction: before its layer there is nothing to see.",
    data: () => rowsOf(place.state.view)
  });
  const draw = (view: CausesView) => {
    const {causes, picture} = view;
    const {neurons, grid} = causes;
    if (!neurons.length)
      return frame.update({
        failure: "No patch of this photo has a high norm, so there is no neuron to look for.",
        data: null
      });
    const at = Math.min(chosen, neurons.length - 1);
    const neuron = neurons[at];
    const name = `${neuron.layer}.${neuron.index}`;
    strip.update({
      grid,
      current: at,
      domain: [0, maximum(...neurons.map(({map}) => map))],
      scale: "sqrt",
      items: neurons.map(({layer, index, map}) => ({label: `${layer}.${index}`, values: map}))
    });
    list.update({rows: neurons});
    along.update({
      label: `x along the output of neuron ${name}`,
      series: [
        {label: "high-norm patches", colour: "#2f8fe0", values: neuron.along.high},
        {label: "other patches", colour: "#9498a0", dash: "4 3", values: neuron.along.others}
      ]
    });
    const adds = neurons.reduce((sum, each) => sum + each.adds, 0);
    const layers = [...new Set(neurons.map(({layer}) => layer))].toSorted((a, b) => a - b);
    frame.update({
      title: `${neurons.length} neurons of ${layers.length > 1 ? "layers" : "layer"} ${layers.join(", ")} add ${adds.toFixed(0)} to the norm of the high-norm patches`,
      source: sourceOf({...view, changed: undefined, device: view.causes.heads ? undefined : place.runner?.device()}),
      still: !view.causes.heads,
      waiting: "",
      failure: "",
      drawn: {image: picture.id, neurons: neurons.length, chosen: name}
    });
  };
  let shown: CausesView["causes"] | undefined;
  place.subscribe(({view, failure}) => {
    if (!view && failure) {
      shown = undefined;
      frame.update({failure});
    }
    // A stage of the run or another layer changes nothing here.
    if (!view || view.causes === shown) return;
    shown = view.causes;
    draw(view);
  });
  return frame;
}

/** Each neuron’s numbers, and its activation at each patch. */
function rowsOf(view: CausesView | undefined) {
  return (view?.causes.neurons ?? []).flatMap(({map, along: _along, ...neuron}) =>
    map.map((activation, patch) => ({...neuron, patch, activation}))
  );
}

function columnsFor(place: CausesPlace) {
  const number = (key: string, label: string, about: string, of: (neuron: NeuronCause) => number, digits = 1) =>
    ({
      key,
      label,
      about,
      kind: "number",
      value: of,
      // What rounds to 0 has no sign.
      show: (neuron: NeuronCause) =>
        of(neuron)
          .toFixed(digits)
          .replace(/^-(?=[0.]+$)/, "")
    }) as const;
  return [
    {
      key: "neuron",
      label: "neuron",
      about: "layer and index; layers from 1, neurons from 0",
      kind: "text",
      value: ({layer, index}: NeuronCause) => `${layer}.${index}`
    } as const,
    number("high", "at high-norm patches", "mean activation at high-norm patches", ({high}) => high),
    number("others", "elsewhere", "mean activation at other patches", ({others}) => others, 3),
    number("cosine", "cosine", "of its output direction with that of the high-norm patches", ({cosine}) => cosine, 2),
    number("adds", "adds", "to the norm of the high-norm patches, along their direction", ({adds}) => adds),
    {
      key: "off",
      label: "change",
      kind: "text",
      value: () => "",
      show: ({layer, index}: NeuronCause) =>
        h(
          "button",
          {
            type: "button",
            class: "causes-act",
            onclick: () =>
              place.ask([
                ...(place.state.view?.list ?? []),
                {kind: "neuron", values: {layer, index, how: "set", value: 0, patches: []}}
              ])
          },
          "Switch off"
        )
    } as const
  ];
}
