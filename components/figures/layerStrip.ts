import type {Grid} from "../analysis/record.js";
import type {Domain, Scale} from "./colour.js";
import {h} from "./dom.js";
import type {Drawing} from "./drawing.js";
import {drawing} from "./drawing.js";
import type {PatchMark} from "./patchMap.js";
import {patchMap} from "./patchMap.js";

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

/** Small multiples of one map over the layers (or the heads): the chosen one is marked, a click chooses. */
export function layerStrip(options: LayerStripOptions): Drawing<LayerStripOptions> {
  let state = options;
  const element = h("div", {class: "strip", role: "group", "aria-label": options.label});
  element.style.setProperty("--strip-width", `${options.least ?? 76}px`);
  let cells: {button: HTMLButtonElement; map: ReturnType<typeof patchMap>; text: HTMLElement}[] = [];

  const build = () => {
    cells = state.items.map((item, i) => {
      const map = patchMap({...mapOptions(state, i), label: `${state.label}, ${item.label}`});
      const text = h("span", {class: "strip-label"});
      const button = h("button", {type: "button", onclick: () => state.onPick?.(i)}, map, text);
      return {button, map, text};
    });
    element.replaceChildren(...cells.map(({button}) => button));
  };
  const write = () => {
    for (const [i, {text}] of cells.entries()) {
      const {label, note} = state.items[i];
      text.replaceChildren(label, ...(note ? [h("small", {}, note)] : []));
    }
    choose();
  };
  // The chosen item moves with every step of the slider; names and counts stay.
  const choose = () => {
    for (const [i, {button}] of cells.entries()) button.setAttribute("aria-pressed", String(i === state.current));
  };
  build();
  write();

  return drawing<LayerStripOptions, HTMLDivElement>(element, (change) => {
    const before = state;
    state = {...state, ...change};
    if (Object.keys(change).every((key) => key === "current" || key === "onPick")) return choose();
    if (state.items.length !== before.items.length) build();
    else {
      for (const [i, {map}] of cells.entries()) map.update(mapOptions(state, i));
    }
    write();
  });
}

function mapOptions({grid, items, domain, scale, signed, label}: LayerStripOptions, i: number) {
  const {values, marks} = items[i];
  return {grid, values, marks, domain, scale, signed, label: `${label}, ${items[i].label}`};
}
