import {largestOverMedian} from "../../analysis/causes.js";
import {matrix} from "../../charts/matrix.js";
import {h, setText} from "../../ui/dom.js";
import {reasonOf} from "../../ui/reason.js";
import {figure} from "../frame/figure.js";
import {layerOf, type CausesPlace, type CausesView} from "./causes.js";

/** What silencing each head does to the largest norm: a row a layer, a column a head. */
export function causesHeads(place: CausesPlace): HTMLElement {
  const cells = matrix({
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
  const status = h("span", {role: "status"});
  const asked = {cancel: false};
  const cancel = h("button", {type: "button", hidden: true, onclick: () => (asked.cancel = true)}, "Cancel");
  const measure = h("button", {type: "button", onclick: () => void run()}, "Measure every head");
  const frame = figure(cells, place.feed, {
    id: "causes-heads",
    title: "What silencing a head does",
    waiting: "Loading this photo.",
    lede: "Change of the largest norm over the median when one head is switched off, in per cent of what it is as trained.",
    reading: "Gold is less, purple is more. A click on a cell adds its head to the list above.",
    controls: [measure, cancel, status],
    data: () =>
      Array.from(values, (change, i) => ({
        layer: Math.floor(i / heads) + 1,
        head: (i % heads) + 1,
        change_percent: change
      }))
  });
  let values: number[] = [];
  let heads = 1;
  let image = "";
  const draw = (view: CausesView, ratios: readonly number[]) => {
    const layers = view.causes.plain.norms.length;
    const plain = largestOverMedian(view.causes.plain.norms[view.causes.layer - 1]);
    heads = ratios.length / layers;
    values = ratios.map((ratio) => 100 * (ratio / plain - 1));
    const reach = Math.max(1, ...values.filter(Number.isFinite).map(Math.abs));
    cells.update({
      rows: Array.from({length: layers}, (_, l) => String(l + 1)),
      columns: Array.from({length: heads}, (_, head) => String(head + 1)),
      values,
      domain: [0, reach]
    });
    const best = values.reduce((at, value, i) => (value < values[at] ? i : at), 0);
    frame.update({
      title: `No head carries them alone: the most that silencing one takes away is ${Math.max(0, -values[best]).toFixed(0)} %`,
      source: `${view.picture.title} · ${place.runner.model} · high norms told in layer ${view.causes.layer}`,
      waiting: "",
      drawn: {image: view.picture.id, heads: values.filter(Number.isFinite).length}
    });
    if (values[best] < -50)
      frame.update({
        title: `Silencing head ${(best % heads) + 1} of layer ${Math.floor(best / heads) + 1} takes ${(-values[best]).toFixed(0)} % of the largest norm away`
      });
  };
  const run = async () => {
    const {view} = place.state;
    if (!view) return;
    const layers = view.causes.plain.norms.length;
    asked.cancel = false;
    cancel.hidden = false;
    measure.hidden = true;
    const found: number[] = [];
    try {
      for (let i = 0; !asked.cancel && place.state.view?.picture.id === view.picture.id; ++i) {
        const [layer, head] = [Math.floor(i / (heads || 1)) + 1, (i % (heads || 1)) + 1];
        if (layer > layers) break;
        setText(status, `head ${head} of layer ${layer}`);
        const changed = await place.numbers(`head ${layer}.${head} x0`, (stage) => setText(status, stage));
        found.push(largestOverMedian(layerOf({...view, changed}, "norms", view.causes.layer).after));
        draw(
          view,
          Array.from({length: layers * heads}, (_, j) => found[j] ?? NaN)
        );
      }
      setText(status, asked.cancel ? "cancelled" : "");
    } catch (error) {
      setText(status, reasonOf(error));
    }
    cancel.hidden = true;
    measure.hidden = false;
  };
  place.subscribe(({view, failure}) => {
    if (failure && !view) frame.update({failure});
    if (!view || view.picture.id === image) return;
    image = view.picture.id;
    heads = view.causes.headCount;
    const known = view.causes.heads;
    measure.hidden = known !== undefined;
    draw(view, known ?? Array.from({length: view.causes.plain.norms.length * heads}, () => NaN));
  });
  return frame;
}
