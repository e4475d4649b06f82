/**
 * What canvases paint, as vectors. While a part of the page is recorded, whoever paints one of its canvases gets a context
 * that also writes down what is stroked, filled and written, as SVG in the pixels of the page.
 */
import {giveContexts, s} from "./dom.js";
import {imageAddress} from "./rasters.js";

/** Outlines that were made from SVG path data: a canvas does not give them back. */
const outlines = new WeakMap<Path2D, string>();

/** An outline that a recording can write down. */
export function outlinePath(data: string): Path2D {
  const path = new Path2D(data);
  outlines.set(path, data);
  return path;
}

let recorded: Element | undefined;
const drawings = new Map<HTMLCanvasElement, SVGGElement>();
const recorders = new WeakSet<CanvasRenderingContext2D>();

/** Begins to record what is painted on the canvases within `root`. */
export function startRecording(root: Element): void {
  recorded = root;
  drawings.clear();
  giveContexts(recording);
}

/** Ends the recording. */
export function stopRecording(): void {
  recorded = undefined;
  drawings.clear();
  giveContexts(undefined);
}

/** What was painted on a canvas since recording began, in its pixels of the page; undefined for pictures of pixels. */
export function recordingOf(canvas: HTMLCanvasElement): SVGGElement | undefined {
  return drawings.get(canvas);
}

/** Whether what is painted with a context is written down: what is stamped to save time is then drawn. */
export function isRecorded(context: CanvasRenderingContext2D): boolean {
  return recorders.has(context);
}

/** The context to paint a canvas with: its own, or one that records. `ratio` is its pixels to one of the page. */
function recording(context: CanvasRenderingContext2D, ratio: number): CanvasRenderingContext2D {
  if (!recorded?.contains(context.canvas)) return context;
  const drawing = s("g");
  drawings.set(context.canvas, drawing);
  const recorder = new Proxy(context, handler(context, new Recorder(context, drawing, ratio)));
  recorders.add(recorder);
  return recorder;
}

function handler(context: CanvasRenderingContext2D, recorder: Recorder): ProxyHandler<CanvasRenderingContext2D> {
  return {
    get: (_, name) => {
      const value: unknown = Reflect.get(context, name);
      if (typeof value !== "function") return value;
      return (...values: unknown[]): unknown => {
        recorder.note(String(name), values);
        return Reflect.apply(value, context, values);
      };
    },
    set: (_, name, value) => Reflect.set(context, name, value)
  };
}

type Point = readonly [x: number, y: number];

/** Writes calls down. The context itself keeps colours, widths and transforms, and is asked for them. */
class Recorder {
  #path = "";

  constructor(
    private readonly context: CanvasRenderingContext2D,
    private readonly drawing: SVGGElement,
    private readonly ratio: number
  ) {}

  /** @throws Error for a call that this cannot write down, so that nothing is lost in silence */
  note(name: string, values: readonly unknown[]): void {
    const [a, b, c, d, e] = values.map(Number);
    switch (name) {
      case "beginPath":
        this.#path = "";
        break;
      case "moveTo":
        this.#path += `M${this.#at([a, b])}`;
        break;
      case "lineTo":
        this.#path += `${this.#path ? "L" : "M"}${this.#at([a, b])}`;
        break;
      case "closePath":
        this.#path += "Z";
        break;
      case "rect":
        this.#path += this.#box(a, b, c, d);
        break;
      case "arc":
        this.#arc(a, b, c, d, e);
        break;
      case "stroke":
      case "fill":
        this.#draw(name, values[0] instanceof Path2D ? values[0] : undefined);
        break;
      case "fillRect":
        this.#add(this.#box(a, b, c, d), "fill");
        break;
      case "strokeRect":
        this.#add(this.#box(a, b, c, d), "stroke");
        break;
      case "fillText":
        this.#write(String(values[0]), b, c);
        break;
      case "drawImage":
        this.#embed(values);
        break;
      default:
        if (!silent.has(name)) throw new Error(`Canvas drawing “${name}” has no vector form.`);
    }
  }

  #at([x, y]: Point): string {
    const {a, b, c, d, e, f} = this.context.getTransform();
    return `${round((a * x + c * y + e) / this.ratio)},${round((b * x + d * y + f) / this.ratio)}`;
  }

  #box(x: number, y: number, width: number, height: number): string {
    const corners: Point[] = [
      [x, y],
      [x + width, y],
      [x + width, y + height],
      [x, y + height]
    ];
    return `M${corners.map((corner) => this.#at(corner)).join("L")}Z`;
  }

  /** A circle's arc in two halves, because an arc that ends where it begins is none. */
  #arc(x: number, y: number, radius: number, from: number, to: number): void {
    const on = (angle: number) => this.#at([x + radius * Math.cos(angle), y + radius * Math.sin(angle)]);
    const r = round(radius * this.#scale());
    const half = (from + to) / 2;
    this.#path += `${this.#path ? "L" : "M"}${on(from)}A${r},${r} 0 0 1 ${on(half)}A${r},${r} 0 0 1 ${on(to)}`;
  }

  #scale(): number {
    const {a, b} = this.context.getTransform();
    return Math.hypot(a, b) / this.ratio;
  }

  #draw(kind: "stroke" | "fill", outline: Path2D | undefined): void {
    if (!outline) {
      this.#add(this.#path, kind);
      return;
    }
    const data = outlines.get(outline);
    if (data === undefined) throw new Error("An outline was not made by outlinePath.");
    const {a, b, c, d, e, f} = this.context.getTransform();
    const matrix = [a, b, c, d, e, f].map((value) => round(value / this.ratio)).join();
    this.#add(data, kind, 1).setAttribute("transform", `matrix(${matrix})`);
  }

  #add(data: string, kind: "stroke" | "fill", scale = this.#scale()): SVGPathElement {
    const {context} = this;
    const path = s("path", {d: data, opacity: context.globalAlpha < 1 ? context.globalAlpha : null});
    if (kind === "fill") path.setAttribute("fill", String(context.fillStyle));
    else {
      path.setAttribute("fill", "none");
      path.setAttribute("stroke", String(context.strokeStyle));
      path.setAttribute("stroke-width", String(round(context.lineWidth * scale)));
      path.setAttribute("stroke-linejoin", context.lineJoin);
      const dash = context.getLineDash();
      if (dash.length) path.setAttribute("stroke-dasharray", dash.map((length) => length * scale).join(" "));
    }
    this.drawing.append(path);
    return path;
  }

  #write(text: string, x: number, y: number): void {
    const {context} = this;
    const {a, b, c, d, e, f} = context.getTransform();
    // A canvas knows several baselines; programs that read SVG files are sure of the alphabetic one alone.
    const shift = -context.measureText(text).alphabeticBaseline;
    const anchor = {center: "middle", right: "end", end: "end", left: "start", start: "start"}[context.textAlign];
    const matrix = [a, b, c, d, e, f].map((value) => round(value / this.ratio));
    const element = s("text", {
      x: round(x),
      y: round(y + shift),
      "text-anchor": anchor,
      fill: String(context.fillStyle)
    });
    if (matrix.join() !== "1,0,0,1,0,0") element.setAttribute("transform", `matrix(${matrix.join()})`);
    if (context.globalAlpha < 1) element.setAttribute("opacity", String(context.globalAlpha));
    for (const [name, value] of Object.entries(fontOf(context.font))) element.setAttribute(name, value);
    element.textContent = text;
    this.drawing.append(element);
  }

  /** The forms with a place, and with a place and a size; parts of pictures are not drawn here. */
  #embed([picture, ...numbers]: readonly unknown[]): void {
    if (!(
      picture instanceof HTMLCanvasElement ||
      picture instanceof HTMLImageElement ||
      picture instanceof ImageBitmap
    ))
      throw new Error("This kind of picture has no vector form.");
    if (numbers.length > 4) throw new Error("A part of a picture has no vector form.");
    const [x, y, width, height] = [...numbers.map(Number), picture.width, picture.height];
    const {a, b, c, d, e, f} = this.context.getTransform();
    const crisp = !this.context.imageSmoothingEnabled;
    const image = s("image", {
      x,
      y,
      width,
      height,
      preserveAspectRatio: "none",
      href: imageAddress(picture, crisp, width)
    });
    if (crisp) image.setAttribute("image-rendering", "pixelated");
    if (this.context.globalAlpha < 1) image.setAttribute("opacity", String(this.context.globalAlpha));
    image.setAttribute("transform", `matrix(${[a, b, c, d, e, f].map((value) => round(value / this.ratio)).join()})`);
    this.drawing.append(image);
  }
}

/** A canvas's font in the attributes of SVG. */
function fontOf(font: string): Record<string, string> {
  const [, before, size, family] = /^(.*?)([\d.]+)px(?:\/\S+)? (.*)$/.exec(font)!;
  const weight = /\b(bold|[1-9]00)\b/.exec(before)?.[1] ?? "400";
  return {
    "font-size": size,
    "font-family": family,
    "font-weight": weight === "bold" ? "700" : weight,
    ...(/italic/.test(before) && {"font-style": "italic"})
  };
}

/** Calls that paint nothing, or keep what the context is asked for later. */
const silent = new Set(
  "save restore translate scale rotate setTransform getTransform clearRect setLineDash getLineDash measureText".split(
    " "
  )
);

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
