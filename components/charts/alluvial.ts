import {sankey, sankeyLinkHorizontal, type SankeyGraph} from "d3-sankey";
import type {Transition} from "../analysis/persistence.js";
import {h, placeIn, s, whenResized} from "../ui/dom.js";
import type {Drawing} from "../ui/drawing.js";
import {drawing} from "../ui/drawing.js";
import {marks} from "./marks.js";

export interface AlluvialOptions {
  /** Patches of the image: each layer's two stacks together. */
  patches: number;
  /** Outliers of the first layer. */
  first: number;
  transitions: readonly Transition[];
  label: string;
  /** 0-based. */
  current?: number | null;
  onPick?: (layer: number) => void;
}

type State = "outlier" | "normal";
interface Stack {
  layer: number;
  state: State;
}
type Kind = "kept" | "births" | "deaths" | "never";
interface Flow {
  kind: Kind;
}

const margin = {top: 22, right: 12, bottom: 30, left: 12};
const height = 230;

/** Patches as they flow into the outlier set and out of it, layer by layer. Widths are numbers of patches. */
export function alluvial(options: AlluvialOptions): Drawing<AlluvialOptions> {
  let state = options;
  let width = 0;
  const svg = s("svg", {"data-vector": "", role: "img", "font-size": 11, fill: "currentColor"});
  const element = h("div", {class: "alluvial"}, svg);
  element.style.minHeight = `${height}px`;
  const rule = s("line", {
    stroke: "currentColor",
    "stroke-dasharray": "2 2",
    y1: margin.top - 4,
    y2: height - margin.bottom + 4
  });

  const layers = () => state.transitions.length + 1;
  const place = (layer: number) =>
    margin.left +
    (layer * (width - margin.left - margin.right - thickness)) / Math.max(1, layers() - 1) +
    thickness / 2;
  const point = () => {
    const {current} = state;
    rule.setAttribute("visibility", current == null ? "hidden" : "visible");
    if (current == null) return;
    rule.setAttribute("x1", String(place(current)));
    rule.setAttribute("x2", String(place(current)));
  };
  const paint = () => {
    if (width === 0 || !state.transitions.length) return;
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.setAttribute("width", String(width));
    svg.setAttribute("height", String(height));
    svg.setAttribute("aria-label", describe(state));
    svg.replaceChildren(...shapes(state, width), rule);
    point();
  };
  whenResized(element, (w) => {
    width = w;
    paint();
  });
  element.addEventListener("click", (event) => {
    const [x] = placeIn(svg, event);
    const nearest = Array.from({length: layers()}, (_, i) => i).toSorted(
      (a, b) => Math.abs(place(a) - x) - Math.abs(place(b) - x)
    )[0];
    state.onPick?.(nearest);
  });
  return drawing<AlluvialOptions, HTMLDivElement>(element, (change) => {
    state = {...state, ...change};
    if (Object.keys(change).every((key) => key === "current" || key === "onPick")) point();
    else paint();
  });
}

const thickness = 9;

function shapes({patches, first, transitions}: AlluvialOptions, width: number): SVGElement[] {
  const sizes = sizesOf(first, transitions);
  const nodes: Stack[] = sizes.flatMap((_, layer) => [
    {layer, state: "normal"},
    {layer, state: "outlier"}
  ]);
  const at = (layer: number, which: State) => 2 * layer + Number(which === "outlier");
  const links = transitions.flatMap(({from, kept, births, deaths}) => [
    {
      source: at(from, "normal"),
      target: at(from + 1, "normal"),
      value: patches - kept - births - deaths,
      kind: "never"
    },
    {source: at(from, "normal"), target: at(from + 1, "outlier"), value: births, kind: "births"},
    {source: at(from, "outlier"), target: at(from + 1, "normal"), value: deaths, kind: "deaths"},
    {source: at(from, "outlier"), target: at(from + 1, "outlier"), value: kept, kind: "kept"}
  ]) as {source: number; target: number; value: number; kind: Kind}[];
  const layout = sankey<Stack, Flow>()
    .nodeWidth(thickness)
    .nodePadding(10)
    .nodeAlign((node) => node.layer)
    // Outliers below, always: what moves between the stacks is then seen to fall in and to climb out.
    .nodeSort((a, b) => Number(a.state === "outlier") - Number(b.state === "outlier"))
    .extent([
      [margin.left, margin.top],
      [width - margin.right, height - margin.bottom]
    ]);
  const graph: SankeyGraph<Stack, Flow> = layout({
    nodes: nodes.map((node) => ({...node})),
    links: links.filter(({value}) => value > 0)
  });
  const path = sankeyLinkHorizontal<Stack, Flow>();
  const every = width < 520 ? 2 : 1;
  return [
    ...graph.links.map((link) =>
      s(
        "path",
        {
          d: path(link),
          fill: "none",
          stroke: link.kind === "never" || link.kind === "deaths" ? marks.token.colour : marks.outlier.colour,
          "stroke-opacity": opacity[link.kind],
          "stroke-width": Math.max(0.75, link.width ?? 0)
        },
        s("title", {}, `${link.value} ${names[link.kind]}`)
      )
    ),
    ...graph.nodes
      .filter(({value}) => (value ?? 0) > 0)
      .map(({x0, x1, y0, y1, state}) =>
        s("rect", {
          x: x0,
          y: y0,
          width: x1! - x0!,
          height: Math.max(1, y1! - y0!),
          fill: state === "outlier" ? marks.outlier.colour : marks.token.colour
        })
      ),
    ...sizes.flatMap((count, layer) => {
      const node = graph.nodes[at(layer, "normal")];
      const x = (node.x0! + node.x1!) / 2;
      if (layer % every) return [];
      return [
        s("text", {x, y: margin.top - 9, "text-anchor": "middle", "font-size": 11}, String(count)),
        s("text", {x, y: height - 10, "text-anchor": "middle", "font-size": 11}, String(layer + 1))
      ];
    })
  ];
}

const opacity: Record<Kind, number> = {never: 0.16, deaths: 0.5, births: 0.4, kept: 0.8};

const names: Record<Kind, string> = {
  never: "in neither layer",
  births: "become outliers",
  deaths: "cease to be outliers",
  kept: "remain outliers"
};

function sizesOf(first: number, transitions: readonly Transition[]): number[] {
  return [first, ...transitions.map(({kept, births}) => kept + births)];
}

function describe({first, transitions, label}: AlluvialOptions): string {
  const moves = transitions
    .filter(({kept, births, deaths}) => kept + births + deaths > 0)
    .map(({from, kept, births, deaths}) => `to layer ${from + 2}: ${births} new, ${kept} kept, ${deaths} gone`);
  return `${label}: ${first} outliers in layer 1; ${moves.join("; ")}.`;
}
