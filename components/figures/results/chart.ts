import * as Plot from "@observablehq/plot";
import {h, whenResized} from "../../ui/dom.js";
import type {Drawing} from "../../ui/drawing.js";
import {drawing} from "../../ui/drawing.js";
import {asPicture} from "../../charts/picture.js";

export interface ChartOptions {
  /** The plot for a width in pixels. */
  plot: (width: number) => Plot.PlotOptions;
  /** What is drawn, for those who do not see it. */
  label: string;
  /** Height kept free before the first drawing. */
  height: number;
}

/** A plot that follows the width of its place. */
export function chart(options: ChartOptions): Drawing<ChartOptions> {
  let state = options;
  let width = 0;
  const element = h("div", {class: "lines"});
  element.style.minHeight = `${state.height}px`;
  const paint = () => {
    if (width === 0 || !state.label) return;
    const svg = Plot.plot({
      width,
      style: {fontFamily: "var(--sans-serif)", fontSize: "12px", overflow: "visible"},
      ...state.plot(width)
    });
    svg.setAttribute("data-vector", "");
    asPicture(svg, state.label);
    element.replaceChildren(svg);
  };
  whenResized(element, (next) => {
    width = next;
    paint();
  });
  return drawing<ChartOptions, HTMLDivElement>(element, (change) => {
    state = {...state, ...change};
    element.style.minHeight = `${state.height}px`;
    paint();
  });
}

/** A part of a figure under a heading of its own, so that two kinds of number never share an axis. */
export function panel(title: string, content: Node): HTMLElement {
  return h("div", {class: "panel"}, h("h4", {class: "panel-title"}, title), content);
}
