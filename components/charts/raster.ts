import type {Domain, Scale} from "./colour.js";
import {fitCanvas, h, placeIn, whenResized} from "../ui/dom.js";
import type {Drawing} from "../ui/drawing.js";
import {drawing} from "../ui/drawing.js";
import {valuePixels} from "./pixels.js";

export interface RasterOptions {
  /** How many tokens (across) and layers (down, first layer on top). */
  tokens: number;
  layers: number;
  /** layers × tokens. */
  values: ArrayLike<number>;
  domain?: Domain;
  scale?: Scale;
  signed?: boolean;
  label: string;
  /** 1-based. */
  layer?: number | null;
  hover?: number | null;
  onHover?: (token: number | null, layer: number | null) => void;
  onPick?: (token: number, layer: number) => void;
}

const left = 34;
const rowHeight = 18;

/** Token × layer: one row a layer, one column a token, so that what persists is a vertical line. */
export function raster(options: RasterOptions): Drawing<RasterOptions> {
  let state: RasterOptions = {scale: "sqrt", ...options};
  let width = 0;
  const base = h("canvas", {"aria-hidden": "true"});
  const overlay = h("canvas", {"aria-hidden": "true"});
  const element = h("div", {class: "raster", role: "img"}, base, overlay);

  const height = () => state.layers * rowHeight;
  const paint = () => {
    element.style.height = `${height()}px`;
    element.setAttribute("aria-label", `${state.label}: ${state.tokens} tokens across, ${state.layers} layers down.`);
    if (width > 0) paintCells(fitCanvas(base, width, height()), state, width, height());
  };
  const point = () => {
    if (width > 0) paintPointing(fitCanvas(overlay, width, height()), state, width, height());
  };
  whenResized(element, (w) => {
    width = w;
    paint();
    point();
  });
  paint();

  const at = (event: MouseEvent) => {
    const [x, y] = placeIn(element, event);
    const token = Math.floor(((x - left) / (element.clientWidth - left)) * state.tokens);
    const layer = Math.floor(y / rowHeight) + 1;
    const inside = token >= 0 && token < state.tokens && layer >= 1 && layer <= state.layers;
    return inside ? ([token, layer] as const) : null;
  };
  element.addEventListener("pointermove", (event) => {
    const [token, layer] = at(event) ?? [null, null];
    state.onHover?.(token, layer);
  });
  element.addEventListener("pointerleave", () => state.onHover?.(null, null));
  element.addEventListener("click", (event) => {
    const place = at(event);
    if (place) state.onPick?.(...place);
  });

  return drawing<RasterOptions, HTMLDivElement>(element, (change) => {
    state = {...state, ...change};
    if (Object.keys(change).some((key) => key !== "hover" && key !== "layer")) paint();
    point();
  });
}

function paintCells(context: CanvasRenderingContext2D, state: RasterOptions, width: number, height: number): void {
  const {tokens, layers, values, domain, scale, signed} = state;
  const image = valuePixels(values, [layers, tokens], {domain, scale, signed});
  const pixels = h("canvas", {width: tokens, height: layers});
  pixels.getContext("2d")!.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(pixels, left, 0, width - left, height);
}

function paintPointing(context: CanvasRenderingContext2D, state: RasterOptions, width: number, height: number): void {
  const style = getComputedStyle(context.canvas);
  context.font = `11px ${style.fontFamily}`;
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (let layer = 1; layer <= state.layers; ++layer) {
    const chosen = layer === state.layer;
    context.fillStyle = style.color;
    context.globalAlpha = chosen ? 1 : 0.7;
    context.font = `${chosen ? 700 : 400} 11px ${style.fontFamily}`;
    context.fillText(String(layer), left - 8, (layer - 0.5) * rowHeight);
  }
  context.globalAlpha = 1;
  context.strokeStyle = style.color;
  if (state.layer) context.strokeRect(left - 0.5, (state.layer - 1) * rowHeight + 0.5, width - left, rowHeight - 1);
  if (state.hover != null) {
    const cell = (width - left) / state.tokens;
    context.strokeRect(left + state.hover * cell - 0.5, 0.5, cell + 1, height - 1);
  }
}
