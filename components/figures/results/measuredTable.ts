import type {MeasuredFile, MeasuredRow} from "../../analysis/measured.js";
import {menu} from "../../ui/inputs.js";
import {h} from "../../ui/dom.js";
import {figure} from "../frame/figure.js";
import type {ReportPlace} from "./report.js";
import {table, type Column} from "../../charts/table.js";
import {commandLine} from "./command.js";
import {reportCommand} from "./commands.js";
import {differenceText, fixed, measuredSource, scoreText} from "./read.js";
import {groupOf, rowGroups, rowName, type RowGroup} from "./rowNames.js";

/** Every measured row with its classes, sortable, each with its differences and its command. */
export function measuredTable(place: ReportPlace): HTMLElement {
  const {choice} = place;
  let group: RowGroup = "steps";
  let words = "";
  const fits = (row: MeasuredRow): boolean =>
    (group === "all" || groupOf(row) === group) && rowName(row).toLowerCase().includes(words.toLowerCase().trim());
  const content = table<MeasuredRow>({label: "Everything measured", columns: [], rows: [], filter: fits});
  const search = h("input", {type: "search", placeholder: "method or option", "aria-label": "List only rows with"});
  search.addEventListener("input", () => {
    words = search.value;
    content.update({filter: fits});
  });
  const groups = menu<RowGroup>({
    label: "Rows",
    options: rowGroups.map((value) => ({value, label: value})),
    value: group,
    onChange: (value) => {
      group = value;
      content.update({filter: fits});
    }
  });
  const frame = figure(content, place, {
    id: "measured",
    table: true,
    title: "Everything that was measured, class by class",
    lede: "mIoU and IoU in percent. A row unfolds to its 95 % intervals, its paired differences and the command that measures it again.",
    controls: [choice.control(), groups, h("label", {class: "search"}, search)],
    reading:
      "Most of these photos show animals. Classes with few pixels (chair, sofa) have wide intervals, and one ImageNet class stands for a whole word: horse is “sorrel”, cow is “ox”."
  });
  choice.follow((file) => {
    content.update({columns: columnsOf(file), rows: file.rows, detail: (row) => detail(file, row)});
    frame.update({source: measuredSource(file), data: () => file.rows.map((row) => dataRow(file, row))});
  });
  return frame;
}

function columnsOf({protocol}: MeasuredFile): Column<MeasuredRow>[] {
  return [
    {key: "name", label: "what was run", kind: "text", value: rowName},
    {key: "miou", label: "mIoU", kind: "number", value: ({miou}) => miou.value},
    {
      key: "interval",
      label: "95 %",
      about: "Interval over photos",
      kind: "number",
      value: ({miou}) => miou.low,
      show: ({miou}) => `${fixed(miou.low)} – ${fixed(miou.high)}`
    },
    ...protocol.classes.map(({name}, c): Column<MeasuredRow> => ({
      key: name,
      label: name,
      group: "IoU of each class",
      kind: "number",
      value: ({classes}) => classes[c].value
    }))
  ];
}

function detail(file: MeasuredFile, row: MeasuredRow): Node {
  const classes = file.protocol.classes.map(({name}, c) => `${name} ${scoreText(row.classes[c])}`).join(", ");
  const pairs = file.pairs.filter(({id}) => id === row.id);
  const names = new Map(file.rows.map((other) => [other.id, rowName(other)]));
  return h(
    "div",
    {},
    h(
      "p",
      {},
      `Method ${[row.method, ...row.options.map((option) => `-o ${option}`)].join(" ")}; mIoU ${scoreText(row.miou)}; ${classes}.`
    ),
    ...pairs.map((pair) => h("p", {}, `Minus ${names.get(pair.against)}: ${differenceText(pair)} points.`)),
    commandLine("Measure it again, and see how many pixels change:", reportCommand(file, row))
  );
}

function dataRow({protocol}: MeasuredFile, row: MeasuredRow): Record<string, string | number> {
  return {
    row: row.id,
    method: row.method,
    options: row.options.join(" "),
    miou: row.miou.value ?? "",
    low: row.miou.low ?? "",
    high: row.miou.high ?? "",
    ...Object.fromEntries(protocol.classes.map(({name}, c) => [name, row.classes[c].value ?? ""]))
  };
}
