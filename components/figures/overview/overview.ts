import {median} from "../../analysis/arrays.js";
import {highNormRatio} from "../../analysis/norms.js";
import {hasTrunk, missingNorms, notInImport} from "../../records/absent.js";
import {trunks, type ImageRecord, type Trunk} from "../../records/record.js";
import type {Feed, View} from "../../site/feed.js";
import {h} from "../../ui/dom.js";
import {figure, provenance, type FigureOptions} from "../frame/figure.js";
import type {Rows} from "../frame/rows.js";
import {follow} from "../frame/follow.js";
import {highNormWords, marksOn, tokenLegend, tokenMarks} from "../frame/tokens.js";
import {sharedRange} from "../side/sharedRange.js";
import {layerStrip, type StripItem} from "../../charts/layerStrip.js";
import {rampLegend} from "../../charts/legend.js";
import {patchMap} from "../../charts/patchMap.js";
import {plate, plates, trunkPlates} from "../../charts/plate.js";
import type {Domain} from "../../charts/colour.js";
import {maximum, readLayer, relativeNorms, type LayerReading} from "../../charts/reading.js";

/** The lengths of all patches' tokens, layer by layer, in times the layer's median patch; those that an import lacks are left out. */
type Lengths = Partial<Record<Trunk, Float32Array[]>>;

const lede = "The norm of every patch’s token after the chosen layer, in times the layer’s median patch.";
const setsLede = "The outlier set of the chosen layer, and of every layer in turn.";

/** The photo, a map of each trunk, and below a row of small maps of each. */
function build(feed: Feed) {
  const onHover = (hover: number | null) => feed.store.point({hover});
  const blank = {grid: [14, 14], unit: "times the median", onHover} as const;
  const photo = patchMap({...blank, label: "the photo", lines: true});
  const maps = {
    plain: patchMap({...blank, label: "token norms without SOM"}),
    purified: patchMap({...blank, label: "token norms with SOM"})
  };
  const photoTitle = h("span", {}, h("span", {class: "is-outlier"}, "outliers"), " and high-norm tokens");
  const frames = trunkPlates(maps);
  const strips = {plain: strip(feed, "without SOM"), purified: strip(feed, "with SOM")};
  const stripNames = {plain: h("span", {}, "without"), purified: h("span", {}, "with")};
  const content = h(
    "div",
    {},
    plates([plate(photo, {title: photoTitle}), frames.plain, frames.purified], 240),
    h("div", {class: "strips"}, stripNames.plain, strips.plain, stripNames.purified, strips.purified)
  );
  const legend = rampLegend({label: "token norm, times the layer’s median patch", domain: [1, 10]});
  return {content, photo, maps, frames, strips, stripNames, legend};
}

type Parts = ReturnType<typeof build>;

/**
 * The site in one figure: as the layer moves, a few patches grow far longer than the rest, and with
 * SOM they do not. One range holds for all layers and both trunks.
 */
export function overviewFigure(feed: Feed): HTMLElement {
  const parts = build(feed);
  const frame = figure(parts.content, feed, {
    id: "overview",
    title: "A few tokens reach norms far above the median",
    waiting: "Loading the analysis of this photo.",
    lede,
    legend: [parts.legend, tokenLegend(feed, ["outlier", "highNorm"])],
    reading:
      "Move the layer, or press play. Colours begin at the median and span all layers of both rows. Rings and crosses differ: a ring is a patch that a test selects as an outlier (Eq. 4 by attention); a cross is a high-norm token, over 10 times the median.",
    data: () => rows(known?.lengths)
  });
  let known: Measured | undefined;
  let drawnAs = "";
  follow(
    feed,
    frame,
    (view) => {
      const {record, choice, selection} = view;
      const fresh = known?.record !== record;
      if (fresh) known = measure(record);
      // Below the median nothing is long: the colours are left to what is above it.
      const domain = sharedRange(feed, "overview", [1, known!.most]);
      const nextAs = `${selection.maps.scale} ${domain[1]}`;
      const anew = fresh || nextAs !== drawnAs;
      drawnAs = nextAs;
      const plain = {...choice, trunk: "plain"} as const;
      const reading = readLayer(record, plain);
      parts.photo.update({grid: record.grid, photo: view.picture.image, marks: tokenMarks(view, plain, reading)});
      paintTrunks(parts, view, known!.lengths, domain, anew);
      frame.update({...words(view, known!, reading), drawn: {image: record.image, layer: choice.layer + 1}});
    },
    ({hover}, {choice}) => {
      parts.photo.update({hover});
      for (const trunk of trunks) {
        parts.maps[trunk].update({hover});
        const value = hover === null ? null : known?.lengths[trunk]?.[choice.layer][hover];
        parts.frames[trunk].update({readout: value == null ? "" : `${round(value)} ×`});
      }
    }
  );
  return frame;
}

type Measured = ReturnType<typeof measure>;

/** @param anew whether the small maps change, and not only which of them is chosen */
function paintTrunks(
  parts: Parts,
  {record, choice, selection}: View,
  lengths: Lengths,
  domain: Domain,
  anew: boolean
): void {
  const {frames, strips, stripNames, maps, legend} = parts;
  const {layer} = choice;
  const look = {grid: record.grid, domain, scale: selection.maps.scale};
  for (const trunk of trunks) {
    const held = hasTrunk(record, trunk);
    frames[trunk].hidden = !lengths[trunk];
    strips[trunk].hidden = stripNames[trunk].hidden = !held;
    if (!held) continue;
    maps[trunk].update({...look, values: lengths[trunk]?.[layer] ?? null});
    const items = () => stripItems(record, trunk, lengths[trunk]);
    strips[trunk].update({current: layer, ...(anew && {...look, items: items()})});
  }
  legend.hidden = !lengths.plain;
  legend.update({domain: look.domain, scale: look.scale});
}

function words(
  {record, choice, picture}: View,
  {lengths, most}: Measured,
  reading: LayerReading
): Partial<FigureOptions> {
  const {layer, head, factor, cap} = choice;
  const [before, after] = trunks.map((trunk) => lengths[trunk] && maximum(lengths[trunk][layer]));
  const missing = notInImport(...missingNorms(record, "purified"));
  const notes = lengths.plain ? [`largest norm of all layers: ${round(most)} times`] : [];
  return {
    title:
      before === undefined
        ? `In layer ${layer + 1}, ${reading.count} of ${reading.outliers.length} patches are outliers by Eq. 4`
        : overviewTitle(layer, before, after, highNormWords(reading)),
    lede: [lengths.plain ? lede : setsLede, missing].filter(Boolean).join(" "),
    source: provenance({...record, image: picture.title}, {layer: layer + 1, head, factor, cap, notes})
  };
}

function rows(lengths: Lengths = {}): Rows {
  return (lengths.plain ?? []).flatMap((list, layer) =>
    Array.from(list, (plain, patch) => {
      const row = {layer: layer + 1, patch, plain};
      const purified = lengths.purified?.[layer][patch];
      return purified === undefined ? row : {...row, purified};
    })
  );
}

/** What SOM does to the largest norm of a layer (0-based), and whether its test finds the tokens that it is about. */
function overviewTitle(layer: number, before: number, after: number | undefined, found: string): string {
  const grown = `In layer ${layer + 1} the largest token norm is ${round(before)} times the median`;
  if (after === undefined) return [grown, found].filter(Boolean).join(". ");
  const little = before >= highNormRatio && after > 0.9 * before;
  const norms = little
    ? `SOM changes little in layer ${layer + 1}: the largest token norm is ${round(before)} times the median without it, ${round(after)} times with it`
    : `${grown}; with SOM, ${round(after)} times`;
  return [norms, found].filter(Boolean).join(". ");
}

function strip(feed: Feed, name: string): ReturnType<typeof layerStrip> {
  return layerStrip({
    grid: [14, 14],
    items: Array.from({length: 12}, (_, i) => ({label: String(i + 1), values: []})),
    label: `token norms ${name}`,
    least: 52,
    onPick: (item) => feed.store.set({layer: item + 1})
  });
}

/** A trunk's small maps: its lengths, or where they are not known its sets on an even ground. */
function stripItems(record: ImageRecord, trunk: Trunk, lengths?: Float32Array[]): StripItem[] {
  const patches = record.grid[0] * record.grid[1];
  return Array.from({length: record.layers}, (_, layer) => {
    const label = String(layer + 1);
    if (lengths) return {label, values: lengths[layer]};
    const set = record.trunks[trunk].outliers.subarray(layer * patches, (layer + 1) * patches);
    const marks = marksOn(set, "outlier");
    return {label, values: new Float32Array(patches), marks, note: String(marks.length || "")};
  });
}

/** Norms after repair, in units of the plain trunk's median: the two rows then share their unit. */
function measure(record: ImageRecord) {
  const layers = Array.from({length: record.layers}, (_, layer) => layer);
  const lengths: Lengths = {};
  for (const trunk of trunks) {
    if (missingNorms(record, trunk).length) continue;
    lengths[trunk] = layers.map((layer) => {
      const unit = median(relativeNorms(record, "plain", layer, 1));
      return relativeNorms(record, trunk, layer, unit, trunk === "purified");
    });
  }
  return {record, lengths, most: maximum(...Object.values(lengths).flat())};
}

function round(value: number): string {
  return value >= 10 ? value.toFixed(0) : value.toFixed(1);
}
