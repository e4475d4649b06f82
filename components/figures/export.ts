// Taking a figure along: as a picture, as vectors, as numbers, as a link.
import type {Rows} from "./figure.js";

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

/** Saves a vector drawing with the page's fonts and colours written into it. */
export function saveSvg(svg: SVGSVGElement, name: string): void {
  save(new Blob([serialise(svg)], {type: "image/svg+xml"}), `${name}.svg`);
}

/** Saves a figure as PNG, `scale` times its size on the screen, with title and caption. */
export async function savePng(figure: HTMLElement, name: string, scale = 2): Promise<void> {
  const canvas = await rasterise(figure, scale);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (blob) save(blob, `${name}.png`);
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

function serialise(svg: SVGSVGElement): string {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const {width, height} = svg.getBoundingClientRect();
  const style = getComputedStyle(svg);
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", String(width));
  copy.setAttribute("height", String(height));
  if (!copy.hasAttribute("viewBox")) copy.setAttribute("viewBox", `0 0 ${width} ${height}`);
  copy.style.color = style.color;
  copy.style.fontFamily = style.fontFamily;
  copy.style.fontSize = style.fontSize;
  return new XMLSerializer().serializeToString(copy);
}

async function toImage(svg: SVGSVGElement): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(serialise(svg))}`;
  await image.decode();
  return image;
}

function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
