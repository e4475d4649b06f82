/** The panels of differences: a map for patches and large grids, a table for what has names. */
import type {Domain, Scale} from "../../charts/colour.js";
import {matrix} from "../../charts/matrix.js";
import {patchMap} from "../../charts/patchMap.js";
import {plate} from "../../charts/plate.js";
import type {SelectionStore} from "../../site/selection.js";
import {formatValue} from "../../ui/dom.js";
import {indexed} from "../../charts/indexed.js";
import {patchHands} from "../frame/kit.js";
import type {Difference, Quantity, Sheet} from "./comparison.js";

/** One quantity's difference. */
export interface DifferencePanel {
  id: string;
  unit: string;
  frame: HTMLElement;
  /** Shows a difference; says so where there is none. */
  draw(found: Difference | undefined, domain: Domain, scale: Scale): void;
  /** Marks a cell, as the other maps of a photo do. */
  point(cell: number | null): void;
}

/** A panel for a quantity. */
export function differencePanel(store: SelectionStore, quantity: Quantity): DifferencePanel {
  return quantity.table ? tablePanel(quantity) : mapPanel(store, quantity);
}

const unknown = "not known on both sides";

function mapPanel(store: SelectionStore, {id, label, unit}: Quantity): DifferencePanel {
  let shown: Difference | undefined;
  const {onHover, onPick} = patchHands(store);
  const map = patchMap({
    grid: [14, 14],
    signed: true,
    label: `A − B, ${label}`,
    unit,
    // A cell of another grid is no patch of the photo.
    onHover: (cell) => (shown?.a.axes ? point(cell) : onHover(cell)),
    onPick: (cell, other) => !shown?.a.axes && onPick(cell, other)
  });
  const frame = plate(map, {title: titleOf(label)});
  const point = (cell: number | null) => {
    map.update({hover: cell});
    const value = cell === null ? undefined : shown?.values[cell];
    const where = cell !== null && shown?.a.axes ? `${cellName(shown.a, cell)}: ` : "";
    frame.update({readout: value === undefined ? "" : `${where}${signed(value)}`});
  };
  return {
    id,
    unit,
    frame,
    draw: (found, domain, scale) => {
      shown = found;
      const sheet = found?.a;
      map.update({...(sheet && {grid: sheet.grid, axes: sheet.axes}), values: found?.values ?? null, scale, domain});
      frame.classList.toggle("is-wide", sheet !== undefined && sheet.grid[1] > 3 * sheet.grid[0]);
      frame.update({absent: found ? "" : unknown});
    },
    point: (cell) => {
      if (!shown?.a.axes) point(cell);
    }
  };
}

function tablePanel({id, label, unit, table}: Quantity): DifferencePanel {
  const [down, across] = table!;
  const cells = matrix({
    rows: [],
    columns: [],
    values: [],
    signed: true,
    label: `A − B, ${label}`,
    down,
    across,
    cellWidth: 72,
    format: signed
  });
  const frame = plate(cells, {title: titleOf(label)});
  return {
    id,
    unit,
    frame,
    draw: (found, domain, scale) => {
      if (found) {
        const [rows, columns] = found.a.names ?? found.a.grid.map(upTo);
        cells.update({rows, columns, values: found.values, domain, scale});
      }
      frame.update({absent: found ? "" : unknown});
    },
    point: () => {}
  };
}

function upTo(count: number): string[] {
  return Array.from({length: count}, (_, i) => String(i + 1));
}

function titleOf(label: string): Node {
  return indexed(`A − B: ${label}`);
}

/** "layer 3, patch 20". */
function cellName({grid, axes}: Sheet, cell: number): string {
  const place = [Math.floor(cell / grid[1]), cell % grid[1]];
  return (axes ?? []).map((axis, i) => `${axis} ${place[i] + 1}`).join(", ");
}

/** "+0.4", "−0.4". */
function signed(value: number): string {
  return `${value > 0 ? "+" : ""}${formatValue(value)}`.replace("-", "−");
}
