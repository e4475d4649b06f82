import {category} from "../../charts/colour.js";
import {classPixels, imageCanvas as pixelCanvas} from "../../charts/pixels.js";
import {h} from "../../ui/dom.js";
import type {Drawing} from "../../ui/drawing.js";
import {drawing} from "../../ui/drawing.js";
import {figure} from "../../figures/frame/figure.js";
import type {Rows} from "../../figures/frame/rows.js";
import {plate, plates} from "../../charts/plate.js";
import {opacityInput} from "../../figures/frame/kit.js";
import type {SelectionStore} from "../../site/selection.js";
import {methods} from "../../model/methods/index.js";
import {countLabels} from "../../model/segmentation/labels.js";
import type {LiveMask, Shown} from "../protocol.js";
import {canvasOf} from "../canvas.js";

export interface MaskFigureOptions {
  whole?: Shown;
  /** One a method, in the order in which they are shown. */
  masks: readonly LiveMask[];
  /** Class names, in the order of the labels. */
  classes: readonly string[];
  /** Model, device, settings. */
  source: string;
  /** What is awaited before there is anything to see; empty while nothing runs. */
  waiting: string;
  failure: string;
}

const idle = "Choose a picture above.";

/** Pictures this many times as wide as high stand one below the other. */
const wide = 2.2;

/** Pictures longer than this, either way, are scrolled within their frame. */
const long = 3;

/** A frame that no picture outgrows: what is too long is scrolled, by keys too. */
function scrolling(stack: HTMLElement, ratio: number): HTMLElement {
  const scrolls = ratio > long || ratio < 1 / long;
  return h(
    "div",
    scrolls ? {class: "mask-frame", tabindex: 0, role: "group", "aria-label": "Scrolls"} : {class: "mask-frame"},
    stack
  );
}

/** The whole picture segmented window by window: one plate a method, over the photo. */
export function maskFigure(
  options: MaskFigureOptions,
  {store, controls, actions}: {store: SelectionStore; controls: readonly Node[]; actions: readonly Node[]}
): Drawing<MaskFigureOptions> {
  let state = options;
  let opacity = store.value.masks.opacity;
  let picture: HTMLElement | undefined;
  let photo: {of: Shown; canvas: HTMLCanvasElement} | undefined;
  const overlays = new Map<string, {mask: LiveMask; canvas: HTMLCanvasElement; frame: HTMLElement}>();
  const place = plates([], 300);
  const legend = h("ul", {class: "legend-marks"});
  const opacitySlider = opacityInput(store);
  store.subscribe(({masks: {opacity: value}}) => {
    if (value === opacity) return;
    opacity = value;
    opacitySlider.update({value});
    for (const {canvas} of overlays.values()) canvas.style.opacity = String(value);
  });
  const frame = figure(
    place,
    {store},
    {
      id: "mask",
      still: true,
      title: "What each method makes of the whole picture",
      lede: "The class with the greatest cosine at every pixel, averaged over the windows that see it.",
      reading:
        "First one window over the whole picture, coarse; then overlapping windows refine it. The words compete with each other only: every pixel gets one of them, whether or not it is there.",
      legend: [legend],
      controls: [...controls, opacitySlider],
      actions,
      data: () => shares(state)
    }
  );

  // The frame's own update is kept: the drawing that is returned has another by the same name.
  const updateFrame = frame.update;

  const overlay = (mask: LiveMask) => {
    const known = overlays.get(mask.method);
    if (known?.mask === mask && known.canvas.isConnected) return known.frame;
    const made = {mask, ...overlaid(mask, photo!.canvas, state.classes)};
    made.canvas.style.opacity = String(opacity);
    overlays.set(mask.method, made);
    return made.frame;
  };
  const write = () => {
    const {whole, masks, classes, source, waiting, failure} = state;
    if (whole && photo?.of !== whole) {
      photo = {of: whole, canvas: canvasOf(whole)};
      overlays.clear();
      picture = undefined;
    }
    if (photo) {
      const ratio = photo.of.width / photo.of.height;
      place.style.setProperty("--mask-ratio", String(ratio));
      // Side by side a panorama would be a stripe.
      place.style.setProperty("--plate-width", ratio > wide ? "100%" : "300px");
      picture ??= plate(scrolling(h("div", {class: "mask-stack"}, copyOf(photo.canvas)), ratio), {
        title: "the picture"
      });
      place.replaceChildren(picture, ...masks.map(overlay));
    }
    legend.replaceChildren(...classes.map(legendItem));
    updateFrame({
      source: source + took(masks),
      waiting: photo ? "" : waiting,
      failure: failure || (photo || waiting ? "" : idle),
      drawn: Object.fromEntries(masks.map(({method, windows}) => [method, windows]))
    });
  };
  write();
  return drawing<MaskFigureOptions, HTMLElement>(frame, (change) => {
    if (Object.entries(change).every(([key, value]) => state[key as keyof MaskFigureOptions] === value)) return;
    state = {...state, ...change};
    write();
  });
}

/** A method's mask over the picture, in a frame that names it. */
function overlaid(mask: LiveMask, photo: HTMLCanvasElement, classes: readonly string[]) {
  const canvas = pixelCanvas(classPixels(mask.labels, [mask.height, mask.width]));
  canvas.setAttribute("aria-hidden", "true");
  const named = {class: "mask-stack", role: "img", "aria-label": describe(mask, classes)};
  const frame = plate(scrolling(h("div", named, copyOf(photo), canvas), photo.width / photo.height), {
    title: methods[mask.method]?.title ?? mask.method,
    readout: seen(mask)
  });
  return {canvas, frame};
}

function legendItem(name: string, i: number): HTMLElement {
  const swatch = h("span", {class: "swatch"});
  swatch.style.background = category(i);
  return h("li", {}, swatch, name);
}

/** "8 windows", "4 of 8 windows" while others are on their way. */
function seen({windows, of}: LiveMask): string {
  return windows < of ? `${windows} of ${of} windows` : of > 1 ? `${of} windows` : "1 window";
}

/** What all masks took: their methods see the windows in one pass. */
function took(masks: readonly LiveMask[]): string {
  if (!masks.length) return "";
  const seconds = Math.max(...masks.map(({milliseconds}) => milliseconds)) / 1000;
  return ` · ${seconds.toFixed(1)} s${masks.length > 1 ? ` for all ${masks.length} methods` : ""}`;
}

function copyOf(canvas: HTMLCanvasElement): HTMLCanvasElement {
  const copy = document.createElement("canvas");
  copy.width = canvas.width;
  copy.height = canvas.height;
  copy.getContext("2d")!.drawImage(canvas, 0, 0);
  return copy;
}

/** Each class's share of each method's mask. */
function shares({masks, classes}: MaskFigureOptions): Rows {
  return masks.flatMap((mask) =>
    Array.from(countLabels(mask.labels, classes.length), (count, i) => ({
      method: mask.method,
      class: classes[i],
      share: count / mask.labels.length
    }))
  );
}

function describe(mask: LiveMask, classes: readonly string[]): string {
  const each = Array.from(
    countLabels(mask.labels, classes.length),
    (count, i) => `${classes[i]} ${Math.round((100 * count) / mask.labels.length)} %`
  );
  return `${methods[mask.method]?.title ?? mask.method}: ${each.join(", ")}`;
}
