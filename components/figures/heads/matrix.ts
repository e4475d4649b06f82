import {reasonOf} from "../../ui/reason.js";
import type {HeadSummary} from "../../analysis/summary.js";
import {classTokenOnly, type ImageRecord, type Prefix} from "../../records/record.js";
import type {Feed, View} from "../../site/feed.js";
import type {Domain, Scale} from "../../charts/colour.js";
import {figure, provenance} from "../frame/figure.js";
import {follow} from "../frame/follow.js";
import {drawnBy} from "../frame/redraw.js";
import {sharedRange} from "../side/sharedRange.js";
import type {Rows} from "../frame/rows.js";
import {measureHeads, type LayerHeads} from "./summaries.js";
import {formatTwo, headsTitle} from "./words.js";
import {matrix} from "../../charts/matrix.js";
import {plate, plates} from "../../charts/plate.js";
import {maximum} from "../../charts/reading.js";

/** One measurement of a head, as a panel shows it. */
interface Measure {
  key: keyof HeadSummary;
  title: string;
  /** With units. */
  label: string;
  /** What the colours span, when not from 0 to the greatest. */
  domain?: Domain;
  scale?: Scale;
  /** Told in per cent. */
  share?: boolean;
  /** Which models have it; all where nothing is said. */
  of?: (prefix: Prefix) => boolean;
}

export const headMeasures: readonly Measure[] = [
  {
    key: "entropy",
    title: "entropy, 0 to 1",
    label: "entropy of a patch’s attention, 1 = uniform",
    domain: [0, 1]
  },
  {
    key: "concentration",
    title: "sink, × median",
    label: "largest attention that a patch receives, in times the median patch",
    scale: "log"
  },
  {key: "diagonal", title: "to itself, %", label: "share of a patch’s attention to itself", share: true},
  {
    key: "class",
    title: "to the class token, %",
    label: "share of a patch’s attention to the class token",
    share: true,
    of: ({classToken}) => classToken
  },
  {
    key: "registers",
    title: "to the registers, %",
    label: "share of a patch’s attention to all registers together",
    share: true,
    of: ({registers}) => registers > 0
  },
  {
    key: "outliers",
    title: "to the outliers, %",
    label: "share of a patch’s attention to the layer’s outlier set",
    share: true
  },
  {
    key: "distance",
    title: "distance, patches",
    label: "mean distance of a patch’s attention, in patches; tokens before the patches count as 0"
  }
];

/** A table of each measure with its frame. */
function build({store}: Feed, summaries: () => readonly LayerHeads[]) {
  const blank = {
    rows: Array.from({length: 12}, (_, i) => String(i + 1)),
    columns: ["1", "2", "3"],
    values: [],
    down: "layer",
    across: "head"
  };
  const onPick = (row: number, column: number) => store.set({layer: row + 1, head: column + 1});
  const onHover = (row: number | null, column: number | null) => {
    for (const {key, frame} of panels) {
      const value = row === null || column === null ? undefined : summaries()[row]?.[column]?.[key];
      frame.update({readout: value === undefined ? "" : formatTwo(value)});
    }
  };
  const panels = headMeasures.map((measure) => {
    const format = (value: number) => (measure.share ? formatPercent(value) : formatTwo(value));
    const table = matrix({...blank, label: measure.label, format, onPick, onHover});
    return {...measure, table, frame: plate(table, {title: measure.title})};
  });
  return panels;
}

/** Layer × head, measure by measure: what each head of each layer does with its attention. */
export function headMatrix(feed: Feed): HTMLElement {
  let summaries: readonly LayerHeads[] = [];
  const panels = build(feed, () => summaries);
  const frame = figure(
    plates(
      panels.map((panel) => panel.frame),
      136
    ),
    feed,
    {
      id: "heads",
      title: "What each head of each layer attends to",
      waiting: "Loading the analysis of this photo.",
      lede: "Means over all patches’ attention, a row a layer, a column a head. Each table has its own colours.",
      reading:
        "A sink head has low entropy, little on the diagonal and one patch that receives many times what the median patch does. Click a cell, or move with the arrow keys, to choose its layer and head.",
      data: () => rows(summaries, "view" in feed.state ? feed.state.view.record.prefix : classTokenOnly)
    }
  );
  let drawn: View["source"] | undefined;
  let split = false;
  const draw = ({record}: View) => {
    paint(feed, panels, record, summaries);
    frame.update({
      title: headsTitle(summaries, record.grid[1]),
      lede: ledeOf(summaries),
      drawn: {image: record.image, layers: summaries.filter(Boolean).length}
    });
  };
  follow(feed, frame, (view) => {
    const {choice, picture, record, source} = view;
    const head = typeof choice.head === "number" ? choice.head - 1 : null;
    for (const {table} of panels) table.update({current: [choice.layer, head]});
    frame.update({source: provenance({...record, image: picture.title}, {trunk: "plain", notes: [codingNote]})});
    const shared = feed.beside?.on() ?? false;
    if (shared !== split && source === drawn && summaries.length) draw(view);
    split = shared;
    if (source === drawn) return;
    drawn = source;
    summaries = [];
    measureHeads(
      source,
      (found) => {
        if (source !== drawn) return;
        summaries = found;
        draw(view);
      },
      () => source === drawn
    ).catch((error: unknown) => frame.update({failure: reasonOf(error)}));
  });
  // The other side's range may change without this side's numbers.
  drawnBy(feed, frame, () => summaries.length && "view" in feed.state && draw(feed.state.view));
  return frame;
}

const codingNote =
  "measured on maps stored to 1/20 of a row’s largest value, which moves sinks by up to 7 % on Chelsea, the rest by less";

function paint(
  feed: Feed,
  panels: ReturnType<typeof build>,
  {layers, heads, prefix}: ImageRecord,
  summaries: readonly LayerHeads[]
): void {
  const names = (count: number) => Array.from({length: count}, (_, i) => String(i + 1));
  for (const {frame, of} of panels) frame.hidden = of ? !of(prefix) : false;
  for (const {key, domain, scale = "linear", table} of measuresFor(panels, prefix)) {
    const values = valuesOfHeads(summaries, key, layers, heads);
    const shared = sharedRange(feed, "heads", domain ?? [0, maximum(values)], key);
    table.update({rows: names(layers), columns: names(heads), values, scale, domain: shared});
  }
}

/** A measure of every head: layers × heads, NaN where a layer has no maps. */
export function valuesOfHeads(
  summaries: readonly LayerHeads[],
  key: keyof HeadSummary,
  layers: number,
  heads: number
): Float64Array {
  return Float64Array.from(
    {length: layers * heads},
    (_, i) => summaries[Math.floor(i / heads)]?.[i % heads]?.[key] ?? NaN
  );
}

/** Those that a model with such tokens before its patches has. */
function measuresFor<M extends Pick<Measure, "of">>(all: readonly M[], prefix: Prefix): M[] {
  return all.filter(({of}) => of?.(prefix) ?? true);
}

function rows(summaries: readonly LayerHeads[], prefix: Prefix): Rows {
  return summaries.flatMap((heads, layer) =>
    (heads ?? []).map((head, i) => ({
      layer: layer + 1,
      head: i + 1,
      ...Object.fromEntries(measuresFor(headMeasures, prefix).map(({key}) => [key, head[key]]))
    }))
  );
}

/** Per cent without decimals that say nothing. */
function formatPercent(value: number): string {
  const percent = value * 100;
  return percent >= 10 || percent === 0 ? percent.toFixed(0) : percent.toFixed(percent >= 0.1 ? 1 : 2);
}

function ledeOf(summaries: readonly LayerHeads[]): string {
  const count = summaries.length;
  const toCome = summaries.filter((heads) => heads === undefined).length;
  const missing = summaries.flatMap((heads, layer) => (heads === null ? [layer + 1] : []));
  return [
    "Means over all patches’ attention, a row a layer, a column a head. Each table has its own colours.",
    toCome > 0 ? `Measured so far: ${count - toCome} of ${count} layers.` : "",
    missing.length
      ? `Not computed for this photo: ${missing.length > 1 ? "layers" : "layer"} ${missing.join(", ")}.`
      : ""
  ]
    .filter(Boolean)
    .join(" ");
}
