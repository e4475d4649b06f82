import {diverging, css, signedPosition, valueAt} from "./colour.js";
import type {Scale} from "./colour.js";
import {fitCanvas, h, isDark, placeIn, whenResized} from "../ui/dom.js";
import type {Drawing} from "../ui/drawing.js";
import {drawing} from "../ui/drawing.js";
import {formatTick} from "./legend.js";

export interface RidgesOptions {
  /** A row a layer, first layer on top; values may have either sign. */
  rows: readonly ArrayLike<number>[];
  /** The axis spans minus to plus this. */
  reach: number;
  scale?: Scale;
  /** What is counted, with units. */
  label: string;
  /** After each row: how many lie above zero. */
  notes: readonly string[];
  /** 0-based. */
  current?: number | null;
  /** A value in each row to point at, such as the hovered patch's. */
  pointed?: readonly (number | null)[];
  onPick?: (row: number) => void;
}

const [left, right, rowHeight, foot] = [34, 64, 30, 42];
const bins = 61;

/** A histogram a layer on one signed axis: left of zero orange, right of zero purple, as in the maps of the margin. */
export function ridges(options: RidgesOptions): Drawing<RidgesOptions> {
  let state: RidgesOptions = {scale: "sqrt", ...options};
  let width = 0;
  const base = h("canvas", {"aria-hidden": "true"});
  const overlay = h("canvas", {"aria-hidden": "true"});
  const element = h("div", {class: "raster", role: "img"}, base, overlay);
  const height = () => state.rows.length * rowHeight + foot;
  const paint = () => {
    element.style.height = `${height()}px`;
    const words = state.notes.map((note, i) => `layer ${i + 1}: ${note}`).join(", ");
    element.setAttribute("aria-label", `${state.label}, a histogram a layer. ${words}.`);
    if (width > 0) paintRows(fitCanvas(base, width, height()), state, width);
  };
  const point = () => {
    if (width > 0) paintPointing(fitCanvas(overlay, width, height()), state, width);
  };
  whenResized(element, (w) => {
    width = w;
    paint();
    point();
  });
  paint();
  element.addEventListener("click", (event) => {
    const row = Math.floor(placeIn(element, event)[1] / rowHeight);
    if (row >= 0 && row < state.rows.length) state.onPick?.(row);
  });
  return drawing<RidgesOptions, HTMLDivElement>(element, (change) => {
    state = {...state, ...change};
    if (Object.keys(change).some((key) => key !== "current" && key !== "pointed")) paint();
    point();
  });
}

/** Counts of values in bins of equal width on the stretched axis; what lies beyond falls into the outermost. */
export function histogram(values: ArrayLike<number>, reach: number, scale: Scale): Uint32Array {
  const counts = new Uint32Array(bins);
  for (let i = 0; i < values.length; ++i) {
    const value = values[i];
    if (Number.isNaN(value)) continue;
    // The middle bin would mix the two signs; each keeps to its side.
    const bin = Math.min(bins - 1, Math.floor(signedPosition(value, reach, scale) * bins));
    const middle = (bins - 1) / 2;
    ++counts[bin === middle ? (value > 0 ? middle + 1 : middle - 1) : bin];
  }
  counts[(bins - 1) / 2] = 0;
  return counts;
}

function paintRows(context: CanvasRenderingContext2D, state: RidgesOptions, width: number): void {
  const {rows, reach, scale = "sqrt", notes, label} = state;
  const style = getComputedStyle(context.canvas);
  const map = diverging(isDark());
  const inner = width - left - right;
  const across = (value: number) => left + inner * signedPosition(value, reach, scale);
  const bottom = rows.length * rowHeight;
  context.font = `11px ${style.fontFamily}`;
  context.textBaseline = "middle";
  const counts = rows.map((values) => histogram(values, reach, scale));
  counts.forEach((row, r) => {
    // Each row has its own height: a layer's many small margins would flatten all others.
    const most = row.reduce((a, b) => Math.max(a, b), 1);
    const y = (r + 1) * rowHeight;
    context.fillStyle = style.color;
    context.globalAlpha = 0.15;
    context.fillRect(left, y - 0.5, inner, 0.5);
    context.globalAlpha = 1;
    row.forEach((count, bin) => {
      if (!count) return;
      const size = Math.max(1.5, Math.sqrt(count / most) * (rowHeight - 5));
      context.fillStyle = css(map, bin > (bins - 1) / 2 ? 0.86 : 0.14);
      context.fillRect(left + (bin * inner) / bins, y - size, inner / bins - 0.75, size);
    });
    context.fillStyle = style.color;
    context.textAlign = "left";
    context.fillText(notes[r], left + inner + 8, y - rowHeight / 2);
  });
  context.fillStyle = style.color;
  context.fillRect(across(0) - 0.5, 0, 1, bottom + 5);
  const ends = width < 500 ? [0.25, 1] : [0.15, 0.4, 0.7, 1];
  const ticks = ends.map((t) => Number(valueAt(t, [0, reach], scale).toPrecision(1)));
  context.textAlign = "center";
  for (const value of [...ticks.map((tick) => -tick), 0, ...ticks]) {
    if (Math.abs(value) > reach * 1.001) continue;
    context.fillRect(across(value) - 0.5, bottom, 1, 5);
    context.fillText(formatTick(value), across(value), bottom + 14);
  }
  context.textAlign = "right";
  context.fillText(`${label} →`, left + inner, bottom + 32);
}

function paintPointing(context: CanvasRenderingContext2D, state: RidgesOptions, width: number): void {
  const {rows, reach, scale = "sqrt", current, pointed} = state;
  const style = getComputedStyle(context.canvas);
  const inner = width - left - right;
  context.strokeStyle = context.fillStyle = style.color;
  context.textAlign = "right";
  context.textBaseline = "middle";
  rows.forEach((_, r) => {
    context.font = `${r === current ? 700 : 400} 11px ${style.fontFamily}`;
    context.fillText(String(r + 1), left - 8, (r + 0.5) * rowHeight);
    const value = pointed?.[r];
    if (value == null) return;
    const x = left + inner * signedPosition(value, reach, scale);
    context.beginPath();
    context.moveTo(x, (r + 1) * rowHeight - 1);
    context.lineTo(x - 4, (r + 1) * rowHeight - 8);
    context.lineTo(x + 4, (r + 1) * rowHeight - 8);
    context.fill();
  });
  if (current != null) context.strokeRect(left - 0.5, current * rowHeight + 0.5, inner + right - 1, rowHeight - 1);
}
