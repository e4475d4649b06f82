import type {Rows} from "./rows.js";
import type {Prefix, Provenance, Trunk} from "../../records/record.js";
import {siteRoot} from "../../site/files.js";
import {h, setText} from "../../ui/dom.js";
import type {Drawing} from "../../ui/drawing.js";
import {drawing} from "../../ui/drawing.js";
import {rowWords, type HeadChoice} from "../../charts/reading.js";
import type {Feed, Place} from "../../site/feed.js";
import {pageName} from "../../site/pageName.js";
import {figureActions} from "./actions.js";

/** What a figure has drawn, by name. What comes later than the rest is `false` until it is there. */
export type Drawn = Readonly<Record<string, string | number | boolean | null | readonly (string | number)[]>>;

export interface FigureOptions {
  /** The figure's name in the catalogue: letters, digits and dashes. Its anchor is `figure-`, this, and its place's side. */
  id: string;
  /** What to see, as a sentence. */
  title: string;
  /** What is drawn, with units, in one line. */
  lede?: string;
  /** How to read it. */
  reading?: string | Node;
  legend?: readonly Node[];
  /** Image, model, layer, head, method, options, device: who made the numbers. See `provenance`. */
  source?: string;
  /** Why there is nothing to see yet; empty when there is. */
  waiting?: string;
  /** What is shown in place of the drawing while nothing is under way: what the reader can ask for. */
  idle?: string;
  /** Why it cannot be drawn, and what to do; empty when it can. */
  failure?: string;
  /** The figure's numbers; without them there is nothing to save as CSV or Arrow. */
  data?: (() => Rows) | null;
  /** Inputs that belong to this figure alone, above the drawing. */
  controls?: readonly Node[];
  /** What else the figure gives to take along, after its own actions. */
  actions?: readonly Node[];
  /** Whether its numbers are a table to be printed. */
  table?: boolean;
  /** Whether no other page can draw it as it is now: a deck keeps its picture. */
  still?: boolean;
  /** The feeds of its two sides, where it holds a figure twice: what films or makes one figure anew is offered by each. */
  pair?: readonly [a: Feed, b: Feed];
  /** The tokens of the model that it shows: without a class token the figure's words name what stands in for it. */
  prefix?: Prefix;
  /** What is drawn now, written as JSON into the attribute `data-drawn`, for programs that wait for it. */
  drawn?: Drawn;
}

/**
 * The frame of every figure: title, one line of what is drawn, the drawing, its legend, a caption
 * with provenance, and actions. It keeps the drawing's place while there is nothing to draw.
 *
 * @param place whose selection it shows: links and citations restore that
 */
export function figure(
  content: HTMLElement | SVGElement,
  place: Place,
  options: FigureOptions
): Drawing<FigureOptions> {
  let state = options;
  const title = h("h3", {class: "figure-title"});
  const lede = h("p", {class: "figure-lede"});
  const controls = h("div", {class: "figure-controls"}, ...(options.controls ?? []));
  const message = h("p", {class: "figure-message", role: "status"});
  const slot = h("div", {class: "figure-drawing"}, content, message);
  const legend = h("div", {class: "figure-legend"});
  const reading = h("span", {class: "figure-reading"});
  const source = h("span", {class: "figure-source"});
  const anchor = anchorOf(options.id, place.side);
  const slide = `#talk=${anchor.slice("figure-".length)}`;
  const element = h("figure", {class: "figure", id: anchor});

  /** The address that shows this figure as it is now, and when defaults have changed. */
  const address = () => {
    const {page} = place;
    const url = page === undefined ? new URL(location.href) : new URL(`${page}.html`, siteRoot);
    url.search = place.store.link(url.search, pageName(url.pathname) === "live");
    url.hash = page === undefined ? anchor : `figure-${options.id}`;
    return url.href;
  };
  const caption = () => ({
    id: state.id,
    title: rowWords(state.title, state.prefix),
    lede: rowWords(state.lede ?? "", state.prefix),
    reading: reading.textContent ?? "",
    source: state.source ?? "",
    address: address()
  });
  const {pair, table} = options;
  const actions = figureActions(
    {id: options.id, element, place, slide, pair, table, state: () => state, caption, address},
    options.actions
  );
  element.append(
    h("header", {class: "figure-header"}, title, lede),
    ...(options.controls?.length ? [controls] : []),
    slot,
    legend,
    h("figcaption", {}, reading, source, actions.element)
  );

  let read: FigureOptions["reading"];
  const write = () => {
    setText(title, rowWords(state.title, state.prefix));
    setText(lede, rowWords(state.lede ?? "", state.prefix));
    const said = typeof state.reading === "string" ? rowWords(state.reading, state.prefix) : state.reading;
    if (said !== read) reading.replaceChildren((read = said) ?? "");
    setText(source, state.source ?? "");
    const obstacle = state.failure || state.waiting || state.idle || "";
    setText(message, obstacle);
    slot.classList.toggle("is-empty", obstacle !== "");
    slot.classList.toggle("is-failed", Boolean(state.failure));
    slot.setAttribute("aria-busy", String(Boolean(state.waiting) && !state.failure));
    actions.offer(Boolean(state.data));
  };
  legend.append(...(options.legend ?? []));
  write();

  const tellDrawn = (drawn?: Drawn) => {
    if (drawn) element.dataset.drawn = JSON.stringify(drawn);
  };
  tellDrawn(options.drawn);

  return drawing<FigureOptions, HTMLElement>(element, ({drawn, ...change}) => {
    tellDrawn(drawn);
    if (Object.entries(change).every(([key, value]) => state[key as keyof typeof change] === value)) return;
    if (change.legend && change.legend !== state.legend) legend.replaceChildren(...change.legend);
    state = {...state, ...change};
    write();
  });
}

/** The anchor of a figure of the catalogue, on a side of a page. */
export function anchorOf(id: string, side?: string): string {
  return ["figure", id, side].filter(Boolean).join("-");
}

/** What a caption says of where the numbers come from. Parts that do not apply are left out. */
export function provenance(
  {image, prefix, provenance: made}: {image: string; prefix?: Prefix; provenance: Provenance},
  parts: {
    layer?: number;
    head?: HeadChoice;
    trunk?: Trunk;
    factor?: number;
    cap?: number;
    notes?: readonly string[];
  } = {}
): string {
  const {layer, head, trunk, factor, cap, notes = []} = parts;
  return [
    image,
    made.model,
    made.method,
    ...made.options,
    ...(made.interventions ?? []),
    layer === undefined ? null : `layer ${layer}`,
    head === undefined ? null : headName(head),
    trunk === undefined ? null : trunkName(trunk),
    factor === undefined || factor === 1 ? null : `factor ${factor}`,
    cap ? `at most ${cap} outliers` : null,
    prefix && !prefix.classToken
      ? "no class token: the pooling probe’s attention, after the last block, stands in for it"
      : null,
    prefix?.registers ? `${prefix.registers} registers, which cannot be outliers` : null,
    ...notes,
    ...(made.notes ?? []),
    ...(made.imported
      ? [
          `imported from ${made.imported.file} by SFP Explorer ${made.versions["sfp-explorer"]}`,
          `file ${made.imported.sha256.slice(0, 8)}`
        ]
      : [`computed on ${made.device}`, `weights ${made.weights.slice(0, 8)}`])
  ]
    .filter(Boolean)
    .join(" · ");
}

/** "mean over heads", "greatest over heads", "head 3". */
export function headName(head: HeadChoice): string {
  return typeof head === "number" ? `head ${head}` : head === "mean" ? "mean over heads" : "greatest over heads";
}

/** "without SOM" or "with SOM". */
export function trunkName(trunk: Trunk): string {
  return trunk === "plain" ? "without SOM" : "with SOM";
}
