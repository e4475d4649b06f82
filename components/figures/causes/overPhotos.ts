import type {CausesStep, CausesSummary} from "../../analysis/causes.js";
import type {Interval} from "../../analysis/intervals.js";
import {table} from "../../charts/table.js";
import type {Place} from "../../site/feed.js";
import {reasonOf} from "../../ui/reason.js";
import {figure} from "../frame/figure.js";
import {loadSummaries} from "./load.js";

interface Row extends CausesStep {
  model: string;
}

/** What the first neurons of a model do to many photos when they are switched off. */
export function causesOverPhotos(place: Place): HTMLElement {
  const rows = table<Row>({label: "neurons switched off, over many photos", columns, rows: []});
  let found: Row[] = [];
  const frame = figure(rows, place, {
    id: "causes-photos",
    title: "A few neurons carry the high-norm patches of all photos",
    waiting: "Loading what was measured.",
    lede: "The first neurons of each model, switched off at all patches. Means over photos with 95 % intervals.",
    reading:
      "Found on one half of the photos and measured on the other. Chance: as many neurons drawn from the same layers. Cleared: photos that had high-norm patches and have none any more.",
    data: () =>
      found.map(({model, neurons, random, ratio, count, cleared, kept}) => ({
        model,
        neurons,
        by_chance: Number(random),
        ratio: ratio.estimate,
        count: count.estimate,
        cleared: cleared.estimate,
        kept: kept.estimate
      }))
  });
  loadSummaries().then(
    (summaries) => {
      found = summaries.flatMap(({model, steps}) => steps.map((step) => ({model, ...step})));
      rows.update({rows: found});
      frame.update({source: summaries.map(sourceOf).join(" · "), waiting: "", drawn: {rows: found.length}});
    },
    (error: unknown) => frame.update({failure: reasonOf(error)})
  );
  return frame;
}

function sourceOf({model, name, weights, layer}: CausesSummary): string {
  return `${model}, ${name}, layer ${layer}, weights ${weights.slice(0, 8)}`;
}

const measured = (key: string, label: string, about: string, of: (row: Row) => Interval, digits: number) =>
  ({
    key,
    label,
    about,
    kind: "number",
    value: (row: Row) => of(row).estimate,
    show: (row: Row) => {
      const {estimate, low, high} = of(row);
      return `${estimate.toFixed(digits)} (${low.toFixed(digits)}–${high.toFixed(digits)})`;
    }
  }) as const;

const columns = [
  {key: "model", label: "model", kind: "text", value: ({model}: Row) => model} as const,
  {
    key: "neurons",
    label: "neurons",
    about: "switched off",
    kind: "number",
    value: ({neurons}: Row) => neurons,
    show: ({neurons, random}: Row) => (random ? `${neurons} by chance` : String(neurons))
  } as const,
  measured("ratio", "largest norm, × median", "in the layer that the last block reads", ({ratio}) => ratio, 1),
  measured("count", "high-norm patches", "a photo", ({count}) => count, 2),
  measured("cleared", "cleared", "share of the photos that have none any more", ({cleared}) => cleared, 2),
  measured("kept", "cosine of others", "of the features of ordinary patches with what they were", ({kept}) => kept, 3)
];
