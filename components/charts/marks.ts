// oxlint-disable unicorn/no-array-fill-with-reference-type -- a canvas has a fill of its own

import {isRecorded, outlinePath} from "../ui/ink.js";

/**
 * The one table of what each thing looks like. A colour or a shape learnt on one page holds on the
 * next; nothing is told by colour alone, so every entry has a shape or a dash of its own.
 */

/** A shape drawn around the origin. */
export type MarkShape =
  "star" | "hollow star" | "square" | "diamond" | "ring" | "dashed ring" | "dotted ring" | "cross" | "dot";

export interface Mark {
  /** How a legend names it. */
  label: string;
  /** Of the drawn mark, on light and on dark ground alike (Plot's observable10). */
  colour: string;
  shape: MarkShape;
}

/** Every kind of token that a figure marks. */
export type MarkName =
  | "target"
  | "background"
  | "class"
  | "diagonal"
  | "outlier"
  | "repaired"
  | "isolated"
  | "highNorm"
  | "own"
  | "token"
  | "brushed";

export const marks: Record<MarkName, Mark> = {
  target: {label: "target token", colour: "#4269d0", shape: "star"},
  background: {label: "background token", colour: "#3ca951", shape: "hollow star"},
  class: {label: "class token", colour: "#a463f2", shape: "square"},
  diagonal: {label: "self-attention", colour: "#efb118", shape: "diamond"},
  outlier: {label: "outlier", colour: "#ff725c", shape: "ring"},
  repaired: {label: "outlier, repaired", colour: "#ff725c", shape: "dashed ring"},
  isolated: {label: "outlier with no neighbour to repair it", colour: "#ff725c", shape: "dotted ring"},
  // Blue and a cross: seen beside, inside and without a red ring, in every kind of colour vision.
  highNorm: {label: "high-norm token", colour: "#2f8fe0", shape: "cross"},
  // Small enough to lie in a ring.
  own: {label: "in the set of your test", colour: "#d6409f", shape: "dot"},
  token: {label: "patch token", colour: "#9498a0", shape: "dot"},
  brushed: {label: "selected tokens", colour: "#6cc5b0", shape: "square"}
};

/** A line that tells a trunk or a method from another. */
export interface Stroke {
  label: string;
  colour: string;
  dash?: string;
}

/** The two trunks, wherever a quantity is drawn for both. */
export const trunkStrokes: Record<"plain" | "purified", Stroke> = {
  plain: {label: "without SOM", colour: "#9498a0", dash: "4 3"},
  purified: {label: "with SOM", colour: "#6cc5b0"}
};

/** The outline of a shape as an SVG path centred on (0, 0), `size` across. */
export function outline(shape: MarkShape, size: number): string {
  const r = size / 2;
  switch (shape) {
    case "star":
    case "hollow star":
      return star(r * 1.15);
    case "square":
      return `M${-r * 0.82},${-r * 0.82}h${r * 1.64}v${r * 1.64}h${-r * 1.64}Z`;
    case "diamond":
      return `M0,${-r * 1.1}L${r * 1.1},0L0,${r * 1.1}L${-r * 1.1},0Z`;
    case "cross":
      return `M${-r * 0.8},${-r * 0.8}L${r * 0.8},${r * 0.8}M${-r * 0.8},${r * 0.8}L${r * 0.8},${-r * 0.8}Z`;
    case "dot":
      return circle(r * 0.6);
    case "ring":
    case "dashed ring":
    case "dotted ring":
      return circle(r);
    default:
      throw new Error(`invalid shape: ${shape satisfies never}`);
  }
}

function circle(r: number): string {
  return `M${r},0A${r},${r} 0 1 1 ${-r},0A${r},${r} 0 1 1 ${r},0Z`;
}

function star(r: number): string {
  const points = Array.from({length: 10}, (_, i) => {
    const radius = i % 2 === 0 ? r : r * 0.42;
    const angle = (i * Math.PI) / 5 - Math.PI / 2;
    return `${(radius * Math.cos(angle)).toFixed(2)},${(radius * Math.sin(angle)).toFixed(2)}`;
  });
  return `M${points.join("L")}Z`;
}

/** Whether a shape's inside is painted. */
export function isFilled(shape: MarkShape): boolean {
  return shape === "star" || shape === "dot" || shape === "diamond";
}

/** The dash of a shape's outline; empty when it is solid. */
export function dashOf(shape: MarkShape): number[] {
  return shape === "dashed ring" ? [3, 2.5] : [];
}

/**
 * Draws one mark on a canvas at (x, y). A halo in `ground` keeps it visible on any patch: white marks
 * on white patches and dark marks on dark ones are what makes a pinned token hard to find again.
 */
export function drawMark(
  context: CanvasRenderingContext2D,
  {shape, colour}: Mark,
  x: number,
  y: number,
  size: number,
  ground: string
): void {
  const path = outlinePath(outline(shape, size));
  const width = Math.max(1.4, size / 10);
  context.save();
  context.translate(x, y);
  context.lineJoin = "round";
  context.strokeStyle = ground;
  context.lineWidth = width + 1.6;
  context.stroke(path);
  context.fillStyle = isFilled(shape) ? colour : ground;
  context.fill(path);
  if (!isFilled(shape)) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.stroke(path);
  }
  context.restore();
}

/**
 * Draws the same ring at many places. A layer can have a hundred outliers, and stroking a hundred dashed circles takes a
 * third of a frame: the ring is stroked once and stamped, on whole pixels so that each is as crisp as the first.
 */
export function drawRings(
  context: CanvasRenderingContext2D,
  mark: Mark,
  places: readonly (readonly [x: number, y: number])[],
  size: number,
  ground: string
): void {
  if (places.length === 0) return;
  if (isRecorded(context)) {
    for (const [x, y] of places) strokeRing(context, mark, x, y, size, ground);
    return;
  }
  const ratio = context.getTransform().a;
  const stamp = ringStamp(mark, size, ground, ratio);
  const side = stamp.width / ratio;
  const corner = (centre: number) => Math.round((centre - side / 2) * ratio) / ratio;
  for (const [x, y] of places) context.drawImage(stamp, corner(x), corner(y), side, side);
}

/** How many stamps are kept: rings of three kinds on a few sizes of maps. */
const mostStamps = 24;

const stamps = new Map<string, HTMLCanvasElement>();

/** One ring with its halo in the middle of a square canvas, at `ratio` pixels of the screen to a CSS pixel. */
function ringStamp(mark: Mark, size: number, ground: string, ratio: number): HTMLCanvasElement {
  const key = [mark.shape, mark.colour, size, ground, ratio].join();
  const known = stamps.get(key);
  if (known) return known;
  const width = ringWidth(size);
  const stamp = document.createElement("canvas");
  stamp.width = stamp.height = Math.ceil((size + width + 3) * ratio);
  const context = stamp.getContext("2d")!;
  context.scale(ratio, ratio);
  const centre = stamp.width / ratio / 2;
  strokeRing(context, mark, centre, centre, size, ground);
  if (stamps.size >= mostStamps) stamps.delete(stamps.keys().next().value!);
  stamps.set(key, stamp);
  return stamp;
}

function ringWidth(size: number): number {
  return Math.max(1.4, size / 10);
}

function strokeRing(
  context: CanvasRenderingContext2D,
  {shape, colour}: Mark,
  x: number,
  y: number,
  size: number,
  ground: string
): void {
  const width = ringWidth(size);
  context.setLineDash(dashOf(shape));
  for (const [stroke, lineWidth, alpha] of [
    [ground, width + 1.6, 0.6],
    [colour, width, 1]
  ] as const) {
    context.strokeStyle = stroke;
    context.lineWidth = lineWidth;
    context.globalAlpha = alpha;
    context.beginPath();
    context.arc(x, y, size / 2, 0, 2 * Math.PI);
    context.stroke();
  }
  context.setLineDash([]);
  context.fillStyle = colour;
  if (shape === "dotted ring") context.fillRect(x - 1.25, y - 1.25, 2.5, 2.5);
}
