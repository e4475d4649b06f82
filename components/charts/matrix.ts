import type {Domain, Scale} from "./colour.js";
import {diverging, index, position, sequential, signedPosition} from "./colour.js";
import {fitCanvas, formatValue, h, isDark, placeIn, whenResized} from "../ui/dom.js";
import type {Drawing} from "../ui/drawing.js";
import {drawing} from "../ui/drawing.js";
import {maximum} from "./reading.js";

export interface MatrixOptions {
  /** Names of the rows, top down, and of the columns. */
  rows: readonly string[];
  columns: readonly string[];
  /** rows × columns; NaN leaves a cell empty. */
  values: ArrayLike<number>;
  domain?: Domain;
  scale?: Scale;
  signed?: boolean;
  /** What a cell is, as a sentence would say it. */
  label: string;
  /** What the rows and the columns are: "layer", "head". */
  down?: string;
  across?: string;
  /** A cell's text. */
  format?: (value: number, row: number, column: number) => string;
  /** The chosen row and column; either may be absent. */
  current?: readonly [row: number | null, column: number | null] | null;
  onHover?: (row: number | null, column: number | null) => void;
  onPick?: (row: number, column: number) => void;
  cellHeight?: number;
  /** The widest that a cell may be, in pixels. */
  cellWidth?: number;
}

/** A table of numbers as colours, with the numbers in the cells where they fit. Arrow keys move the choice. */
export function matrix(options: MatrixOptions): Drawing<MatrixOptions> {
  let state: MatrixOptions = {scale: "linear", cellHeight: 22, cellWidth: 64, ...options};
  let width = 0;
  const base = h("canvas", {"aria-hidden": "true"});
  const overlay = h("canvas", {"aria-hidden": "true"});
  const spoken = h("span", {class: "visually-hidden", "aria-live": "polite"});
  const active = Boolean(options.onPick);
  const element = h(
    "div",
    {class: "raster matrix", role: active ? "application" : "img", tabindex: active ? 0 : null},
    base,
    overlay,
    spoken
  );
  if (active) element.setAttribute("aria-roledescription", "matrix");

  const paint = () => {
    element.style.height = `${heightOf(state)}px`;
    element.setAttribute("aria-label", describe(state, active));
    if (width > 0) paintCells(fitCanvas(base, width, heightOf(state)), state, width);
  };
  const point = () => {
    if (width > 0) paintChoice(fitCanvas(overlay, width, heightOf(state)), state, width);
  };
  whenResized(element, (w) => {
    width = w;
    paint();
    point();
  });
  paint();

  const at = (event: MouseEvent): readonly [number, number] | null => {
    const [x, y] = placeIn(element, event);
    const {left, top, cell} = layout(state, element.clientWidth);
    const column = Math.floor((x - left) / cell);
    const row = Math.floor((y - top) / state.cellHeight!);
    const inside = row >= 0 && row < state.rows.length && column >= 0 && column < state.columns.length;
    return inside ? [row, column] : null;
  };
  if (options.onHover) {
    element.addEventListener("pointermove", (event) => {
      const [row, column] = at(event) ?? [null, null];
      state.onHover?.(row, column);
    });
    element.addEventListener("pointerleave", () => state.onHover?.(null, null));
  }
  if (active) {
    element.addEventListener("click", (event) => {
      const place = at(event);
      if (place) state.onPick?.(...place);
    });
    element.addEventListener("keydown", (event) => {
      const move = moves[event.key];
      if (!move) return;
      event.preventDefault();
      const clamp = (value: number, count: number) => Math.min(count - 1, Math.max(0, value));
      const row = clamp((state.current?.[0] ?? 0) + move[0], state.rows.length);
      const column = clamp((state.current?.[1] ?? 0) + move[1], state.columns.length);
      // The answer comes with the next frame; a second key may come before it.
      state = {...state, current: [row, column]};
      state.onPick?.(row, column);
      spoken.textContent = `${state.down ?? "row"} ${state.rows[row]}, ${state.across ?? "column"} ${state.columns[column]}: ${cellText(state, row, column)}`;
    });
  }

  return drawing<MatrixOptions, HTMLDivElement>(element, (change) => {
    state = {...state, ...change};
    if (Object.keys(change).some((key) => key !== "current")) paint();
    point();
  });
}

const moves: Record<string, readonly [number, number]> = {
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0]
};

function layout({rows, columns, down, cellWidth}: MatrixOptions, width: number) {
  const longest = rows.reduce((most, name) => Math.max(most, name.length), 0);
  const left = Math.max(26, longest * 6.4 + 14) + (down ? 14 : 0);
  return {left, top: 22, cell: Math.min(cellWidth!, (width - left - 2) / Math.max(1, columns.length))};
}

function heightOf({rows, cellHeight, across}: MatrixOptions): number {
  return 22 + rows.length * cellHeight! + (across ? 20 : 2);
}

function cellText({values, columns, format = formatValue}: MatrixOptions, row: number, column: number): string {
  const value = values[row * columns.length + column];
  return Number.isNaN(value) || value === undefined ? "—" : format(value, row, column);
}

function describe({label, rows, columns, down = "rows", across = "columns"}: MatrixOptions, active: boolean): string {
  const keys = active ? " Arrow keys choose a cell." : "";
  return `${label}: a table of ${rows.length} ${down} by ${columns.length} ${across}.${keys}`;
}

function paintCells(context: CanvasRenderingContext2D, state: MatrixOptions, width: number): void {
  const {rows, columns, values, scale = "linear", signed = false, cellHeight, down, across} = state;
  const {left, top, cell} = layout(state, width);
  const style = getComputedStyle(context.canvas);
  const map = signed ? diverging(isDark()) : sequential(isDark());
  const [low, high] = state.domain ?? [0, signed ? maximum(Array.from(values, Math.abs)) : maximum(values)];
  context.font = `11px ${style.fontFamily}`;
  context.textBaseline = "middle";
  context.fillStyle = style.color;
  context.textAlign = "center";
  const every = Math.ceil(12 / Math.max(1, cell));
  columns.forEach((name, column) => {
    const room = cell * every - 4;
    if (column % every === 0) context.fillText(shorten(context, name, room), left + (column + 0.5) * cell, top - 10);
  });
  context.textAlign = "right";
  rows.forEach((name, row) => context.fillText(name, left - 8, top + (row + 0.5) * cellHeight!));
  if (across) {
    context.textAlign = "left";
    context.fillText(`${across} →`, left, top + rows.length * cellHeight! + 12);
  }
  if (down) {
    context.save();
    context.translate(8, top);
    context.rotate(-Math.PI / 2);
    context.textAlign = "right";
    context.fillText(`← ${down}`, 0, 0);
    context.restore();
  }
  context.textAlign = "center";
  for (let row = 0; row < rows.length; ++row) {
    for (let column = 0; column < columns.length; ++column) {
      const value = values[row * columns.length + column];
      const [x, y] = [left + column * cell, top + row * cellHeight!];
      if (value === undefined || Number.isNaN(value)) {
        context.globalAlpha = 0.06;
        context.fillStyle = style.color;
        context.fillRect(x, y, cell - 1, cellHeight! - 1);
        context.globalAlpha = 1;
        continue;
      }
      const t = signed ? signedPosition(value, high, scale) : position(value, [low, high], scale);
      const k = index(t) * 4;
      const [r, g, b] = map.subarray(k, k + 3);
      context.fillStyle = `rgb(${r},${g},${b})`;
      context.fillRect(x, y, cell - 1, cellHeight! - 1);
      const text = cellText(state, row, column);
      if (context.measureText(text).width > cell - 2) continue;
      context.fillStyle = 0.299 * r + 0.587 * g + 0.114 * b > 140 ? "#101216" : "#ffffff";
      context.fillText(text, x + (cell - 1) / 2, y + cellHeight! / 2);
    }
  }
}

function shorten(context: CanvasRenderingContext2D, name: string, room: number): string {
  if (context.measureText(name).width <= room) return name;
  for (let length = name.length - 1; length > 1; --length) {
    const short = `${name.slice(0, length)}…`;
    if (context.measureText(short).width <= room) return short;
  }
  return name.slice(0, 2);
}

function paintChoice(context: CanvasRenderingContext2D, state: MatrixOptions, width: number): void {
  const {current, rows, columns, cellHeight} = state;
  if (!current) return;
  const {left, top, cell} = layout(state, width);
  const [row, column] = current;
  context.strokeStyle = getComputedStyle(context.canvas).color;
  context.lineWidth = 2;
  const [x, across] = column === null ? [left, cell * columns.length] : [left + column * cell, cell];
  const [y, down] = row === null ? [top, cellHeight! * rows.length] : [top + row * cellHeight!, cellHeight!];
  context.strokeRect(x - 0.5, y - 0.5, across, down);
}
