import type {MeasuredFile} from "../../analysis/measured.js";
import {segmented} from "../../ui/inputs.js";
import {h} from "../../ui/dom.js";
import {figure} from "../frame/figure.js";
import type {ReportPlace} from "./report.js";
import type {Rows} from "../frame/rows.js";
import {table, type Column} from "../../charts/table.js";
import {commandLine} from "./command.js";
import {evaluateCommand, methodName} from "./commands.js";
import {
  benchmarks,
  fixed,
  measuredCells,
  measuredModels,
  report,
  rowOf,
  scoreText,
  type Benchmark,
  type Published,
  type PublishedRow
} from "./read.js";

type Row = PublishedRow & {added: boolean};

const wanted = {
  all: () => true,
  free: (row: Row) => row.training_free,
  alone: (row: Row) => row.training_free && row.extra_backbone === null
} as const;

/** Table 1 as printed, what the paper leaves out set apart, and what was measured here in columns of its own. */
export function publishedTable(place: ReportPlace): HTMLElement {
  const {published, reports} = place;
  const rows: Row[] = [
    ...published.table1.rows.map((row) => ({...row, added: false})),
    ...published.table1_added.rows.map((row) => ({...row, added: true}))
  ];
  let kind: keyof typeof wanted = "all";
  let words = "";
  const fits = (row: Row): boolean =>
    wanted[kind](row) && `${row.method} ${row.venue}`.toLowerCase().includes(words.toLowerCase().trim());
  const content = table<Row>({
    label: "Table 1 of the paper",
    columns: columnsOf(rows, reports),
    rows,
    filter: fits,
    apart: ({added}) => added,
    detail: (row) => detail(row, published)
  });
  const search = h("input", {
    type: "search",
    placeholder: "method or venue",
    "aria-label": "List only methods or venues with"
  });
  search.addEventListener("input", () => {
    words = search.value;
    content.update({filter: fits});
  });
  const picked = segmented({
    label: "Methods",
    options: [
      {value: "all", label: "all"},
      {value: "free", label: "training-free"},
      {value: "alone", label: "CLIP alone", hint: "training-free, and no other backbone"}
    ] as const,
    value: kind as string,
    onChange: (value) => {
      kind = value as keyof typeof wanted;
      picked.update({value});
      content.update({filter: fits});
    }
  });
  return figure(content, place, {
    id: "table1",
    title: "Table 1: mIoU of methods on eight benchmarks",
    lede: "Percent, CLIP ViT-B/16, as the paper prints it. A heading sorts, a row unfolds to its source and to the command that measures it.",
    controls: [picked, h("label", {class: "search"}, search)],
    reading:
      "Bold: the column’s best in the paper. † other backbone, settings of the original paper; * evaluated again by the paper’s authors with the method’s own code; + not in the paper’s table. The last columns hold other photos, other classes and another model: read them down, never across.",
    source: `${published.table1.source} · ${published.paper} · rows marked +: see each`,
    data: () => rows.map((row) => dataRow(row, reports))
  });
}

const dataColumns = ["method", "venue", ...benchmarks, "Avg"] as const;

/** Everything that the table shows of a row. */
function dataRow(row: Row, reports: readonly MeasuredFile[]): Rows[number] {
  const printed = Object.fromEntries(dataColumns.map((key) => [key, row[key] ?? ""]));
  return {...printed, also_uses: row.extra_backbone ?? "", ...measuredCells(reports, variantOf(row))};
}

/** The variant that was measured beside a printed row. */
function variantOf({method}: Row): string {
  const name = methodName(method);
  return name === "sfp" ? "block+som+hai" : (name ?? "");
}

function columnsOf(rows: readonly Row[], reports: readonly MeasuredFile[]): Column<Row>[] {
  const printed = rows.filter(({added}) => !added);
  const best = (key: Benchmark | "Avg") => Math.max(...printed.map((row) => row[key] ?? -Infinity));
  const score = (key: Benchmark | "Avg", group: string, about?: string): Column<Row> => ({
    key,
    label: key,
    about,
    group,
    kind: "number",
    value: (row) => row[key],
    strong: (row) => !row.added && row[key] === best(key)
  });
  const marks = (row: Row): string =>
    [row.dagger && "†", row.reevaluated && "*", row.added && "+"].filter(Boolean).join("");
  return [
    {
      key: "method",
      label: "method",
      kind: "text",
      value: ({method}) => method,
      show: (row) => row.method + (marks(row) && ` ${marks(row)}`)
    },
    ...(["V21", "PC60", "Object"] as const).map((key) => score(key, "with background")),
    ...(["V20", "PC59", "Stuff", "ADE", "City"] as const).map((key) => score(key, "without background")),
    score("Avg", "", "The paper’s mean over the eight"),
    {key: "venue", label: "venue", kind: "text", value: ({venue}) => venue},
    {
      key: "backbone",
      label: "also uses",
      about: "A backbone beside CLIP",
      kind: "text",
      value: (row) => row.extra_backbone,
      show: (row) => row.extra_backbone ?? "–"
    },
    ...measuredModels(reports).map((model): Column<Row> => {
      const file = report(reports, model);
      const found = (row: Row) => {
        return rowOf(file, variantOf(row))?.miou;
      };
      return {
        key: `measured-${model}`,
        label: model,
        about: `Measured here: ${file?.images.count} VOC photos, ${file?.protocol.classes.length} classes, ${file?.protocol.about}`,
        group: "measured here, another task",
        kind: "number",
        value: (row) => found(row)?.value ?? null,
        show: (row) => {
          const score = found(row);
          return score?.value == null
            ? "–"
            : h("span", {title: `95 % interval: ${scoreText(score)}`}, fixed(score.value));
        }
      };
    })
  ];
}

function detail(row: Row, published: Published): Node {
  const {legend, source} = published.table1;
  const notes = [
    `Source: ${row.source ?? `${source}.`}`,
    row.dagger ? `† ${legend.dagger}.` : "",
    row.reevaluated ? `* ${legend.reevaluated}.` : "",
    row.note ?? ""
  ].filter(Boolean);
  const own = published.repository_reported.filter(
    ({method}) => method.split(/[\s+(@]/)[0].toLowerCase() === row.method.toLowerCase()
  );
  const name = methodName(row.method);
  return h(
    "div",
    {},
    ...notes.map((note) => h("p", {}, note)),
    ...own.map((one) =>
      h(
        "p",
        {},
        `${one.source}, “${one.method}”: ${benchmarks.flatMap((key) => (one[key] === undefined ? [] : [`${key} ${one[key]}`])).join(", ")}.`
      )
    ),
    name
      ? commandLine("Measure it, one benchmark at a time; DIR is the data set’s folder:", evaluateCommand(name, "V21"))
      : h("p", {}, "This project does not have the method: it needs training or another backbone, or gradients.")
  );
}
