import type {Domain, Scale} from "./colour.js";
import {position, valueAt} from "./colour.js";
import {fitCanvas, h, isDark, whenResized} from "../ui/dom.js";
import type {Drawing} from "../ui/drawing.js";
import {drawing} from "../ui/drawing.js";
import {marks} from "./marks.js";

/** One small scatter of a strip. */
export interface ScatterItem {
  label: string;
  note?: string;
  x: ArrayLike<number>;
  y: ArrayLike<number>;
  members: ArrayLike<number>;
}

export interface ScatterStripOptions {
  items: readonly ScatterItem[];
  /** What the points are, as a sentence would say it. */
  label: string;
  /** Of both axes of every item. */
  domain: Domain;
  scale?: Scale;
  /** m of the line y = m x. */
  factor: number;
  hover?: number | null;
  brush?: ReadonlySet<number> | null;
  current?: number | null;
  onPick?: (item: number) => void;
  /** The least width of an item, in pixels. */
  least?: number;
}

/** Small multiples of the scatter of Eq. 4 on common axes: the chosen one is marked, a click chooses. */
export function scatterStrip(options: ScatterStripOptions): Drawing<ScatterStripOptions> {
  let state: ScatterStripOptions = {scale: "sqrt", ...options};
  const element = h("div", {class: "strip", role: "group", "aria-label": options.label});
  element.style.setProperty("--strip-width", `${options.least ?? 150}px`);
  let cells: ReturnType<typeof makeCell>[] = [];

  const makeCell = (i: number) => {
    const base = h("canvas", {"aria-hidden": "true"});
    const overlay = h("canvas", {"aria-hidden": "true"});
    const place = h("div", {class: "patch-map", role: "img"}, base, overlay);
    const text = h("span", {class: "strip-label"});
    const button = h("button", {type: "button", onclick: () => state.onPick?.(i)}, place, text);
    let side = 0;
    const paint = () => side > 0 && state.items[i] && paintPoints(fitCanvas(base, side, side), state, i, side);
    const point = () => side > 0 && state.items[i] && paintPointing(fitCanvas(overlay, side, side), state, i, side);
    whenResized(place, (width) => {
      side = width;
      paint();
      point();
    });
    return {button, place, text, paint, point};
  };
  const build = () => {
    cells = state.items.map((_, i) => makeCell(i));
    element.replaceChildren(...cells.map(({button}) => button));
  };
  const write = () => {
    element.setAttribute("aria-label", state.label);
    for (const [i, {place, text}] of cells.entries()) {
      const {label, note, members} = state.items[i];
      const count = Array.from(members).filter(Boolean).length;
      text.replaceChildren(label, ...(note ? [h("small", {}, note)] : []));
      place.setAttribute("aria-label", `${state.label}, ${label}: ${count} of ${members.length} patches in the set`);
    }
    choose();
  };
  // The chosen item moves with every step of the slider; names and counts stay.
  const choose = () => {
    for (const [i, {button}] of cells.entries()) button.setAttribute("aria-pressed", String(i === state.current));
  };
  build();
  write();

  return drawing<ScatterStripOptions, HTMLDivElement>(element, (change) => {
    const before = state.items.length;
    state = {...state, ...change};
    const keys = Object.keys(change);
    if (keys.every((key) => key === "hover" || key === "brush")) {
      for (const cell of cells) cell.point();
      return;
    }
    if (keys.every((key) => key === "current" || key === "onPick")) return choose();
    if (state.items.length !== before) build();
    else {
      for (const cell of cells) {
        cell.paint();
        cell.point();
      }
    }
    write();
  });
}

const inset = 5;

function places({domain, scale = "sqrt"}: ScatterStripOptions, side: number) {
  const inner = side - 2 * inset;
  return {
    across: (value: number) => inset + inner * position(value, domain, scale),
    up: (value: number) => side - inset - inner * position(value, domain, scale)
  };
}

function paintPoints(context: CanvasRenderingContext2D, state: ScatterStripOptions, i: number, side: number): void {
  const {domain, scale = "sqrt", factor, items} = state;
  const {x, y, members} = items[i];
  const {across, up} = places(state, side);
  const ink = isDark() ? "#dcdcd4" : "#1c1d20";
  const line = Array.from({length: 33}, (_, k) => valueAt(k / 32, domain, scale)).filter(
    (v) => factor * v <= domain[1]
  );
  context.strokeStyle = ink;
  context.lineWidth = 1;
  context.globalAlpha = 0.7;
  context.beginPath();
  for (const value of line) context.lineTo(across(value), up(factor * value));
  context.stroke();
  context.globalAlpha = 0.65;
  context.fillStyle = marks.token.colour;
  for (let k = 0; k < x.length; ++k) if (!members[k]) context.fillRect(across(x[k]) - 1.1, up(y[k]) - 1.1, 2.2, 2.2);
  context.globalAlpha = 1;
  context.strokeStyle = marks.outlier.colour;
  context.lineWidth = 1.1;
  context.beginPath();
  for (let k = 0; k < x.length; ++k) {
    if (!members[k]) continue;
    context.moveTo(across(x[k]) + 2.2, up(y[k]));
    context.arc(across(x[k]), up(y[k]), 2.2, 0, 2 * Math.PI);
  }
  context.stroke();
}

function paintPointing(context: CanvasRenderingContext2D, state: ScatterStripOptions, i: number, side: number): void {
  const {x, y} = state.items[i];
  const {across, up} = places(state, side);
  context.strokeStyle = marks.brushed.colour;
  context.lineWidth = 1.25;
  for (const k of state.brush ?? []) if (k < x.length) context.strokeRect(across(x[k]) - 3, up(y[k]) - 3, 6, 6);
  if (state.hover == null || state.hover >= x.length) return;
  context.strokeStyle = isDark() ? "#ffffff" : "#000000";
  context.lineWidth = 1.5;
  context.beginPath();
  context.arc(across(x[state.hover]), up(y[state.hover]), 5, 0, 2 * Math.PI);
  context.stroke();
}
