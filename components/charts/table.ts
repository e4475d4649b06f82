import type {Drawing} from "../ui/drawing.js";
import {drawing} from "../ui/drawing.js";
import {h} from "../ui/dom.js";

/** What a cell compares by; null sorts last, whichever way. */
export type Sortable = string | number | null;

export interface Column<R> {
  /** Unique in its table. */
  key: string;
  label: string;
  /** Said on hover and to assistive technology: what the column holds, with units. */
  about?: string;
  /** A heading over neighbouring columns of the same group. */
  group?: string;
  kind: "text" | "number";
  value: (row: R) => Sortable;
  /** What is shown, where it is not the value itself; numbers get one decimal, null a dash. */
  show?: (row: R) => Node | string;
  /** Whether a row's value is to stand out, such as the best of a column. */
  strong?: (row: R) => boolean;
}

export interface TableOptions<R> {
  /** Said to assistive technology. */
  label: string;
  columns: readonly Column<R>[];
  rows: readonly R[];
  /** Which rows are listed. */
  filter?: (row: R) => boolean;
  /** The column it is sorted by at first; the rows' own order unless given. */
  sort?: {key: string; descending: boolean} | null;
  /** More about a row, unfolded below it. */
  detail?: (row: R) => Node | null;
  /** Whether a row is set apart, such as one that was added. */
  apart?: (row: R) => boolean;
}

/** Numbers side by side: a click on a heading sorts, a row unfolds. Scrolls inside itself when it is wide. */
export function table<R>(options: TableOptions<R>): Drawing<TableOptions<R>> {
  let state = options;
  const open = new Set<R>();
  const element = h("div", {class: "scroll data-table", role: "region", tabindex: 0, "aria-label": options.label});
  const paint = () => {
    // A repaint replaces the button that was pressed; the focus goes to its successor.
    const focused = (element.ownerDocument.activeElement as HTMLElement | null)?.dataset?.focus;
    element.replaceChildren(render(state, {open, sortBy, unfold}));
    if (focused) element.querySelector<HTMLElement>(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
  };
  const sortBy = (key: string) => {
    state = {...state, sort: nextSort(state, key)};
    paint();
  };
  const unfold = (row: R) => {
    if (!open.delete(row)) open.add(row);
    paint();
  };
  paint();
  return drawing<TableOptions<R>, HTMLElement>(element, (change) => {
    state = {...state, ...change};
    paint();
  });
}

/** Best first for numbers, A first for words; then the other way; then the rows' own order. */
export function nextSort<R>({columns, sort}: TableOptions<R>, key: string): TableOptions<R>["sort"] {
  const first = columns.find((column) => column.key === key)?.kind === "number";
  if (sort?.key !== key) return {key, descending: first};
  return sort.descending === first ? {key, descending: !first} : null;
}

/** The listed rows in order. Rows that are equal, and rows without a value, keep their own order. */
export function sortedRows<R>({columns, rows, filter, sort}: TableOptions<R>): R[] {
  const listed = filter ? rows.filter(filter) : [...rows];
  const column = columns.find(({key}) => key === sort?.key);
  if (!column || !sort) return listed;
  const sign = sort.descending ? -1 : 1;
  return listed.toSorted((a, b) => {
    const [x, y] = [column.value(a), column.value(b)];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    return sign * (typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y)));
  });
}

interface Acts<R> {
  open: ReadonlySet<R>;
  sortBy: (key: string) => void;
  unfold: (row: R) => void;
}

function render<R>(state: TableOptions<R>, acts: Acts<R>): HTMLTableElement {
  const rows = sortedRows(state);
  const {columns} = state;
  return h(
    "table",
    {},
    h("caption", {class: "visually-hidden"}, state.label),
    h("thead", {}, groupRow(columns), h("tr", {}, ...columns.map((column) => heading(column, state, acts)))),
    h(
      "tbody",
      {},
      ...rows.flatMap((row) => bodyRows(row, state, acts)),
      rows.length ? null : h("tr", {}, h("td", {colspan: columns.length, class: "none"}, "No row fits."))
    )
  );
}

/** Headings over groups of columns, where there are any. */
function groupRow<R>(columns: readonly Column<R>[]): HTMLElement | null {
  if (columns.every(({group}) => group === undefined)) return null;
  const spans: {group?: string; count: number}[] = [];
  for (const {group} of columns) {
    const last = spans.at(-1);
    if (last && last.group === group) ++last.count;
    else spans.push({group, count: 1});
  }
  const cells = spans.map(({group, count}) =>
    group === undefined
      ? h("td", {colspan: count})
      : h("th", {colspan: count, scope: "colgroup", class: "group"}, h("span", {}, group))
  );
  return h("tr", {class: "groups"}, ...cells);
}

function heading<R>({key, label, about, kind}: Column<R>, {sort}: TableOptions<R>, {sortBy}: Acts<R>): HTMLElement {
  const direction = sort?.key === key ? (sort.descending ? "descending" : "ascending") : null;
  return h(
    "th",
    {scope: "col", class: kind, "aria-sort": direction},
    h(
      "button",
      {type: "button", title: about, "data-focus": `sort-${key}`, onclick: () => sortBy(key)},
      label,
      h("span", {class: "sort-mark", "aria-hidden": "true"}, direction ? (direction === "ascending" ? "↑" : "↓") : "")
    )
  );
}

function bodyRows<R>(row: R, {columns, detail, apart, rows}: TableOptions<R>, {open, unfold}: Acts<R>): HTMLElement[] {
  const more = detail?.(row);
  const unfolded = open.has(row);
  const cells = columns.map((column, i) => {
    const content = shown(column, row);
    const strong = column.strong?.(row) ?? false;
    const inner = strong ? h("strong", {}, content) : content;
    if (i > 0) return h("td", {class: column.kind}, inner);
    const key = `row-${rows.indexOf(row)}`;
    const title = more
      ? h(
          "button",
          {
            type: "button",
            class: "unfold",
            "data-focus": key,
            "aria-expanded": String(unfolded),
            title: "Where it comes from, and how to get it again",
            onclick: () => unfold(row)
          },
          inner
        )
      : inner;
    return h("th", {scope: "row", class: column.kind}, title);
  });
  const line = h("tr", {class: apart?.(row) ? "is-apart" : null}, ...cells);
  return more && unfolded
    ? [line, h("tr", {class: "detail"}, h("td", {colspan: columns.length}, h("div", {}, more)))]
    : [line];
}

function shown<R>({value, show, kind}: Column<R>, row: R): Node | string {
  if (show) return show(row);
  const found = value(row);
  if (found === null) return "–";
  return typeof found === "number" && kind === "number" ? found.toFixed(1) : String(found);
}
