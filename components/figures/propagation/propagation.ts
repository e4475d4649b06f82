import {median} from "../../analysis/arrays.js";
import {highNormTokens} from "../../analysis/norms.js";
import {heldTrunks, missingNorms, notInImport} from "../../records/absent.js";
import {trunks, type ImageRecord, type Trunk} from "../../records/record.js";
import type {Feed, View} from "../../site/feed.js";
import {segmented} from "../../ui/inputs.js";
import {formatValue, h} from "../../ui/dom.js";
import {patchHands} from "../frame/kit.js";
import {figure, provenance, trunkName, type FigureOptions} from "../frame/figure.js";
import type {Rows} from "../frame/rows.js";
import {follow} from "../frame/follow.js";
import {heldMarksLegend} from "../frame/heldLegend.js";
import {marksOn, withHighNorm} from "../frame/tokens.js";
import {sharedRange} from "../side/sharedRange.js";
import type {Domain} from "../../charts/colour.js";
import {layerStrip} from "../../charts/layerStrip.js";
import {rampLegend} from "../../charts/legend.js";
import type {MarkName} from "../../charts/marks.js";
import type {PatchMark} from "../../charts/patchMap.js";
import {patchMap} from "../../charts/patchMap.js";
import {plate, plates, trunkPlates} from "../../charts/plate.js";
import {maximum, patchNorms, readLayer, relativeNorms} from "../../charts/reading.js";

/** Whether norms are those of a block's own output, or of what is handed to the next block. */
type NormStage = "output" | "repaired";

const lede =
  "The norm of every patch’s token, in times the median patch of the same layer without SOM; one range for all.";
const setsLede = "The outlier set of every layer.";

/** Maps and small maps of both trunks, and the photo. */
function build(feed: Feed) {
  const blank = {grid: [14, 14], unit: "times the median", ...patchHands(feed.store)} as const;
  const maps = {
    plain: patchMap({...blank, label: "token norms without SOM"}),
    purified: patchMap({...blank, label: "token norms with SOM"})
  };
  const photo = patchMap({...blank, label: "the photo and the outliers with SOM", lines: true});
  const photoFrame = plate(photo, {title: "outliers with SOM"});
  const frames = trunkPlates(maps);
  const strips = {plain: strip(feed, "without SOM"), purified: strip(feed, "with SOM")};
  const stripNames = {plain: h("span", {}, "without"), purified: h("span", {}, "with")};
  const content = h(
    "div",
    {},
    plates([frames.plain, frames.purified, photoFrame], 240),
    h("div", {class: "strips"}, stripNames.plain, strips.plain, stripNames.purified, strips.purified)
  );
  const legend = rampLegend({label: "token norm, times the layer’s median patch", domain: [1, 10]});
  return {content, maps, frames, photo, photoFrame, strips, stripNames, legend};
}

type Parts = ReturnType<typeof build>;

/** The paper's Figure 5: outliers and norms of every layer, without SOM and with it. */
export function propagationFigure(feed: Feed): HTMLElement {
  const {store} = feed;
  let stage: NormStage = "repaired";
  const parts = build(feed);
  const stages = segmented<NormStage>({
    label: "Norms with SOM",
    options: [
      {value: "repaired", label: "after the repair", hint: "What the next block sees"},
      {value: "output", label: "before it", hint: "What the block itself put out"}
    ],
    value: stage,
    onChange: (value) => {
      stage = value;
      if ("view" in feed.state) draw(feed.state.view, true);
    }
  });
  const frame = figure(parts.content, feed, {
    id: "propagation",
    title: "Repaired in each layer, high-norm tokens do not persist",
    waiting: "Loading the analysis of this photo.",
    lede,
    legend: [parts.legend, heldMarksLegend(feed, ["outlier", "repaired", "isolated", "highNorm"])],
    controls: [stages],
    reading:
      "Colour is the token norm; rings are the patches selected by Eq. 4, and the two need not coincide. A patch with a dashed ring was replaced by the mean of its neighbours. A ring with a dot has only outliers as neighbours and was left unchanged. A cross is a high-norm token of the block’s own output. In the small maps, dots stand for all rings, with their number below.",
    data: () => (known ? rowsOf(known) : [])
  });
  let known: Measured | undefined;
  let key: unknown[] = [];
  const draw = (view: View, anew = false) => {
    const {record, choice, selection} = view;
    if (known?.record !== record) known = measure(record);
    const domain = sharedRange(feed, "propagation", [1, known.most]);
    const next = [record, selection.maps.scale, stage, domain[1]];
    const same = !anew && next.every((value, i) => value === key[i]);
    key = next;
    const shown = lengthsAt(known, stage);
    paint(parts, view, known, {shown, domain, same});
    stages.hidden = !shown.purified;
    frame.update(words(view, known, shown, stage));
    point(store.pointing.hover, choice.layer);
    const [plain, purified] = trunks.map((trunk) => known!.counts[trunk]?.[choice.layer] ?? null);
    frame.update({drawn: {image: record.image, layer: choice.layer + 1, stage, plain, purified}});
  };
  const point = (hover: number | null, layer: number) => {
    parts.photo.update({hover});
    const shown = known && lengthsAt(known, stage);
    for (const trunk of trunks) {
      parts.maps[trunk].update({hover});
      const list = shown?.[trunk];
      parts.frames[trunk].update({readout: hover === null || !list ? "" : `${formatValue(list[layer][hover])} ×`});
    }
  };
  follow(
    feed,
    frame,
    (view) => draw(view),
    ({hover}, {choice}) => point(hover, choice.layer)
  );
  return frame;
}

type Measured = ReturnType<typeof measure>;

/** The lengths of each trunk's tokens, layer by layer, as far as they are known. */
type Shown = Partial<Record<Trunk, Float32Array[]>>;

function lengthsAt({lengths}: Measured, stage: NormStage): Shown {
  return {plain: lengths.plain, purified: stage === "repaired" ? lengths.repaired : lengths.purified};
}

/** @param same whether the small maps stay as they are, but for the layer */
function paint(
  parts: Parts,
  view: View,
  {marks, counts}: Measured,
  {shown, domain, same}: {shown: Shown; domain: Domain; same: boolean}
): void {
  const {maps, frames, strips, stripNames, photo, photoFrame, legend} = parts;
  const {record, choice, selection, picture} = view;
  const {grid, layers} = record;
  const {layer} = choice;
  // A set without a length is drawn on an even ground.
  const even = new Float32Array(grid[0] * grid[1]);
  const look = {grid, domain, scale: selection.maps.scale};
  for (const trunk of trunks) {
    const sets = marks[trunk];
    frames[trunk].hidden = !shown[trunk];
    strips[trunk].hidden = stripNames[trunk].hidden = !sets;
    if (!sets) continue;
    maps[trunk].update({...look, values: shown[trunk]?.[layer] ?? null, marks: sets[layer]});
    const items = () =>
      Array.from({length: layers}, (_, i) => ({
        label: String(i + 1),
        values: shown[trunk]?.[i] ?? even,
        marks: sets[i],
        note: String(counts[trunk]![i] || "")
      }));
    strips[trunk].update({current: layer, ...(!same && {...look, items: items()})});
  }
  const last: Trunk = marks.purified ? "purified" : "plain";
  photo.update({grid, photo: picture.image, marks: marks[last]![layer]});
  photoFrame.update({title: `outliers ${trunkName(last)}`});
  legend.hidden = !shown.plain;
  legend.update({domain: look.domain, scale: look.scale});
}

function words(
  {record, choice, picture}: View,
  {marks, counts}: Measured,
  shown: Shown,
  stage: NormStage
): Partial<FigureOptions> {
  const {layer} = choice;
  const missing = notInImport(...missingNorms(record, "purified"));
  const found = [
    lengthWords(shown.plain?.[layer], shown.purified?.[layer]),
    countWords(counts.plain[layer], counts.purified?.[layer])
  ];
  const lower = `lower row: ${stage === "repaired" ? "after" : "before"} repair`;
  return {
    lede: [shown.plain ? lede : setsLede, missing].filter(Boolean).join(" "),
    title: withHighNorm(
      `Layer ${layer + 1}: ${found.filter(Boolean).join("; ")}`,
      readLayer(record, {trunk: "plain", layer, head: "mean", factor: 1, cap: 0})
    ),
    source: provenance(
      {...record, image: picture.title},
      {
        layer: layer + 1,
        notes: ["mean over heads", ...(marks.purified ? [lower, "the last layer is never repaired"] : ["without SOM"])]
      }
    )
  };
}

/** The largest norms in words, as far as they are known. */
function lengthWords(plain?: Float32Array, purified?: Float32Array): string {
  if (!plain) return "";
  const after = purified ? `, ${formatValue(maximum(purified))} with it` : "";
  return `the largest token norm is ${formatValue(maximum(plain))} times the median without SOM${after}`;
}

function countWords(plain: number, purified?: number): string {
  return purified === undefined
    ? `${plain} ${plain === 1 ? "outlier" : "outliers"}`
    : `${plain} and ${purified} outliers`;
}

/** What was done with each outlier of a layer. */
export function outlierMarksOf(record: ImageRecord, trunk: Trunk, layer: number): PatchMark[] {
  const patches = record.grid[0] * record.grid[1];
  const {outliers, isolated} = record.trunks[trunk];
  const last = layer === record.layers - 1;
  const set = outliers.subarray(layer * patches, (layer + 1) * patches);
  return marksOn(set, "outlier").map(({patch}) => ({
    patch,
    mark: markOf(trunk, last, Boolean(isolated[layer * patches + patch]))
  }));
}

function markOf(trunk: Trunk, last: boolean, alone: boolean): MarkName {
  // The last layer's output is not repaired: SAE takes its place.
  if (trunk === "plain" || last) return "outlier";
  return alone ? "isolated" : "repaired";
}

function strip(feed: Feed, name: string): ReturnType<typeof layerStrip> {
  return layerStrip({
    grid: [14, 14],
    items: Array.from({length: 12}, (_, i) => ({label: String(i + 1), values: []})),
    label: `token norms ${name}`,
    least: 62,
    onPick: (item) => feed.store.set({layer: item + 1})
  });
}

function rowsOf({record, lengths: {plain, purified, repaired}}: ReturnType<typeof measure>): Rows {
  const patches = record.grid[0] * record.grid[1];
  const held = heldTrunks(record);
  return Array.from({length: record.layers * patches}, (_, i) => {
    const [layer, patch] = [Math.floor(i / patches), i % patches];
    const lengths = Object.entries({plain, purified, repaired}).flatMap(([name, list]) =>
      list ? [[name, list[layer][patch]] as const] : []
    );
    const sets = held.map((trunk) => [`${trunk}_outlier`, record.trunks[trunk].outliers[i]] as const);
    return {layer: layer + 1, patch, ...Object.fromEntries([...lengths, ...sets])};
  });
}

/** Lengths, marks and sizes of sets of every layer; undefined where an import lacks what they are made of. */
function measure(record: ImageRecord) {
  const layers = Array.from({length: record.layers}, (_, layer) => layer);
  const known = (trunk: Trunk) => missingNorms(record, trunk).length === 0;
  // Both rows share the plain trunk's unit: a median that SOM moves would hide what it does.
  const units = known("plain") ? layers.map((layer) => median(relativeNorms(record, "plain", layer, 1))) : [];
  const of = (trunk: Trunk, repaired: boolean) =>
    known(trunk)
      ? layers.map((layer) => relativeNorms(record, trunk, layer, units[layer], repaired && layer < record.layers - 1))
      : undefined;
  const lengths = {plain: of("plain", false), purified: of("purified", false), repaired: of("purified", true)};
  const marksOf = (trunk: Trunk) => layers.map((layer) => outlierMarksOf(record, trunk, layer));
  const marks: {plain: PatchMark[][]; purified?: PatchMark[][]} = {plain: marksOf("plain")};
  if (heldTrunks(record).includes("purified")) marks.purified = marksOf("purified");
  const counts = {
    plain: marks.plain.map(({length}) => length),
    purified: marks.purified?.map(({length}) => length)
  };
  for (const trunk of trunks.filter(known))
    for (const layer of layers)
      marks[trunk]?.[layer].push(...marksOn(highNormTokens(patchNorms(record, trunk, layer)), "highNorm"));
  const lists = Object.values(lengths).flatMap((list) => list ?? []);
  return {record, lengths, most: maximum(...lists), marks, counts};
}
