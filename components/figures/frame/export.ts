// Exporting a figure: as a picture, as vectors, as numbers, as a link.
import {isDark, turnDark} from "../../ui/dom.js";
import type {Rows} from "./rows.js";
import {addPngWords} from "./pngText.js";
import {standalone, toSvg, type Caption} from "./vector.js";

/** Puts a text on the clipboard; false where the browser does not allow it. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** Saves rows as CSV (RFC 4180): a header of column names, quotes only where they are needed. */
export function saveCsv(rows: Rows, name: string): void {
  save(new Blob([toCsv(rows)], {type: "text/csv"}), `${name}.csv`);
}

/** Rows as CSV text. */
export function toCsv(rows: Rows): string {
  if (rows.length === 0) return "";
  const columns = Object.keys(rows[0]);
  const cell = (value: string | number) =>
    /[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value);
  return [columns, ...rows.map((row) => columns.map((column) => row[column]))]
    .map((line) => line.map(cell).join(","))
    .join("\n");
}

/** Saves rows as an Arrow file that holds the figure's caption. */
export async function saveArrow(rows: Rows, caption: Caption, name: string): Promise<void> {
  const {toArrow} = await import("./arrowRows.js");
  save(new Blob([toArrow(rows, captionWords(caption))], {type: "application/vnd.apache.arrow.file"}), `${name}.arrow`);
}

/** What a saved file says of itself. */
function captionWords({title, lede, reading, source, address}: Caption) {
  return {
    Title: title,
    Description: [lede, reading].filter(Boolean).join(" "),
    Comment: source,
    Source: address,
    Software: "SFP Explorer"
  };
}

/** How a picture is made. */
export interface PictureOptions {
  /** In the colours on the screen; otherwise on white, however dark the page is. */
  asShown?: boolean;
  /** Pixels of the picture for one of the page. */
  scale?: number;
}

/** Draws while the page is light, unless what is on the screen is asked for. A cover spares the reader the flash. */
async function onWhite<T>({asShown}: PictureOptions, draw: () => T | Promise<T>): Promise<T> {
  if (asShown || !isDark()) return draw();
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  document.documentElement.classList.add("is-saving");
  turnDark(false);
  try {
    // Charts hear of the theme at once and may paint in the frame after.
    await frame();
    await frame();
    return await draw();
  } finally {
    turnDark(true);
    document.documentElement.classList.remove("is-saving");
  }
}

/** Saves the vector drawings of a figure as one, with title and caption. */
export async function saveSvg(
  place: HTMLElement,
  caption: Caption,
  name: string,
  options: PictureOptions = {}
): Promise<void> {
  const svg = await onWhite(options, () => toSvg(place, caption));
  if (svg) save(new Blob([svg], {type: "image/svg+xml"}), `${name}.svg`);
}

/** Saves a figure as PNG, with title and caption. */
export async function savePng(
  figure: HTMLElement,
  caption: Caption,
  name: string,
  options: PictureOptions = {}
): Promise<void> {
  save(await toPng(figure, caption, options), `${name}.png`);
}

/** Puts a figure's picture on the clipboard; false where the browser does not allow it. */
export async function copyPng(figure: HTMLElement, caption: Caption, options: PictureOptions = {}): Promise<boolean> {
  try {
    // The clipboard is asked within the click, and waits for the picture.
    await navigator.clipboard.write([new ClipboardItem({"image/png": toPng(figure, caption, options)})]);
    return true;
  } catch {
    return false;
  }
}

/** A figure's picture, with its caption on it and in it. */
async function toPng(figure: HTMLElement, caption: Caption, options: PictureOptions) {
  const canvas = await onWhite(options, () => rasterise(figure, options.scale ?? 2));
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (!blob) throw new Error("This browser cannot make a picture of this size.");
  const bytes = addPngWords(new Uint8Array(await blob.arrayBuffer()), captionWords(caption));
  return new Blob([bytes], {type: "image/png"});
}

/**
 * Draws a part of the page on a canvas: its canvases, its vector drawings and its texts, each where
 * it lies on the screen. Buttons and hidden texts are left out.
 */
export async function rasterise(root: HTMLElement, scale: number): Promise<HTMLCanvasElement> {
  const margin = 16;
  const box = root.getBoundingClientRect();
  const canvas = document.createElement("canvas");
  canvas.width = Math.ceil((box.width + 2 * margin) * scale);
  canvas.height = Math.ceil((box.height + 2 * margin) * scale);
  const context = canvas.getContext("2d")!;
  context.scale(scale, scale);
  context.fillStyle = getComputedStyle(document.documentElement).backgroundColor;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.translate(margin - box.left, margin - box.top);
  context.imageSmoothingEnabled = false;
  for (const node of drawable(root)) {
    if (node instanceof HTMLCanvasElement || node instanceof HTMLImageElement) {
      const {left, top, width, height} = node.getBoundingClientRect();
      if (width > 0 && node.width > 0) context.drawImage(node, left, top, width, height);
    } else if (node instanceof SVGSVGElement) {
      const {left, top, width, height} = node.getBoundingClientRect();
      if (width > 0) context.drawImage(await toImage(node), left, top, width, height);
    } else drawText(context, node as Text);
  }
  return canvas;
}

function* drawable(root: Element): Generator<HTMLCanvasElement | HTMLImageElement | SVGSVGElement | Text> {
  for (const node of root.childNodes) {
    if (node instanceof HTMLCanvasElement || node instanceof HTMLImageElement || node instanceof SVGSVGElement)
      yield node;
    else if (node instanceof Text) {
      if (node.data.trim()) yield node;
    } else if (
      node instanceof Element &&
      !node.matches(".figure-actions, .figure-controls, .visually-hidden, [hidden]")
    ) {
      yield* drawable(node);
    }
  }
}

/** A text line by line, as the browser broke it. */
function drawText(context: CanvasRenderingContext2D, text: Text): void {
  const style = getComputedStyle(text.parentElement!);
  context.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  context.fillStyle = style.color;
  context.textBaseline = "middle";
  const range = document.createRange();
  let start = 0;
  let top: number | undefined;
  const flush = (end: number) => {
    range.setStart(text, start);
    range.setEnd(text, end);
    const line = range.getBoundingClientRect();
    context.fillText(text.data.slice(start, end).trim(), line.left, line.top + line.height / 2);
    start = end;
  };
  for (let i = 0; i < text.data.length; ++i) {
    range.setStart(text, i);
    range.setEnd(text, i + 1);
    const rect = range.getBoundingClientRect();
    if (rect.width === 0) continue;
    if (top !== undefined && rect.top > top + rect.height / 2) flush(i);
    top = rect.top;
  }
  if (top !== undefined) flush(text.data.length);
}

async function toImage(svg: SVGSVGElement): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(standalone(svg)))}`;
  await image.decode();
  return image;
}

/** Gives the reader a file. */
export function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
