import type {MeasuredFile} from "../../analysis/measured.js";
import {segmented} from "../../ui/inputs.js";
import {h} from "../../ui/dom.js";
import {figure} from "../frame/figure.js";
import type {ReportPlace} from "./report.js";
import type {Rows} from "../frame/rows.js";
import {table, type Column} from "../../charts/table.js";
import {commandLine} from "./command.js";
import {evaluateCommand, methodName} from "./commands.js";
import {benchmarks, fixed, measuredCells, measuredModels, reportOf, rowOf, scoreText, type Benchmark} from "./read.js";
import {publishedRows, type Certainty, type Row} from "./publishedRows.js";

const wanted = {
  all: () => true,
  free: (row: Row) => row.training_free,
  alone: (row: Row) => row.training_free && row.extra_backbone === null
} as const;

/** Table 1 as printed, what the paper leaves out set apart, and what was measured here in columns of its own. */
export function publishedTable(place: ReportPlace): HTMLElement {
  const {published, since, reports} = place;
  const rows = publishedRows(published, since);
  let kind: keyof typeof wanted = "all";
  let words = "";
  const fits = (row: Row): boolean =>
    wanted[kind](row) && `${row.method} ${row.venue}`.toLowerCase().includes(words.toLowerCase().trim());
  const content = table<Row>({
    label: "Table 1 of the paper and what came since",
    columns: columnsOf(rows, reports),
    rows,
    filter: fits,
    apart: ({kind}) => kind !== "paper",
    detail: (row) => detail(row, place)
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
    table: true,
    title: "Table 1 and what came since: mIoU of methods on eight benchmarks",
    lede: "Percent, CLIP ViT-B/16 unless the row says otherwise. A heading sorts, a row unfolds to its source and to the command that measures it.",
    controls: [picked, h("label", {class: "search"}, search)],
    reading:
      "Bold: the column’s best in the paper’s own table. † other backbone, settings of the original paper; * evaluated again by the paper’s authors with the method’s own code; + not in the paper’s table, or later; ‡ measured again by PEARL’s authors; ² read in another paper’s table; ? nobody read the table. A mean in brackets is computed here. The last columns hold other photos, other classes and another model: read them down, never across.",
    source: `${published.table1.source} · ${published.paper} · rows marked + and ‡: see each`,
    data: () => rows.map((row) => dataRow(row, reports))
  });
}

/** Everything that the table shows of a row. */
function dataRow(row: Row, reports: readonly MeasuredFile[]): Rows[number] {
  const {method, venue, kind, sure, year, mean} = row;
  const scores = Object.fromEntries(benchmarks.map((key) => [key, row[key] ?? ""]));
  const also = {also_uses: row.extra_backbone ?? "", row: kind, source: sure};
  const cells = measuredCells(reports, measuredRow(row));
  return {method, venue, year: year ?? "", ...scores, Avg: row.Avg ?? "", mean: mean ?? "", ...also, ...cells};
}

/** The row that was measured beside a printed one; "" where there is none. */
function measuredRow({method, kind}: Row): string {
  if (kind === "rerun") return "";
  const known: Record<string, string> = {
    SFP: "block+som+hai",
    PEARL: "pearl propagated",
    "GLA-CLIP on ProxyCLIP": "gla proxied"
  };
  return known[method] ?? methodName(method) ?? "";
}

function columnsOf(rows: readonly Row[], reports: readonly MeasuredFile[]): Column<Row>[] {
  const printed = rows.filter(({kind}) => kind === "paper");
  const best = (key: Benchmark | "Avg") => Math.max(...printed.map((row) => row[key] ?? -Infinity));
  const score = (key: Benchmark | "Avg", group: string, about?: string): Column<Row> => ({
    key,
    label: key,
    about,
    group,
    kind: "number",
    value: (row) => row[key],
    strong: (row) => row.kind === "paper" && row[key] === best(key)
  });
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
    {
      ...score("Avg", "", "The printed mean over the eight; in brackets where it is computed here"),
      value: ({mean}) => mean,
      show: ({Avg, mean}) => (mean === null ? "–" : Avg === null ? `(${mean.toFixed(1)})` : mean.toFixed(1))
    },
    {key: "year", label: "year", kind: "number", value: ({year}) => year, show: ({year}) => String(year ?? "–")},
    {key: "venue", label: "venue", kind: "text", value: ({venue}) => venue},
    {
      key: "backbone",
      label: "also uses",
      about: "A backbone beside CLIP",
      kind: "text",
      value: (row) => row.extra_backbone,
      show: (row) => row.extra_backbone ?? "–"
    },
    {
      key: "sure",
      label: "read in",
      about: "Where the numbers were read",
      kind: "text",
      value: ({sure}) => readIn[sure]
    },
    ...measuredModels(reports).map((model): Column<Row> => {
      const file = reportOf(reports, model);
      const found = (row: Row) => {
        return rowOf(file, measuredRow(row))?.miou;
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

/** What stands behind a method's name. */
function marks({dagger, reevaluated, kind, sure}: Row): string {
  const known = kind === "rerun" ? "‡" : kind === "paper" ? "" : "+";
  const certain = sure === "second-hand" ? "²" : sure === "unverified" ? "?" : "";
  return [dagger && "†", reevaluated && "*", known, certain].filter(Boolean).join("");
}

/** Where a row's numbers were read, in a word. */
const readIn: Readonly<Record<Certainty, string>> = {
  paper: "the paper",
  own: "its authors’ table",
  "second-hand": "another’s table",
  unverified: "not verified"
};

/** Why a method is quoted and not computed. */
const notComputed: Readonly<Record<string, string>> = {
  CaR: "This project does not compute it: it weights words by gradients, and graphs here run forward only.",
  "LHT-CLIP":
    "This project does not compute it: no code is published, and neither are its thresholds, neighbour weights, residual factors and heads."
};

function detail(row: Row, {published, since}: ReportPlace): Node {
  const {legend, source} = published.table1;
  const notes = [
    `Source: ${row.source ?? `${source}.`}`,
    row.sure === "paper" ? "" : `How sure: ${since.sure[row.sure]}.`,
    row.kind === "rerun" ? `‡ Measured again by ${since.reruns.by}. ${since.reruns.note}` : "",
    row.backbone ? `Backbone: ${row.backbone}.` : "",
    row.dagger ? `† ${legend.dagger}.` : "",
    row.reevaluated ? `* ${legend.reevaluated}.` : "",
    row.note ?? ""
  ].filter(Boolean);
  const own = published.repository_reported.filter(
    ({method}) => row.kind !== "rerun" && method.split(/[\s+(@]/)[0].toLowerCase() === row.method.toLowerCase()
  );
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
    measuring(row)
  );
}

/** The command that measures a row's method, or why there is none. */
function measuring({method, training_free}: Row): Node {
  const about = "Measure it, one benchmark at a time; DIR is the data set’s folder:";
  if (method === "GLA-CLIP on ProxyCLIP") {
    const options = ["anchors=on", "normalise=row", "dynamic_beta=0.3", "dynamic_gamma=30"];
    return commandLine(about, evaluateCommand("gla", "V21", {options, proxied: true}));
  }
  const name = methodName(method);
  if (name) return commandLine(about, evaluateCommand(name, "V21", {propagated: name === "pearl"}));
  const why = Object.entries(notComputed).find(([start]) => method.startsWith(start))?.[1];
  return h("p", {}, why ?? `This project does not have the method${training_free ? "" : ": it needs training"}.`);
}
