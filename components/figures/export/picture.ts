/** A figure's drawing, laid out as it is asked for, and its files. */
import {s} from "../../ui/dom.js";
import {captionWords, type Caption} from "./caption.js";
import {addPngWords} from "./pngText.js";
import {blobOf, paintedCanvas, svgText} from "./paint.js";
import {sceneOf} from "./scene.js";
import {onStage, type PaperLayout} from "./stage.js";

/** CSS pixels to the inch, and to the point. */
const pixelsPerInch = 96;

export interface PaperOptions extends PaperLayout {
  /** The drawing's width on paper, in inches; without it, its pixels at 96 to the inch. */
  inches?: number;
  /** Pixels of a picture of pixels to the inch of paper. */
  perInch?: number;
  /** Empty space around, in pixels of the page. */
  margin?: number;
}

/** A drawing with its size on paper. */
export interface PaperDrawing {
  svg: SVGSVGElement;
  /** In points, 1/72 inch. */
  width: number;
  height: number;
}

/**
 * Draws a figure for export, with its words in it.
 *
 * @throws Error where there is nothing drawn
 */
export async function drawFigure(
  figure: HTMLElement,
  caption: Caption,
  options: PaperOptions = {}
): Promise<PaperDrawing> {
  const {inches, margin = 16} = options;
  if (figure.querySelector(":scope > .figure-drawing.is-empty"))
    throw new Error("The figure is not drawn yet, or cannot be: its place says why.");
  const svg = await onStage(figure, options, () =>
    sceneOf(figure, {margin, ground: getComputedStyle(document.documentElement).backgroundColor})
  );
  svg.prepend(s("title", {}, caption.title), s("desc", {}, description(caption)));
  const [width, height] = ["width", "height"].map((name) => Number(svg.getAttribute(name)));
  const points = (inches ?? width / pixelsPerInch) * 72;
  return {svg, width: points, height: (points * height) / width};
}

function description({lede, reading, source, address}: Caption): string {
  return [lede, reading, source, address].filter(Boolean).join("\n");
}

/** A drawing as an SVG file of its size on paper. */
export async function svgBlob({svg, width, height}: PaperDrawing, onPaper: boolean): Promise<Blob> {
  const sized = svg.cloneNode(true) as SVGSVGElement;
  if (onPaper) {
    sized.setAttribute("width", `${round(width)}pt`);
    sized.setAttribute("height", `${round(height)}pt`);
  }
  return new Blob([await svgText(sized)], {type: "image/svg+xml"});
}

/** A drawing as PNG, with its caption and its resolution in the file. */
export async function pngBlob({svg, width}: PaperDrawing, caption: Caption, perInch: number): Promise<Blob> {
  const units = Number(svg.getAttribute("width"));
  const canvas = await paintedCanvas(svg, ((width / 72) * perInch) / units);
  const bytes = new Uint8Array(await (await blobOf(canvas, "image/png")).arrayBuffer());
  return new Blob([addPngWords(bytes, captionWords(caption), perInch)], {type: "image/png"});
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
