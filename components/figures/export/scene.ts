/**
 * A figure as one drawing: what lies in it on the page, each part where it lies. Charts and marks are vectors, texts are
 * texts, maps are embedded pictures whose pixels stay squares. SVG, PDF, PNG and moving pictures are made from it.
 */
import {s} from "../../ui/dom.js";
import {recordingOf} from "../../ui/ink.js";
import {imageAddress} from "../../ui/rasters.js";
import {isFilled, marks, outline, type MarkName} from "../../charts/marks.js";
import {plainColour} from "./colours.js";
import {standalone} from "./standalone.js";

/** What belongs to the page and not to the figure. */
const interfaceParts =
  ".figure-actions, .figure-controls, .figure-message, .visually-hidden, [hidden], input, select, textarea, .no-export, .katex-mathml, dialog";

export interface SceneOptions {
  /** Empty space around, in pixels of the page. */
  margin: number;
  /** What is beneath; none where it is left transparent. */
  ground?: string;
}

/** Draws a figure that is on the page now, in its pixels. Record its canvases first, for vectors. */
export function sceneOf(root: HTMLElement, {margin, ground}: SceneOptions): SVGSVGElement {
  const origin = root.getBoundingClientRect();
  const drawing = s("g", {transform: `translate(${round(margin - origin.left)},${round(margin - origin.top)})`});
  const extent = {left: origin.left, right: origin.right, top: origin.top, bottom: origin.top};
  for (const {node, box} of parts(root)) {
    drawing.append(node);
    extent.right = Math.max(extent.right, box.right);
    extent.bottom = Math.max(extent.bottom, box.bottom);
  }
  const width = Math.ceil(extent.right - extent.left + 2 * margin);
  const height = Math.ceil(extent.bottom - extent.top + 2 * margin);
  const svg = s("svg", {xmlns: "http://www.w3.org/2000/svg", width, height, viewBox: `0 0 ${width} ${height}`});
  if (ground) svg.append(s("rect", {width, height, fill: plainColour(ground)}));
  svg.append(drawing);
  return svg;
}

/** One part of a drawing and the place that it takes. */
interface Part {
  node: SVGElement;
  box: {right: number; bottom: number};
}

function* parts(element: Element): Generator<Part> {
  const style = getComputedStyle(element);
  if (style.display === "none" || style.visibility === "hidden" || style.opacity === "0") return;
  const box = element.getBoundingClientRect();
  if (element instanceof HTMLElement) {
    yield* boxes(box, style);
    yield* markBefore(element);
  }
  for (const node of element.childNodes) {
    if (node instanceof Text) yield* lines(node);
    else if (!(node instanceof Element) || node.matches(interfaceParts)) continue;
    else if (node instanceof HTMLCanvasElement || node instanceof HTMLImageElement) yield* picture(node);
    else if (node instanceof SVGSVGElement) yield* chart(node);
    else yield* parts(node);
  }
}

/** A chart of vectors. What reaches beyond its place is cut where the page cuts it. */
function* chart(svg: SVGSVGElement): Generator<Part> {
  const box = svg.getBoundingClientRect();
  if (box.width === 0 || getComputedStyle(svg).visibility === "hidden") return;
  const node = standalone(svg);
  node.setAttribute("x", String(round(box.left)));
  node.setAttribute("y", String(round(box.top)));
  yield {node, box};
}

function* picture(element: HTMLCanvasElement | HTMLImageElement): Generator<Part> {
  const box = element.getBoundingClientRect();
  const style = getComputedStyle(element);
  if (box.width === 0 || element.width === 0 || style.visibility === "hidden" || style.display === "none") return;
  const vectors = element instanceof HTMLCanvasElement ? recordingOf(element) : undefined;
  const opacity = style.opacity === "1" ? null : style.opacity;
  if (vectors) {
    const scale = element.clientWidth > 0 ? box.width / element.clientWidth : 1;
    const node = s("g", {
      opacity,
      transform: `translate(${round(box.left)},${round(box.top)})${scale === 1 ? "" : ` scale(${scale})`}`
    });
    node.append(vectors.cloneNode(true));
    yield {node, box};
    return;
  }
  const crisp = /pixelated|crisp/.test(style.imageRendering);
  const node = s("image", {
    opacity,
    x: round(box.left),
    y: round(box.top),
    width: round(box.width),
    height: round(box.height),
    preserveAspectRatio: "none",
    href: imageAddress(element, crisp, box.width)
  });
  if (crisp) node.setAttribute("image-rendering", "pixelated");
  yield {node, box};
}

/** The marks that words of a kind of token begin with, by the classes of those words. */
const wordMarks: Record<string, MarkName> = {
  "is-target": "target",
  "is-background": "background",
  "is-class": "class",
  "is-diagonal": "diagonal",
  "is-outlier": "outlier"
};

/** A word's mark. The page writes it as a letter, which not every typeface has; here it is drawn as figures draw it. */
function* markBefore(element: HTMLElement): Generator<Part> {
  const name = Object.keys(wordMarks).find((known) => element.classList.contains(known));
  if (!name || !/^"./.test(getComputedStyle(element, "::before").content)) return;
  const [box] = element.getClientRects();
  const {shape} = marks[wordMarks[name]];
  const style = getComputedStyle(element);
  const colour = plainColour(style.color);
  const size = 0.62 * parseFloat(style.fontSize);
  const place = `translate(${round(box.left + 0.62 * size)},${round(box.top + box.height / 2)})`;
  const drawn =
    isFilled(shape) || shape === "square" ? {fill: colour} : {fill: "none", stroke: colour, "stroke-width": 1.2};
  yield {node: s("path", {d: outline(shape, size), transform: place, ...drawn}), box};
}

/** What an element is painted with besides its content: swatches of legends, lines of tables. */
function* boxes(box: DOMRect, style: CSSStyleDeclaration): Generator<Part> {
  if (box.width === 0 || box.height === 0) return;
  const fill = plainColour(style.backgroundColor);
  const place = {x: round(box.left), y: round(box.top), width: round(box.width), height: round(box.height)};
  if (fill !== "none")
    yield {node: s("rect", {...place, fill, rx: parseFloat(style.borderTopLeftRadius) || null}), box};
  const {left, top, right, bottom} = box;
  const sides = [
    ["Top", left, top, right, top],
    ["Right", right, top, right, bottom],
    ["Bottom", left, bottom, right, bottom],
    ["Left", left, top, left, bottom]
  ] as const;
  for (const [side, x1, y1, x2, y2] of sides) {
    const width = parseFloat(style[`border${side}Width`]);
    const stroke = plainColour(style[`border${side}Color`]);
    if (!(width > 0) || style[`border${side}Style`] === "none" || stroke === "none") continue;
    const dash = style[`border${side}Style`] === "dashed" ? "4 3" : null;
    yield {
      node: s("line", {...rounded({x1, y1, x2, y2}), stroke, "stroke-width": width, "stroke-dasharray": dash}),
      box
    };
  }
}

/** A text line by line, as the browser broke it. */
function* lines(text: Text): Generator<Part> {
  if (!text.data.trim()) return;
  const style = getComputedStyle(text.parentElement!);
  const size = parseFloat(style.fontSize);
  const font = {
    "font-family": style.fontFamily,
    "font-size": round(size),
    "font-weight": style.fontWeight,
    "font-style": style.fontStyle === "normal" ? null : style.fontStyle,
    fill: plainColour(style.color)
  };
  const metrics = measure(style);
  for (const {start, end, box} of brokenLines(text)) {
    const written = shownCase(text.data.slice(start, end).trim(), style.textTransform);
    if (!written) continue;
    // A line's box is as high as the font's ascent and descent; its baseline is the ascent below its top.
    const y = box.top + (box.height * metrics.ascent) / (metrics.ascent + metrics.descent);
    yield {node: s("text", {x: round(box.left), y: round(y), ...font}, written), box};
  }
}

function shownCase(text: string, transform: string): string {
  return transform === "uppercase" ? text.toUpperCase() : text.replace(/\s+/g, " ");
}

/** Where the browser broke a text: the ranges of its lines, and their boxes. */
function* brokenLines(text: Text): Generator<{start: number; end: number; box: DOMRect}> {
  const range = document.createRange();
  let start = 0;
  let top: number | undefined;
  const line = (end: number) => {
    range.setStart(text, start);
    range.setEnd(text, end);
    return {start, end, box: range.getBoundingClientRect()};
  };
  for (let i = 0; i < text.data.length; ++i) {
    range.setStart(text, i);
    range.setEnd(text, i + 1);
    const rect = range.getBoundingClientRect();
    if (rect.width === 0) continue;
    if (top === undefined) start = i;
    else if (rect.top > top + rect.height / 2) {
      yield line(i);
      start = i;
    }
    top = rect.top;
  }
  if (top !== undefined) yield line(text.data.length);
}

let measuring: CanvasRenderingContext2D | undefined;

function measure({fontStyle, fontWeight, fontSize, fontFamily}: CSSStyleDeclaration) {
  measuring ??= document.createElement("canvas").getContext("2d")!;
  measuring.font = `${fontStyle} ${fontWeight} ${fontSize} ${fontFamily}`;
  const {fontBoundingBoxAscent: ascent, fontBoundingBoxDescent: descent} = measuring.measureText("x");
  return {ascent, descent};
}

function rounded<K extends string>(values: Record<K, number>): Record<string, number> {
  return Object.fromEntries(Object.entries<number>(values).map(([key, value]) => [key, round(value)]));
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
