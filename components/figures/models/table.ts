import {onsetDepths, peak, type MeasuredPhoto} from "../../analysis/compareModels.js";
import {measureIds, measures, type MeasureId} from "../../analysis/layerMeasures.js";
import {table, type Column} from "../../charts/table.js";
import type {Place} from "../../site/feed.js";
import {figure} from "../frame/figure.js";
import {followModels} from "./follow.js";

const percent = (value: number | null) =>
  value === null ? "–" : `${(100 * value).toFixed(value < 0.1 && value > 0 ? 1 : 0)} %`;

function onset(key: "outliers" | "long", label: string, about: string): Column<MeasuredPhoto> {
  const value = ({photo}: MeasuredPhoto) => onsetDepths(photo)[key];
  return {
    key: `onset-${key}`,
    label,
    about,
    group: "begin at depth",
    kind: "number",
    value,
    show: (row) => percent(value(row))
  };
}

function most(id: MeasureId): Column<MeasuredPhoto> {
  const {label, hint, share} = measures[id];
  const value = ({photo}: MeasuredPhoto) => peak(photo.measures[id]);
  const show = (row: MeasuredPhoto) => {
    const found = value(row);
    return share || found === null ? percent(found) : `${found.toPrecision(3)} ×`;
  };
  return {
    key: id,
    label,
    about: `${hint} The largest of all layers.`,
    group: "most in any layer",
    kind: "number",
    value,
    show
  };
}

const columns: readonly Column<MeasuredPhoto>[] = [
  {key: "model", label: "model", kind: "text", value: ({model}) => model.id},
  {
    key: "from",
    label: "numbers",
    about: "Shipped with the site, imported from another program, or computed in this browser.",
    kind: "text",
    value: ({model: {live, provenance}}) => (live ? "computed" : provenance.imported ? "imported" : "shipped")
  },
  {
    key: "layers",
    label: "layers",
    kind: "number",
    value: ({model}) => model.layers,
    show: ({model}) => String(model.layers)
  },
  {
    key: "patches",
    label: "patches",
    kind: "number",
    value: ({model: {grid}}) => grid[0] * grid[1],
    show: ({model: {grid}}) => grid.join(" × ")
  },
  {
    key: "register-tokens",
    label: "registers",
    kind: "number",
    value: ({model}) => model.prefix.registers,
    show: ({model}) => String(model.prefix.registers)
  },
  onset("outliers", "outliers", "The relative depth of the first layer with an outlier by Eq. 4."),
  onset("long", "high norms", "The relative depth of the first layer with a token above ten times the median norm."),
  ...measureIds.map(most)
];

/** Every model on the chosen photo in one sortable row. */
export function modelsTable(place: Place): HTMLElement {
  const rows = table<MeasuredPhoto>({label: "Models on the chosen photo", columns, rows: []});
  let shown: readonly MeasuredPhoto[] = [];
  const frame = figure(rows, place, {
    id: "models-table",
    title: "Every model in one row",
    lede: "On the chosen photo, without SOM. A click on a heading sorts.",
    waiting: "Loading what the models find.",
    data: () => shown.map((row) => Object.fromEntries(columns.map(({key, value}) => [key, value(row) ?? ""])))
  });
  followModels(place, frame, ({seen, selection}) => {
    shown = seen;
    rows.update({rows: seen});
    frame.update({
      source: `${selection.image} · mean over heads · Eq. 4, factor 1, no cap`,
      drawn: {image: selection.image, models: seen.length}
    });
  });
  return frame;
}
