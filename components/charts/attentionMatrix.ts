import type {AttentionMap} from "../records/record.js";
import type {Domain, Scale} from "./colour.js";
import {valuePixels} from "./pixels.js";
import {fitCanvas, h, isDark, whenResized} from "../ui/dom.js";
import type {Drawing} from "../ui/drawing.js";
import {drawing} from "../ui/drawing.js";
import {marks} from "./marks.js";
import {tokenOf} from "./reading.js";

export interface AttentionMatrixOptions {
  map: AttentionMap;
  /** In times uniform; without it, from 0 to the greatest value. */
  domain?: Domain;
  scale?: Scale;
  label: string;
  /** The pinned tokens and the pointer, as patches. */
  target?: number | null;
  background?: number | null;
  hover?: number | null;
  /** The query (row) and the key (column) under the pointer, as tokens: 0 is the class token. */
  onHover?: (query: number | null, key: number | null) => void;
  onPick?: (query: number, key: number) => void;
}

/** The whole map: queries down, keys across, class token and registers first. An outlier is a high column. */
export function attentionMatrix(options: AttentionMatrixOptions): Drawing<AttentionMatrixOptions> {
  let state: AttentionMatrixOptions = {scale: "sqrt", ...options};
  let side = 0;
  const base = h("canvas", {"aria-hidden": "true"});
  const overlay = h("canvas", {"aria-hidden": "true"});
  const element = h("div", {class: "attention-matrix", role: "img"}, base, overlay);

  const paint = () => {
    const {tokens} = state.map;
    element.setAttribute("aria-label", `${state.label}: ${tokens} queries down, ${tokens} keys across.`);
    if (side > 0) paintMatrix(fitCanvas(base, side, side), state, side);
  };
  const point = () => {
    if (side > 0) paintGuides(fitCanvas(overlay, side, side), state, side);
  };
  whenResized(element, (width) => {
    side = width;
    paint();
    point();
  });
  paint();

  const at = (event: MouseEvent) => {
    const box = element.getBoundingClientRect();
    const token = (fraction: number) =>
      Math.min(state.map.tokens - 1, Math.max(0, Math.floor(fraction * state.map.tokens)));
    return [token((event.clientY - box.top) / box.height), token((event.clientX - box.left) / box.width)] as const;
  };
  element.addEventListener("pointermove", (event) => state.onHover?.(...at(event)));
  element.addEventListener("pointerleave", () => state.onHover?.(null, null));
  element.addEventListener("click", (event) => state.onPick?.(...at(event)));

  return drawing<AttentionMatrixOptions, HTMLDivElement>(element, (change) => {
    state = {...state, ...change};
    if ("map" in change || "domain" in change || "scale" in change || "label" in change) paint();
    point();
  });
}

let pixels: HTMLCanvasElement | undefined;

function paintMatrix(context: CanvasRenderingContext2D, state: AttentionMatrixOptions, side: number): void {
  const {tokens, values} = state.map;
  // The map's own unit: the domain is in times uniform, and a colour depends on their ratio alone.
  const domain = state.domain && ([state.domain[0] / tokens, state.domain[1] / tokens] as const);
  const image = valuePixels(values, [tokens, tokens], {domain, scale: state.scale});
  pixels ??= document.createElement("canvas");
  pixels.width = pixels.height = tokens;
  pixels.getContext("2d")!.putImageData(image, 0, 0);
  // More tokens than screen pixels: averaging tells the truth, dropping rows does not.
  context.imageSmoothingEnabled = tokens > side;
  context.drawImage(pixels, 0, 0, side, side);
}

function paintGuides(context: CanvasRenderingContext2D, state: AttentionMatrixOptions, side: number): void {
  const cell = side / state.map.tokens;
  const guide = (patch: number | null | undefined, colour: string, query: boolean, key: boolean) => {
    if (patch == null) return;
    const at = tokenOf(state.map, patch) * cell;
    context.strokeStyle = colour;
    context.lineWidth = 1.25;
    if (query) context.strokeRect(0.5, at - 0.5, side - 1, cell + 1);
    if (key) context.strokeRect(at - 0.5, 0.5, cell + 1, side - 1);
  };
  guide(state.target, marks.target.colour, true, false);
  guide(state.background, marks.background.colour, true, false);
  guide(state.hover, isDark() ? "#ffffff" : "#000000", true, true);
}
