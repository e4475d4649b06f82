import {largestOverMedian} from "../../analysis/causes.js";
import {matrix} from "../../charts/matrix.js";
import {figure} from "../frame/figure.js";
import {layerOf, sourceOf, type CausesPlace, type CausesView} from "./causes.js";
import {measuring, type MeasuringHands} from "./measuring.js";

/** Changes of the largest norm in per cent, layer by layer: `heads` a layer, NaN where not measured. */
interface Changes {
  heads: number;
  values: number[];
}

/** What silencing each head does to the largest norm: a row a layer, a column a head. */
export function causesHeads(place: CausesPlace): HTMLElement {
  let changes: Changes = {heads: 1, values: []};
  let image = "";
  const cells = headMatrix(place);
  const {inputs, offer} = measuring("Measure every head", (hands) => everyHead(place, changes.heads, draw, hands));
  const frame = figure(cells, place, {
    id: "causes-heads",
    title: "What silencing a head does",
    waiting: "Loading this photo.",
    lede: "Change of the largest norm over the median when one head is switched off, in per cent of what it is as trained.",
    reading: "Gold is less, purple is more. A click on a cell adds its head to the list above.",
    controls: inputs,
    data: () => rowsOf(changes)
  });
  const draw = (view: CausesView, ratios: readonly number[]) => {
    changes = changesOf(view, ratios);
    const {heads, values} = changes;
    cells.update({
      rows: Array.from({length: values.length / heads}, (_, l) => String(l + 1)),
      columns: Array.from({length: heads}, (_, head) => String(head + 1)),
      values,
      domain: [0, Math.max(1, ...values.filter(Number.isFinite).map(Math.abs))]
    });
    frame.update({
      title: titleOf(changes),
      source: sourceOf({...view, changed: undefined, device: view.causes.heads ? undefined : place.runner?.device()}),
      still: !view.causes.heads,
      waiting: "",
      drawn: {image: view.picture.id, heads: values.filter(Number.isFinite).length}
    });
  };
  place.subscribe(({view, failure}) => {
    if (failure && !view) frame.update({failure});
    if (!view || view.picture.id === image) return;
    image = view.picture.id;
    const {heads: known, headCount, plain} = view.causes;
    offer(known === undefined);
    draw(view, known ?? Array.from({length: plain.norms.length * headCount}, () => NaN));
  });
  return frame;
}

function headMatrix(place: CausesPlace) {
  return matrix({
    rows: [],
    columns: [],
    values: [],
    down: "layer",
    across: "head",
    label: "largest norm over the median with this head switched off, over what it is as trained",
    signed: true,
    format: signed,
    cellWidth: 90,
    onPick: (row, column) =>
      place.ask([
        ...(place.state.view?.list ?? []),
        {kind: "head", values: {layer: row + 1, head: column + 1, scale: 0}}
      ])
  });
}

/** Switches off one head after the other, and draws what is known after each. */
async function everyHead(
  place: CausesPlace,
  heads: number,
  draw: (view: CausesView, ratios: readonly number[]) => void,
  {say, cancelled}: MeasuringHands
): Promise<void> {
  const {view} = place.state;
  if (!view) return;
  const count = view.causes.plain.norms.length * heads;
  const found: number[] = [];
  for (let i = 0; i < count && !cancelled() && place.state.view?.picture.id === view.picture.id; ++i) {
    const [layer, head] = [Math.floor(i / heads) + 1, (i % heads) + 1];
    say(`head ${head} of layer ${layer}`);
    const changed = await place.numbers(silenced(layer, head, heads), say);
    found.push(largestOverMedian(layerOf({...view, changed}, "norms", view.causes.layer).after));
    draw(
      view,
      Array.from({length: count}, (_, j) => found[j] ?? NaN)
    );
  }
}

function changesOf({causes}: CausesView, ratios: readonly number[]): Changes {
  const plain = largestOverMedian(causes.plain.norms[causes.layer - 1]);
  return {heads: ratios.length / causes.plain.norms.length, values: ratios.map((ratio) => 100 * (ratio / plain - 1))};
}

function titleOf({heads, values}: Changes): string {
  if (!values.some(Number.isFinite)) return "What silencing a head does";
  const best = values.reduce((at, value, i) => (value < (values[at] || 0) ? i : at), 0);
  const most = Math.max(0, -values[best]).toFixed(0);
  return values[best] < -50
    ? `Silencing head ${(best % heads) + 1} of layer ${Math.floor(best / heads) + 1} lowers the largest norm by ${most} %`
    : `No head carries them alone: silencing one lowers the largest norm by ${most} % at most`;
}

/** One head off, the others of its layer times 1, which is no change: all heads of a layer share a session. */
function silenced(layer: number, head: number, heads: number): string {
  return Array.from({length: heads}, (_, i) => `head ${layer}.${i + 1} x${Number(i + 1 !== head)}`).join("; ");
}

/** Whole per cent; what rounds to 0 has no sign. */
function signed(value: number): string {
  const whole = Math.round(value);
  return whole > 0 ? `+${whole}` : whole === 0 ? "0" : `−${-whole}`;
}

function rowsOf({heads, values}: Changes) {
  return values.map((change, i) => ({
    layer: Math.floor(i / heads) + 1,
    head: (i % heads) + 1,
    change_percent: change
  }));
}
