import {median} from "../../analysis/arrays.js";
import {historyOf, outlierRaster} from "../../analysis/summary.js";
import {heldTrunks, missingNorms, missingTrunk, notInImport} from "../../records/absent.js";
import {trunks, type ImageRecord, type Trunk} from "../../records/record.js";
import type {Feed, View} from "../../site/feed.js";
import {segmented} from "../../ui/inputs.js";
import {formatValue, h} from "../../ui/dom.js";
import {figure, provenance, type FigureOptions} from "../frame/figure.js";
import type {Rows} from "../frame/rows.js";
import {follow} from "../frame/follow.js";
import {drawnBy} from "../frame/redraw.js";
import {sharedRange} from "../side/sharedRange.js";
import {rampLegend} from "../../charts/legend.js";
import {trunkPlates} from "../../charts/plate.js";
import {raster} from "../../charts/raster.js";
import {maximum, patchName, readLayer, relativeNorms} from "../../charts/reading.js";

type Quantity = "margin" | "norm";
type Order = "onset" | "place";

const ledes: Record<Quantity, string> = {
  margin:
    "Every patch (across) in every layer (down): attention from the class token minus attention to itself, times uniform.",
  norm: "Every patch (across) in every layer (down): the norm of the block’s own output, in times the layer’s median patch."
};

/** What a reader chose of this figure alone. */
interface Choice {
  quantity: Quantity;
  order: Order;
}

/** The patches in the order of the columns, and the values of the trunks that have them. */
interface Columns {
  patches: number[];
  values: Partial<Record<Trunk, Float32Array>>;
}

/** Inputs of this figure alone: which quantity, in which order. */
function choiceInputs(choice: Choice, redraw: () => void): HTMLElement[] {
  const quantities = segmented<Quantity>({
    label: "Colour",
    options: [
      {value: "margin", label: "margin", hint: "Class minus self: above 0 a patch is an outlier"},
      {value: "norm", label: "norm", hint: "Length of the block’s own output"}
    ],
    value: choice.quantity,
    onChange: (value) => {
      choice.quantity = value;
      redraw();
    }
  });
  const orders = segmented<Order>({
    label: "Order",
    options: [
      {
        value: "onset",
        label: "by onset",
        hint: "Ordered by the first layer in which they are selected without SOM, then by the number of layers"
      },
      {value: "place", label: "by place", hint: "Row by row over the photo"}
    ],
    value: choice.order,
    onChange: (value) => {
      choice.order = value;
      redraw();
    }
  });
  return [quantities, orders];
}

function build(feed: Feed, columns: () => Columns) {
  const {store} = feed;
  const hands = {
    onHover: (token: number | null) => store.point({hover: token === null ? null : (columns().patches[token] ?? null)}),
    onPick: (token: number, layer: number) => store.set({layer, target: columns().patches[token]})
  };
  const blank = {tokens: 196, layers: 12, values: [], ...hands};
  const rasters = {
    plain: raster({...blank, label: "without SOM"}),
    purified: raster({...blank, label: "with SOM"})
  };
  const legends = {
    margin: rampLegend({label: "self is greater ← margin → class is greater: outlier", domain: [0, 1], signed: true}),
    norm: rampLegend({label: "token norm, times the layer’s median patch", domain: [1, 10]})
  };
  return {feed, rasters, frames: trunkPlates(rasters), legends};
}

type Parts = ReturnType<typeof build>;

/** Token × layer, without SOM and with it: what persists is a vertical line. */
export function tokenRaster(feed: Feed): HTMLElement {
  const chosen: Choice = {quantity: "margin", order: "onset"};
  let columns: Columns = {patches: [], values: {}};
  const parts = build(feed, () => columns);
  const {rasters, frames, legends} = parts;
  const redraw = () => "view" in feed.state && draw(feed.state.view, true);
  const frame = figure(h("div", {class: "stacked"}, frames.plain, frames.purified), feed, {
    id: "token-raster",
    title: "Few tokens are outliers for long",
    waiting: "Loading.",
    lede: "Every patch (across) in every layer (down).",
    legend: [legends.margin, legends.norm],
    controls: choiceInputs(chosen, redraw),
    reading:
      "A patch that stays an outlier is a vertical purple line. Both rasters have the same order, so a column is one patch; hover to find it in the figures above, click to choose its layer and pin it.",
    data: () => rows(columns, chosen)
  });
  let key: unknown[] = [];
  const draw = (view: View, anew = false) => {
    const {record, choice, selection} = view;
    const next = [record, selection.maps.scale, selection.maps.range, feed.beside?.on()];
    for (const trunk of trunks) rasters[trunk].update({layer: choice.layer + 1});
    if (!anew && next.every((value, i) => value === key[i])) return;
    key = next;
    columns = columnsOf(record, chosen);
    paint(parts, view, columns, chosen);
    frame.update({...words(view, chosen), drawn: {image: record.image, ...chosen}});
  };
  follow(
    feed,
    frame,
    (view) => draw(view),
    ({hover}, {record, choice}) => {
      for (const trunk of heldTrunks(record)) {
        rasters[trunk].update({hover: hover === null ? null : columns.patches.indexOf(hover)});
        frames[trunk].update({readout: hover === null ? "" : pointedWords(record, trunk, choice.layer, hover)});
      }
    }
  );
  // The other side's range may change without this side's numbers.
  drawnBy(feed, frame, redraw);
  return frame;
}

/** What a raster's quantity needs that an import may lack. */
function missingOf(quantity: Quantity) {
  return quantity === "norm" ? missingNorms : missingTrunk;
}

function columnsOf(record: ImageRecord, {quantity, order}: Choice): Columns {
  const known = trunks.filter((trunk) => missingOf(quantity)(record, trunk).length === 0);
  return {
    patches: arrange(record, order),
    values: Object.fromEntries(known.map((trunk) => [trunk, rasterValues(record, trunk, quantity)]))
  };
}

function paint({feed, rasters, frames, legends}: Parts, view: View, columns: Columns, {quantity}: Choice): void {
  const {record, selection} = view;
  const {scale} = selection.maps;
  const most = maximum(...Object.values(columns.values).map((values) => values.map(Math.abs)));
  const domain = sharedRange(feed, "token-raster", [quantity === "norm" ? 1 : 0, most], quantity);
  const patches = columns.patches.length;
  for (const trunk of trunks) {
    const values = columns.values[trunk];
    frames[trunk].hidden = !values;
    if (!values) continue;
    rasters[trunk].update({
      tokens: patches,
      layers: record.layers,
      values: values.map((_, i, all) => all[i - (i % patches) + columns.patches[i % patches]]),
      signed: quantity === "margin",
      domain,
      scale
    });
  }
  for (const name of ["margin", "norm"] as const) {
    legends[name].hidden = name !== quantity;
    if (name === quantity) legends[name].update({domain, scale});
  }
}

function words({record, picture}: View, {quantity, order}: Choice): Partial<FigureOptions> {
  const patches = record.grid[0] * record.grid[1];
  const [ever, still] = heldTrunks(record).map((trunk) => outlierRaster(historyOf(record, trunk)).patches.length);
  return {
    title: `${ever} of ${patches} patches are outliers in some layer without SOM${still === undefined ? "" : `, ${still} with it`}`,
    lede: [ledes[quantity], notInImport(...missingOf(quantity)(record, "purified"))].filter(Boolean).join(" "),
    source: provenance(
      {...record, image: picture.title},
      {
        notes: [
          "mean over heads",
          order === "onset" ? "columns by onset without SOM" : "columns row by row",
          "one range for both"
        ]
      }
    )
  };
}

function pointedWords(record: ImageRecord, trunk: Trunk, layer: number, patch: number): string {
  const {margin} = readLayer(record, {trunk, layer, head: "mean", factor: 1, cap: 0});
  return `patch ${patchName(patch, record.grid[1])}, layer ${layer + 1}: margin ${formatValue(margin[patch])}`;
}

function rows({patches, values}: Columns, {quantity}: Choice): Rows {
  return Array.from(values.plain ?? values.purified ?? [], (_, i) => ({
    layer: Math.floor(i / patches.length) + 1,
    patch: i % patches.length,
    ...Object.fromEntries(
      trunks.flatMap((trunk) => (values[trunk] ? [[`${trunk}_${quantity}`, values[trunk][i]]] : []))
    )
  }));
}

/** Patches that are ever outliers without SOM first, by onset and life; the rest by place. */
function arrange(record: ImageRecord, order: Order): number[] {
  const all = Array.from({length: record.grid[0] * record.grid[1]}, (_, i) => i);
  if (order === "place") return all;
  const first = [...outlierRaster(historyOf(record, "plain")).patches];
  const listed = new Set(first);
  return [...first, ...all.filter((patch) => !listed.has(patch))];
}

/** Every patch in every layer: layers × patches, in the order of places. */
export function rasterValues(record: ImageRecord, trunk: Trunk, quantity: Quantity): Float32Array {
  const patches = record.grid[0] * record.grid[1];
  const values = new Float32Array(record.layers * patches);
  for (let layer = 0; layer < record.layers; ++layer) {
    const row =
      quantity === "margin"
        ? readLayer(record, {trunk, layer, head: "mean", factor: 1, cap: 0}).margin
        : relativeNorms(record, trunk, layer, median(relativeNorms(record, trunk, layer, 1)));
    values.set(row, layer * patches);
  }
  return values;
}
