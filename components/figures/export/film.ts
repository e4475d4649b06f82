/** Moving pictures of a figure: one of its sliders walks, and each step is a frame. */
import type {Place} from "../../site/feed.js";
import {Feed} from "../../site/feed.js";
import {paintedCanvas} from "./paint.js";
import {drawFigure} from "./picture.js";
import type {Caption} from "./caption.js";

/** A control whose values become frames. */
export interface Walk {
  label: string;
  least: number;
  most: number;
  step: number;
  /** What it is at now. */
  value: number;
  set: (value: number) => void;
}

/** Frames, one after the other. */
export interface FilmOptions {
  walk: Walk;
  from: number;
  to: number;
  /** Frames a second. */
  rate: number;
  /** In pixels. */
  width: number;
  signal: AbortSignal;
  /** Told after each frame. */
  progress: (done: number, all: number) => void;
}

export interface FilmKind {
  label: string;
  end: string;
  /** Whether this browser can make it. */
  possible: () => Promise<boolean>;
  make: (frames: AsyncIterable<HTMLCanvasElement>, rate: number) => Promise<Blob>;
}

/** Every kind of moving picture, declared once. */
export const filmKinds = {
  gif: {label: "GIF", end: "gif", possible: async () => true, make: toGif},
  mp4: {
    label: "MP4",
    end: "mp4",
    possible: () => canRecord("video/mp4"),
    make: (frames, rate) => toVideo(frames, rate, "video/mp4")
  },
  webm: {
    label: "WebM",
    end: "webm",
    possible: () => canRecord("video/webm"),
    make: (frames, rate) => toVideo(frames, rate, "video/webm")
  }
} as const satisfies Record<string, FilmKind>;

/** The layers of a figure's photo, and each slider of the figure itself. */
export function walksOf(figure: HTMLElement, place: Place): Walk[] {
  const layers: Walk[] = [];
  if (place instanceof Feed && "view" in place.state) {
    const {record, choice} = place.state.view;
    const set = (layer: number) => place.store.set({layer});
    layers.push({label: "Layer", least: 1, most: record.layers, step: 1, value: choice.layer + 1, set});
  }
  const sliders = [...figure.querySelectorAll<HTMLInputElement>(".figure-controls input[type=range]")];
  return [...layers, ...sliders.map(sliderWalk)];
}

function sliderWalk(input: HTMLInputElement): Walk {
  const label = input.getAttribute("aria-label") ?? input.closest("label")?.textContent?.trim() ?? "Slider";
  const set = (value: number) => {
    input.value = String(value);
    input.dispatchEvent(new Event("input", {bubbles: true}));
  };
  return {
    label,
    least: Number(input.min),
    most: Number(input.max),
    step: Number(input.step) || 1,
    value: input.valueAsNumber,
    set
  };
}

/** The values of a walk, in order; backwards where `to` is below `from`. */
export function stepsOf(from: number, to: number, step: number): number[] {
  const count = Math.floor(Math.abs(to - from) / step + 1e-9) + 1;
  const way = to < from ? -step : step;
  return Array.from({length: count}, (_, i) => Number((from + i * way).toPrecision(12)));
}

/**
 * Draws the frames of a film; afterwards the control is where it was.
 *
 * @throws the signal's reason once it is aborted
 */
export async function* framesOf(
  figure: HTMLElement,
  caption: () => Caption,
  {walk, from, to, width, signal, progress}: FilmOptions
): AsyncGenerator<HTMLCanvasElement> {
  const steps = stepsOf(from, to, walk.step);
  let size: readonly [number, number] | undefined;
  try {
    for (const [i, value] of steps.entries()) {
      signal.throwIfAborted();
      walk.set(value);
      await drawnAgain(figure);
      const {svg} = await drawFigure(figure, caption(), {without: "figcaption", margin: 12});
      const drawn = await paintedCanvas(svg, width / Number(svg.getAttribute("width")));
      // Encoders want even sizes, and all frames alike: a longer title must not change them.
      size ??= [even(drawn.width), even(drawn.height)];
      yield framed(drawn, size);
      progress(i + 1, steps.length);
    }
  } finally {
    walk.set(walk.value);
  }
}

function even(value: number): number {
  return value - (value % 2);
}

function framed(drawn: HTMLCanvasElement, [width, height]: readonly [number, number]): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d", {willReadFrequently: true})!;
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  const scale = Math.min(1, height / drawn.height);
  context.drawImage(drawn, 0, 0, drawn.width * scale, drawn.height * scale);
  return canvas;
}

/** Resolves once a figure has drawn what its control says. */
async function drawnAgain(figure: HTMLElement): Promise<void> {
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const waits = () =>
    figure.querySelector(".figure-drawing.is-empty:not(.is-failed)") !== null ||
    figure.dataset.drawn?.includes("false");
  await frame();
  await frame();
  for (let tries = 0; tries < 300 && waits(); ++tries) await new Promise((resolve) => setTimeout(resolve, 50));
  await frame();
}

async function toGif(frames: AsyncIterable<HTMLCanvasElement>, rate: number): Promise<Blob> {
  const {GIFEncoder, quantize, applyPalette} = await import("gifenc/dist/gifenc.esm.js");
  const gif = GIFEncoder();
  for await (const canvas of frames) {
    const {width, height} = canvas;
    const {data} = canvas.getContext("2d")!.getImageData(0, 0, width, height);
    const palette = quantize(data, 256);
    gif.writeFrame(applyPalette(data, palette), width, height, {palette, delay: Math.round(1000 / rate), repeat: 0});
  }
  gif.finish();
  return new Blob([gif.bytes()], {type: "image/gif"});
}

/** Whether the browser records a kind of video. */
async function canRecord(type: string): Promise<boolean> {
  return typeof MediaRecorder !== "undefined" && MediaRecorder.isTypeSupported(type);
}

/** Plays the frames on a canvas that the browser itself records: it takes as long as the film. */
async function toVideo(frames: AsyncIterable<HTMLCanvasElement>, rate: number, type: string): Promise<Blob> {
  const drawn: HTMLCanvasElement[] = [];
  for await (const canvas of frames) drawn.push(canvas);
  const sheet = document.createElement("canvas");
  sheet.width = drawn[0].width;
  sheet.height = drawn[0].height;
  const context = sheet.getContext("2d")!;
  const recorder = new MediaRecorder(sheet.captureStream(), {mimeType: type, videoBitsPerSecond: bitsPerSecond});
  const parts: Blob[] = [];
  recorder.addEventListener("dataavailable", ({data}) => parts.push(data));
  const ended = new Promise((resolve) => recorder.addEventListener("stop", resolve));
  recorder.start();
  for (const canvas of drawn) {
    context.drawImage(canvas, 0, 0);
    await new Promise((resolve) => setTimeout(resolve, 1000 / rate));
  }
  recorder.stop();
  await ended;
  return new Blob(parts, {type});
}

/** Enough for the sharp edges of maps. */
const bitsPerSecond = 8e6;
