import {largestOverMedian} from "../../analysis/causes.js";
import {matrix} from "../../charts/matrix.js";
import {figure} from "../frame/figure.js";
import {layerOf, type CausesPlace, type CausesView} from "./causes.js";
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
  const frame = figure(cells, place.feed, {
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
      source: `${view.picture.title} · ${place.runner.model} · high norms told in layer ${view.causes.layer}`,
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
    format: (value) => (value > 0 ? `+${value.toFixed(0)}` : value.toFixed(0)),
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
    const changed = await place.numbers(`head ${layer}.${head} x0`, say);
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
  const best = values.reduce((at, value, i) => (value < values[at] ? i : at), 0);
  if (values[best] < -50)
    return `Silencing head ${(best % heads) + 1} of layer ${Math.floor(best / heads) + 1} takes ${(-values[best]).toFixed(0)} % of the largest norm away`;
  return `No head carries them alone: the most that silencing one takes away is ${Math.max(0, -values[best]).toFixed(0)} %`;
}

function rowsOf({heads, values}: Changes) {
  return values.map((change, i) => ({
    layer: Math.floor(i / heads) + 1,
    head: (i % heads) + 1,
    change_percent: change
  }));
}
