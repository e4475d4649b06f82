// Making elements, watching the theme and the size: what every figure and control needs.

type Child = Node | string | null | undefined;

/** Attributes by name; `false`, `null` and `undefined` leave one out, `true` sets it empty; functions listen. */
export type Attributes = Record<string, string | number | boolean | null | undefined | ((event: never) => void)>;

/** Makes an HTML element: `h("p", {class: "note"}, "text")`. An attribute `onclick` takes a listener. */
export function h<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  return fill(document.createElement(name), attributes, children);
}

/** The same for SVG. */
export function s<K extends keyof SVGElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: Child[]
): SVGElementTagNameMap[K] {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

function fill<E extends Element>(element: E, attributes: Attributes, children: Child[]): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value as EventListener);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

/** What the window hears when the page turns dark or light. */
const themeEvent = "themechange";

/** Whether the page is dark now: its root element says so. */
export function isDark(): boolean {
  return typeof document !== "undefined" && document.documentElement.dataset.theme === "dark";
}

/** Turns the page dark or light, and has what is drawn by that redrawn. */
export function turnDark(dark: boolean): void {
  if (dark === isDark()) return;
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  dispatchEvent(new Event(themeEvent));
}

/** Whether the reader asked for less motion. */
export function prefersStill(): boolean {
  return typeof matchMedia !== "undefined" && matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/**
 * Calls `redraw` when an element first gets a size, when its size changes, and when the page turns
 * dark or light while the element is on it.
 */
export function whenResized(element: Element, redraw: (width: number, height: number) => void): void {
  let width = 0;
  let height = 0;
  const onTheme = () => {
    if (element.isConnected) redraw(width, height);
    else removeEventListener(themeEvent, onTheme);
  };
  new ResizeObserver(([{contentRect}]) => {
    if (contentRect.width === width && contentRect.height === height) return;
    const first = width === 0;
    ({width, height} = contentRect);
    if (width === 0) return;
    if (first) addEventListener(themeEvent, onTheme);
    redraw(width, height);
  }).observe(element);
}

let magnification = 1;

/** Tells canvases that the page shows them this much larger than they are laid out, from their next painting on. */
export function magnify(factor: number): void {
  magnification = factor;
}

/** Gives painters another context than a canvas's own, such as one that records. */
type ContextGiver = (context: CanvasRenderingContext2D, ratio: number) => CanvasRenderingContext2D;

let given: ContextGiver | undefined;

/** Has canvases painted with contexts that `giver` gives, until it is told otherwise. */
export function giveContexts(giver: ContextGiver | undefined): void {
  given = giver;
}

/** Has all charts on the page painted again. */
export function repaint(): void {
  dispatchEvent(new Event(themeEvent));
}

/** Gives a canvas the resolution of its place on the screen, and a context that counts in CSS pixels. */
export function fitCanvas(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D {
  const ratio = Math.max(1, window.devicePixelRatio || 1) * magnification;
  const [columns, rows] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== columns || canvas.height !== rows) {
    canvas.width = columns;
    canvas.height = rows;
    // Out of the flow even where the stylesheet failed: a canvas that stretches its place would grow for ever.
    canvas.style.position = "absolute";
  }
  const context = canvas.getContext("2d")!;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return given?.(context, ratio) ?? context;
}

/** Sets an element's text; leaves the element alone when it says so already, which spares a layout. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Where an event is within an element, in the pixels that it is laid out in. On a slide these are
 * not the window's: drawings are scaled up there.
 */
export function placeIn(element: Element, {clientX, clientY}: MouseEvent): readonly [x: number, y: number] {
  const box = element.getBoundingClientRect();
  const scale = element.clientWidth > 0 && box.width > 0 ? element.clientWidth / box.width : 1;
  return [(clientX - box.left) * scale, (clientY - box.top) * scale];
}

/** Attention in words: "12.3" from 10 up, "1.23" below, "0.012" for the small. */
export function formatValue(value: number): string {
  if (!Number.isFinite(value)) return "—";
  const magnitude = Math.abs(value);
  if (magnitude >= 100) return value.toFixed(0);
  if (magnitude >= 10) return value.toFixed(1);
  if (magnitude >= 0.1 || magnitude === 0) return value.toFixed(2);
  return value.toPrecision(2);
}
