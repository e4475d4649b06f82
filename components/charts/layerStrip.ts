import type {Grid} from "../records/record.js";
import type {Domain, Scale} from "./colour.js";
import {fitCanvas, h, whenResized} from "../ui/dom.js";
import type {Drawing} from "../ui/drawing.js";
import {drawing} from "../ui/drawing.js";
import type {PatchMark} from "./patchMap.js";
import {paintThumbnail, widestOf} from "./patchMap.js";

/** One small map of a strip. */
export interface StripItem {
  /** Under the map: "8", "head 3". */
  label: string;
  values: ArrayLike<number>;
  marks?: readonly PatchMark[];
  /** After the label, such as a count: "12 outliers". */
  note?: string;
}

export interface LayerStripOptions {
  grid: Grid;
  items: readonly StripItem[];
  /** What the maps show, as a sentence would say it. */
  label: string;
  domain?: Domain;
  scale?: Scale;
  signed?: boolean;
  /** The item that is chosen, 0-based. */
  current?: number | null;
  onPick?: (item: number) => void;
  /** The least width of a map, in pixels. */
  least?: number;
}

/**
 * Small multiples of one map over the layers (or the heads): the chosen one is marked, a click chooses. All share one
 * canvas, because a page is composed of its canvases in every frame, whether or not they change.
 */
export function layerStrip(options: LayerStripOptions): Drawing<LayerStripOptions> {
  let state = options;
  let [width, height] = [0, 0];
  const canvas = h("canvas", {"aria-hidden": "true"});
  const element = h("div", {class: "strip", role: "group", "aria-label": options.label});
  element.style.setProperty("--strip-width", `${options.least ?? 76}px`);
  let cells: {button: HTMLButtonElement; map: HTMLElement; text: HTMLElement}[] = [];

  const build = () => {
    cells = state.items.map((_, i) => {
      const map = h("div", {class: "patch-map", role: "img"});
      const text = h("span", {class: "strip-label"});
      const button = h("button", {type: "button", onclick: () => state.onPick?.(i)}, map, text);
      return {button, map, text};
    });
    element.replaceChildren(...cells.map(({button}) => button), canvas);
  };
  const write = () => {
    element.setAttribute("aria-label", state.label);
    const [rows, columns] = state.grid;
    for (const [i, {map, text}] of cells.entries()) {
      const {label, note} = state.items[i];
      text.replaceChildren(label, ...(note ? [h("small", {}, note)] : []));
      map.style.aspectRatio = `${columns} / ${rows}`;
      // A tall picture's map is at most this high; a narrow one is narrow.
      map.style.maxWidth = widestOf(state.grid, 16);
      map.setAttribute("aria-label", `${state.label}, ${label}`);
    }
    choose();
  };
  // The chosen item moves with every step of the slider; names and counts stay.
  const choose = () => {
    for (const [i, {button}] of cells.entries()) {
      const pressed = String(i === state.current);
      if (button.getAttribute("aria-pressed") !== pressed) button.setAttribute("aria-pressed", pressed);
    }
  };
  const paint = () => {
    if (width === 0) return;
    const context = fitCanvas(canvas, width, height);
    const strip = element.getBoundingClientRect();
    // On a slide the page shows everything larger than it is laid out.
    const scale = width / strip.width;
    const places = cells.map(({map}) => map.getBoundingClientRect());
    for (const [i, box] of places.entries())
      paintThumbnail(context, mapOptions(state, i), {
        x: (box.left - strip.left) * scale,
        y: (box.top - strip.top) * scale,
        width: box.width * scale,
        height: box.height * scale
      });
  };
  build();
  write();
  whenResized(element, (w, hgt) => {
    [width, height] = [w, hgt];
    paint();
  });

  return drawing<LayerStripOptions, HTMLDivElement>(element, (change) => {
    const before = state;
    state = {...state, ...change};
    if (Object.keys(change).every((key) => key === "current" || key === "onPick")) return choose();
    if (state.items.length !== before.items.length) build();
    write();
    paint();
  });
}

function mapOptions({grid, items, domain, scale, signed, label}: LayerStripOptions, i: number) {
  const {values, marks} = items[i];
  return {grid, values, marks, domain, scale, signed, label};
}
