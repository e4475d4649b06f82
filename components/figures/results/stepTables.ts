import {h} from "../../ui/dom.js";
import {figure} from "../frame/figure.js";
import type {ReportPlace} from "./report.js";
import {table, type Column} from "../../charts/table.js";
import {commandLine} from "./command.js";
import {evaluateCommand} from "./commands.js";
import {fixed, measuredCells, measuredModels, reportOf, rowOf, scoreText} from "./read.js";

/** A printed row, and the variant that was measured beside it. */
type Row = Record<"V21" | "ADE" | "Avg", number> & {name: string; options: readonly string[]; variant: string};

/** Table 2: the steps, as printed, and the same steps measured here. */
export function ablationTable(place: ReportPlace): HTMLElement {
  const {source, rows} = place.published.table2_ablation;
  const variants = ["none", "none+som", "block+som", "block+som+hai"];
  return stepTable(
    "table2",
    "Table 2: the steps of the method",
    source,
    rows.map((row, i) => ({
      ...row,
      name: ["SOM", "SAE", "HAI"].filter((step) => row[step as "SOM" | "SAE" | "HAI"]).join(" + ") || "ClearCLIP",
      options: [row.SAE ? "" : "sae=none", row.SOM ? "" : "som=off", row.HAI ? "" : "hai=off"].filter(Boolean),
      variant: variants[i]
    })),
    place
  );
}

/** Table 3: the first layer of HAI's sum, as printed, and measured here. */
export function startLayersTable(place: ReportPlace): HTMLElement {
  const {source, rows} = place.published.table3_hai_start_layer;
  return stepTable(
    "table3",
    "Table 3: the first layer of HAI’s sum",
    source,
    rows.map((row) => ({
      ...row,
      name: `l0 = ${row.l0}`,
      options: row.l0 === 1 ? [] : [`l0=${row.l0}`],
      variant: row.l0 === 1 ? "block+som+hai" : `block+som+hai l0=${row.l0}`
    })),
    place
  );
}

function stepTable(id: string, title: string, source: string, rows: readonly Row[], place: ReportPlace): HTMLElement {
  const {reports} = place;
  const printed = (["V21", "ADE", "Avg"] as const).map((key): Column<Row> => ({
    key,
    label: key,
    group: "as printed: CLIP ViT-B/16",
    kind: "number",
    value: (row) => row[key]
  }));
  const measured = measuredModels(reports).map((model): Column<Row> => {
    const found = (row: Row) => rowOf(reportOf(reports, model), row.variant)?.miou;
    return {
      key: `measured-${model}`,
      label: model,
      group: "measured here, another task",
      kind: "number",
      value: (row) => found(row)?.value ?? null,
      show: (row) => h("span", {title: `95 % interval: ${scoreText(found(row))}`}, fixed(found(row)?.value ?? null))
    };
  });
  const columns: Column<Row>[] = [
    {key: "name", label: "row", kind: "text", value: ({name}) => name},
    ...printed,
    ...measured
  ];
  const content = table<Row>({
    label: title,
    columns,
    rows,
    detail: ({options, variant}) =>
      h(
        "div",
        {},
        h("p", {}, `Source: ${source}. Measured beside it: variant ${variant} of the report below.`),
        commandLine("Measure it with CLIP; DIR is the data set’s folder:", evaluateCommand("sfp", "V21", {options}))
      )
  });
  return figure(content, place, {
    id,
    table: true,
    title,
    lede: "mIoU in percent.",
    source,
    data: () =>
      rows.map(({name, V21, ADE, Avg, variant}) => ({name, V21, ADE, Avg, ...measuredCells(reports, variant)}))
  });
}
