import {h} from "../../ui/dom.js";
import {figure} from "../frame/figure.js";
import type {ReportPlace} from "./report.js";
import {table, type Column} from "../../charts/table.js";
import {commandLine} from "./command.js";
import {evaluateCommand, methodName} from "./commands.js";
import type {Published} from "./read.js";

type Row = Published["table4_backbones"]["rows"][number];

/** Table 4: two other backbones, as printed. */
export function backbonesTable(place: ReportPlace): HTMLElement {
  const {
    table4_backbones: {source, rows},
    paper
  } = place.published;
  const score = (key: "V21" | "ADE" | "Avg"): Column<Row> => ({
    key,
    label: key,
    kind: "number",
    value: (row) => row[key],
    strong: (row) =>
      row[key] === Math.max(...rows.filter(({backbone}) => backbone === row.backbone).map((other) => other[key]))
  });
  const columns: Column<Row>[] = [
    {key: "method", label: "method", kind: "text", value: ({method}) => method},
    {key: "backbone", label: "backbone", kind: "text", value: ({backbone}) => backbone},
    score("V21"),
    score("ADE"),
    score("Avg")
  ];
  const content = table<Row>({
    label: "Table 4 of the paper",
    columns,
    rows,
    detail: ({backbone, method}) => {
      const name = methodName(method);
      return h(
        "div",
        {},
        h("p", {}, `Source: ${source}.`),
        name
          ? commandLine(
              "Measure it; DIR is the data set’s folder:",
              evaluateCommand(name, "V21", {model: `clip-${backbone.toLowerCase().replace("/", "-")}`})
            )
          : h("p", {}, "This project does not have the method: it needs another backbone.")
      );
    }
  });
  return figure(content, place, {
    id: "table4",
    table: true,
    title: "Table 4: two other backbones",
    lede: "mIoU in percent. Bold: the backbone’s best.",
    reading: "On ViT-L/14, where the paper’s SFP is best on V21, ProxyCLIP with its second backbone is ahead on ADE.",
    source: `${source} · ${paper}`,
    data: () => rows.map((row) => ({...row}))
  });
}
