import type {Domain, Scale} from "./colour.js";
import {position, valueAt} from "./colour.js";
import {formatValue, h, s, whenResized} from "../ui/dom.js";
import type {Drawing} from "../ui/drawing.js";
import {drawing, ticks} from "../ui/drawing.js";
import {formatTick} from "./legend.js";
import type {PatchMark} from "./patchMap.js";
import {isFilled, marks as markTable, outline} from "./marks.js";
import {maximum} from "./reading.js";

export interface ScatterOptions {
  /** Attention from the class token to each patch, times uniform. */
  x: ArrayLike<number>;
  /** Whose attention that is: "class token", or what stands in for it. */
  from?: string;
  /** Attention of each patch to itself, times uniform. */
  y: ArrayLike<number>;
  /** 1 where a patch is in the outlier set. */
  members: ArrayLike<number>;
  /** m: patches below the line y = m x are outliers. */
  factor: number;
  scale?: Scale;
  /** What both axes span; without it, from 0 to the greatest value. */
  domain?: Domain;
  marks?: readonly PatchMark[];
  hover?: number | null;
  brush?: ReadonlySet<number> | null;
  /** How a patch is named. */
  name?: (patch: number) => string;
  onHover?: (patch: number | null) => void;
  onPick?: (patch: number, other: boolean) => void;
  /** Called while a rectangle is drawn, and with null when it is cleared. */
  onBrush?: (patches: ReadonlySet<number> | null) => void;
}

const margin = {top: 12, right: 14, bottom: 44, left: 52};

/** How near, in pixels, the pointer must come to a point to mean it. */
const reach = 24;

/** The parts of the drawing, lowest first. */
type Parts = ReturnType<typeof build>;

function build() {
  const parts = {
    region: s("path", {fill: markTable.outlier.colour, "fill-opacity": 0.07}),
    axes: s("g", {"font-size": 11, fill: "currentColor"}),
    line: s("path", {fill: "none", stroke: "currentColor", "stroke-width": 1.25}),
    lineName: s("text", {"font-size": 11, fill: "currentColor", "text-anchor": "end"}),
    brushed: s("path", {fill: "none", stroke: markTable.brushed.colour, "stroke-width": 2}),
    tokens: s("path", {fill: markTable.token.colour, "fill-opacity": 0.75}),
    rings: s("path", {fill: "none", stroke: markTable.outlier.colour, "stroke-width": 1.5}),
    pins: s("g"),
    pointed: s("path", {fill: "none", stroke: "currentColor", "stroke-width": 1.5}),
    frame: s("rect", {
      class: "brush",
      fill: "currentColor",
      "fill-opacity": 0.08,
      stroke: "currentColor",
      visibility: "hidden"
    })
  };
  return {...parts, svg: s("svg", {"data-vector": "", role: "img"}, ...Object.values(parts))};
}

/** Where values lie on a square of a side, in pixels. */
function layOut({domain, scale = "sqrt", x, y}: ScatterOptions, side: number) {
  const inner = side - margin.left - margin.right;
  const span: Domain = domain ?? [0, maximum(x, y)];
  return {
    side,
    inner,
    domain: span,
    scale,
    across: (value: number) => margin.left + inner * position(value, span, scale),
    up: (value: number) => margin.top + inner * (1 - position(value, span, scale))
  };
}

type Layout = ReturnType<typeof layOut>;

function paintAxes({axes}: Parts, {inner, side, domain, scale, across, up}: Layout, from: string): void {
  axes.replaceChildren();
  const faint = {stroke: "currentColor", "stroke-opacity": 0.09};
  for (const value of axisTicks(domain, scale)) {
    const [x, y] = [across(value), up(value)];
    axes.append(
      s("line", {x1: x, x2: x, y1: margin.top, y2: margin.top + inner, ...faint}),
      s("line", {y1: y, y2: y, x1: margin.left, x2: margin.left + inner, ...faint}),
      s("text", {x, y: margin.top + inner + 16, "text-anchor": "middle"}, formatTick(value)),
      s("text", {x: margin.left - 7, y: y + 4, "text-anchor": "end"}, formatTick(value))
    );
  }
  axes.append(
    s("text", {x: margin.left + inner, y: side - 8, "text-anchor": "end"}, `from the ${from}, times uniform →`),
    s(
      "text",
      {transform: `translate(13,${margin.top}) rotate(-90)`, "text-anchor": "end"},
      "to itself, times uniform →"
    )
  );
}

/** The line y = m x, and the half plane below it. */
function paintLine({line, region, lineName}: Parts, {domain, scale, across, up}: Layout, factor: number): void {
  const [low, high] = domain;
  // The line is straight on a linear scale only; enough points follow it on any.
  const points = Array.from({length: 65}, (_, i) => valueAt(i / 64, [low, high], scale))
    .map((x) => [x, factor * x] as const)
    .filter(([, y]) => y <= high * 1.0001);
  const path = points.map(([x, y]) => `${across(x).toFixed(1)},${up(y).toFixed(1)}`).join("L");
  line.setAttribute("d", `M${path}`);
  const corner = `L${across(high)},${up(points.at(-1)![1])}L${across(high)},${up(low)}L${across(low)},${up(low)}Z`;
  region.setAttribute("d", `M${path}${corner}`);
  const [x, y] = points[Math.floor(points.length * 0.9)];
  lineName.setAttribute("x", String(across(x) - 8));
  lineName.setAttribute("y", String(up(y) + 2));
  lineName.textContent = factor === 1 ? "y = x" : `y = ${factor} x`;
}

function paintPoints(
  {tokens, rings, svg}: Parts,
  {across, up}: Layout,
  {x, y, members, from = "class token"}: ScatterOptions
): void {
  let [dots, circles] = ["", ""];
  for (let i = 0; i < x.length; ++i) {
    const place = `M${across(x[i]).toFixed(1)},${up(y[i]).toFixed(1)}`;
    if (members[i]) circles += `${place}m4,0a4,4 0 1 1 -8,0a4,4 0 1 1 8,0`;
    else dots += `${place}m2.2,0a2.2,2.2 0 1 1 -4.4,0a2.2,2.2 0 1 1 4.4,0`;
  }
  tokens.setAttribute("d", dots);
  rings.setAttribute("d", circles);
  const count = Array.from(members).filter(Boolean).length;
  svg.setAttribute(
    "aria-label",
    `Attention of ${x.length} patches: from the ${from} across, to itself up. ${count} lie below the line and are outliers.`
  );
}

function paintPins({pins}: Parts, {across, up}: Layout, {marks = [], x, y}: ScatterOptions): void {
  pins.replaceChildren(
    ...marks
      .filter(({mark}) => mark === "target" || mark === "background" || mark === "own")
      .toSorted((a, b) => Number(a.mark !== "own") - Number(b.mark !== "own"))
      .map(({patch, mark}) => {
        const {shape, colour} = markTable[mark];
        return s("path", {
          transform: `translate(${across(x[patch])},${up(y[patch])})`,
          d: outline(shape, mark === "own" ? 9 : 15),
          fill: isFilled(shape) ? colour : "var(--theme-background)",
          stroke: isFilled(shape) ? "var(--theme-background)" : colour,
          "stroke-width": 1.5
        });
      })
  );
}

function paintPointing({pointed, brushed}: Parts, {across, up}: Layout, {hover, brush, x, y}: ScatterOptions): void {
  pointed.setAttribute(
    "d",
    hover == null ? "" : `M${across(x[hover])},${up(y[hover])}m7,0a7,7 0 1 1 -14,0a7,7 0 1 1 14,0`
  );
  brushed.setAttribute("d", Array.from(brush ?? [], (k) => `M${across(x[k]) - 5},${up(y[k]) - 5}h10v10h-10Z`).join(""));
}

/** The patch whose point is nearest to a place, if it is near enough to be meant. */
function nearest({across, up}: Layout, {x, y}: ScatterOptions, [px, py]: readonly [number, number]): number | null {
  let [best, distance] = [-1, reach ** 2];
  for (let i = 0; i < x.length; ++i) {
    const d = (across(x[i]) - px) ** 2 + (up(y[i]) - py) ** 2;
    if (d < distance) [best, distance] = [i, d];
  }
  return best < 0 ? null : best;
}

type Corner = readonly [x: number, y: number];

/** Draws the brush between two corners. @returns the patches inside */
function brushBetween({frame}: Parts, {across, up}: Layout, options: ScatterOptions, a: Corner, b: Corner) {
  const [left, top] = [Math.min(a[0], b[0]), Math.min(a[1], b[1])];
  const [right, bottom] = [Math.max(a[0], b[0]), Math.max(a[1], b[1])];
  for (const [key, value] of Object.entries({x: left, y: top, width: right - left, height: bottom - top}))
    frame.setAttribute(key, String(value));
  frame.setAttribute("visibility", "visible");
  const inside = new Set<number>();
  for (let i = 0; i < options.x.length; ++i) {
    const [px, py] = [across(options.x[i]), up(options.y[i])];
    if (px >= left && px <= right && py >= top && py <= bottom) inside.add(i);
  }
  return inside;
}

/** Hovering and clicks find the nearest point; a drag with a mouse or pen brushes. */
function listen(parts: Parts, now: () => {state: ScatterOptions; layout: Layout}): void {
  const {svg, frame} = parts;
  const at = (event: PointerEvent | MouseEvent): Corner => {
    const box = svg.getBoundingClientRect();
    const {side} = now().layout;
    return [((event.clientX - box.left) * side) / box.width, ((event.clientY - box.top) * side) / box.height];
  };
  let from: Corner | null = null;
  let dragged = false;
  svg.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "touch" || !now().state.onBrush) return;
    from = at(event);
    dragged = false;
    svg.setPointerCapture(event.pointerId);
  });
  svg.addEventListener("pointermove", (event) => {
    const {state, layout} = now();
    const place = at(event);
    if (from && (dragged || Math.hypot(place[0] - from[0], place[1] - from[1]) > 4)) {
      dragged = true;
      state.onBrush?.(brushBetween(parts, layout, state, from, place));
    } else state.onHover?.(nearest(layout, state, place));
  });
  svg.addEventListener("pointerup", () => {
    from = null;
    frame.setAttribute("visibility", "hidden");
  });
  svg.addEventListener("click", (event) => {
    if (dragged) {
      dragged = false;
      return;
    }
    const {state, layout} = now();
    const patch = nearest(layout, state, at(event));
    if (patch !== null) state.onPick?.(patch, event.shiftKey);
    state.onBrush?.(null);
  });
  svg.addEventListener("pointerleave", () => now().state.onHover?.(null));
}

/**
 * Eq. 4 as a picture: each patch at its class-row value (across) and diagonal value (up), the line
 * y = m x between them. Both axes have one scale, so that the line means the same everywhere. All
 * points of a kind are one path: a layer's change is a few attributes, not hundreds of elements.
 */
export function scatter(options: ScatterOptions): Drawing<ScatterOptions> {
  let state: ScatterOptions = options;
  let side = 0;
  const parts = build();
  const {svg} = parts;
  const element = h("div", {class: "scatter"}, svg);
  const paint = () => {
    if (side === 0) return;
    const layout = layOut(state, side);
    paintAxes(parts, layout, state.from ?? "class token");
    paintLine(parts, layout, state.factor);
    paintPoints(parts, layout, state);
    paintPins(parts, layout, state);
    paintPointing(parts, layout, state);
  };
  whenResized(element, (width) => {
    side = Math.min(width, 520);
    svg.setAttribute("viewBox", `0 0 ${side} ${side}`);
    svg.setAttribute("width", String(side));
    svg.setAttribute("height", String(side));
    paint();
  });
  listen(parts, () => ({state, layout: layOut(state, side)}));
  return drawing<ScatterOptions, HTMLDivElement>(element, (change) => {
    state = {...state, ...change};
    const pointing = Object.keys(change).every((key) => key === "hover" || key === "brush");
    if (!pointing) return paint();
    if (side > 0) paintPointing(parts, layOut(state, side), state);
  });
}

/** A patch's two values in words. */
export function describePoint({x, y, members, name, from = "class token"}: ScatterOptions, patch: number): string {
  const verdict = members[patch] ? "outlier" : "not an outlier";
  return `${name?.(patch) ?? patch}: from the ${from} ${formatValue(x[patch])}, to itself ${formatValue(y[patch])}, ${verdict}`;
}

/** Round values along an axis; a stretched scale has more room at its foot. */
function axisTicks(domain: Domain, scale: Scale): number[] {
  const [low, high] = domain;
  if (scale === "linear") return ticks(low, high, 5);
  const round = [0.1, 0.3, 0.5, 0.7, 0.85, 1].map((t) => {
    const value = valueAt(t, domain, scale);
    const power = 10 ** Math.floor(Math.log10(Math.max(1e-12, value)));
    return Math.floor(value / power) * power;
  });
  const kept = [low];
  for (const value of round) {
    if (position(value, domain, scale) - position(kept.at(-1)!, domain, scale) > 0.09) kept.push(value);
  }
  return kept;
}
