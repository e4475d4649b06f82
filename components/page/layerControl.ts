import {h, prefersStill} from "../ui/dom.js";
import type {Drawing} from "../ui/drawing.js";
import {drawing} from "../ui/drawing.js";
import {slider} from "../ui/inputs.js";

export interface LayerControlOptions {
  /** 1-based. */
  layer: number;
  layers: number;
  onChange: (layer: number) => void;
}

/** Slow enough to see what each layer did. */
const interval = 500;

/** The layer slider, with a button that walks through the layers and begins again after the last. */
export function layerControl(options: LayerControlOptions): Drawing<LayerControlOptions> {
  let state = options;
  let timer: ReturnType<typeof setInterval> | undefined;
  const input = slider({
    label: "Layer",
    least: 1,
    most: state.layers,
    value: state.layer,
    onChange: (layer) => {
      stop();
      state.onChange(layer);
    }
  });
  const button = h("button", {type: "button", class: "play", onclick: () => (timer === undefined ? start() : stop())});
  const next = () => state.onChange(state.layer < state.layers ? state.layer + 1 : 1);
  const show = () => {
    const words = timer !== undefined ? "Pause" : prefersStill() ? "Next layer" : "Play the layers";
    // The slider's every move comes through here, and mostly finds nothing to change.
    if (button.title === words) return;
    button.setAttribute("aria-label", words);
    button.title = words;
    button.textContent = timer !== undefined ? "❚❚" : prefersStill() ? "▸|" : "▶";
  };
  const start = () => {
    next();
    // Whoever asked for less motion takes the steps one by one.
    if (!prefersStill()) timer = setInterval(() => (element.isConnected ? next() : stop()), interval);
    show();
  };
  const stop = () => {
    clearInterval(timer);
    timer = undefined;
    show();
  };
  show();
  const element = h("div", {class: "layer-control"}, button, input);
  return drawing<LayerControlOptions, HTMLDivElement>(element, (change) => {
    state = {...state, ...change};
    input.update({value: state.layer, most: state.layers, suffix: `of ${state.layers}`});
  });
}
