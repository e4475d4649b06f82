import type {Bounds} from "../../analysis/corpus/summary.js";
import {peak} from "../../analysis/compareModels.js";
import {measureIds, measures, relativeDepth, type MeasureId} from "../../analysis/layerMeasures.js";
import {depthLines, type DepthSeries} from "../../charts/depthLines.js";
import {strokesLegend} from "../../charts/legend.js";
import {plate, plates} from "../../charts/plate.js";
import type {Place} from "../../site/feed.js";
import {h} from "../../ui/dom.js";
import {figure} from "../frame/figure.js";
import type {Rows} from "../frame/rows.js";
import {followModels, modelStroke, type ModelsView} from "./follow.js";

/** A small chart a measure, and what draws them. */
function smallMultiples() {
  const charts = measureIds.map((id) => {
    const {unit, log, share, hint, label} = measures[id];
    const chart = depthLines({series: [], label: unit, scale: log ? "log" : "linear", share});
    return {id, chart, frame: plate(chart, {title: h("span", {title: hint}, label)})};
  });
  const element = plates(
    charts.map(({frame}) => frame),
    280
  );
  const update = (seriesOf: (id: MeasureId) => DepthSeries[], current: number) => {
    for (const {id, chart} of charts) chart.update({series: seriesOf(id), current});
  };
  return {element, update};
}

/** The depth that the chosen layer has in the first model. */
function chosenDepth({seen, selection}: ModelsView): number {
  const {layers} = seen[0].model;
  return relativeDepth(Math.min(selection.layer, layers) - 1, layers);
}

/** Every measure of every model on the chosen photo, by relative depth. */
export function modelsOnPhoto(place: Place): HTMLElement {
  const charts = smallMultiples();
  const legend = h("div", {});
  let shown: ModelsView | undefined;
  const frame = figure(charts.element, place, {
    id: "models-photo",
    title: "What each model does with the same photo",
    lede: "Six measures of each layer of the trunk without SOM, by relative depth: 100 % is after the last layer. The dotted rule is the chosen layer.",
    waiting: "Loading what the models find.",
    legend: [legend],
    data: () => (shown ? photoRows(shown) : [])
  });
  followModels(place, frame, (view) => {
    shown = view;
    const {models, seen, selection} = view;
    charts.update(
      (id) =>
        seen.map(({model, photo}) => ({
          ...modelStroke(models, model.id),
          values: photo.measures[id].map((value) => value ?? NaN)
        })),
      chosenDepth(view)
    );
    legend.replaceChildren(strokesLegend(seen.map(({model}) => modelStroke(models, model.id))));
    frame.update({
      title: photoTitle(view),
      source: `${selection.image} · ${seen.map(({model}) => model.id).join(", ")} · without SOM · mean over heads · factor 1, no cap`,
      drawn: {image: selection.image, models: seen.map(({model}) => model.id)}
    });
  });
  return frame;
}

/** How many models have outliers here, and whether registers take them over. */
function photoTitle({seen}: ModelsView): string {
  const having = seen.filter(({photo}) => (peak(photo.measures.outliers) ?? 0) > 0);
  const many = `${having.length} of ${seen.length} ${seen.length === 1 ? "model has" : "models have"} outliers on this photo`;
  const registered = seen.filter(({model}) => model.prefix.registers > 0);
  if (!registered.length) return `${many}; none of them has registers`;
  const over = registered.filter(
    ({photo}) => (peak(photo.measures.registers) ?? 0) > (peak(photo.measures.toOutliers) ?? 0)
  );
  return `${many}; in ${over.length} of ${registered.length} with registers these receive more attention than the outliers`;
}

function photoRows({seen}: ModelsView): Rows {
  return seen.flatMap(({model, photo}) =>
    photo.sets.map((_, layer) => ({
      model: model.id,
      photo: photo.id,
      layer: layer + 1,
      depth: relativeDepth(layer, model.layers),
      ...Object.fromEntries(measureIds.map((id) => [id, photo.measures[id][layer] ?? ""]))
    }))
  );
}

/** The same over many photos, with intervals. */
export function modelsOverCorpus(place: Place): HTMLElement {
  const charts = smallMultiples();
  const legend = h("div", {});
  let rows: Rows = [];
  const frame = figure(charts.element, place, {
    id: "models-corpus",
    title: "The same over many photos",
    lede: "Means over photos with 95 % bootstrap intervals, by relative depth.",
    waiting: "Loading what the models find.",
    legend: [legend],
    data: () => rows
  });
  followModels(place, frame, (view) => {
    const {models} = view;
    const summed = models.filter(({voc}) => voc);
    const pick = (bounds: readonly Bounds[], k: number) => bounds.map((bound) => bound[k] ?? NaN);
    charts.update(
      (id) =>
        summed.map(({id: model, voc}) => ({
          ...modelStroke(models, model),
          values: pick(voc!.measures[id], 0),
          low: pick(voc!.measures[id], 1),
          high: pick(voc!.measures[id], 2)
        })),
      chosenDepth(view)
    );
    rows = summed.flatMap(({id: model, layers, voc}) =>
      Array.from({length: layers}, (_, layer) => ({
        model,
        layer: layer + 1,
        ...Object.fromEntries(
          measureIds.flatMap((id) => {
            const [mean, low, high] = voc!.measures[id][layer];
            return [
              [id, mean ?? ""],
              [`${id}_low`, low ?? ""],
              [`${id}_high`, high ?? ""]
            ];
          })
        )
      }))
    );
    legend.replaceChildren(strokesLegend(summed.map(({id}) => modelStroke(models, id))));
    const [first] = summed;
    frame.update({
      failure: first
        ? ""
        : "No model of this site was summed up over PASCAL VOC: npm run sfp -- corpus FOLDER --model ID makes such numbers.",
      title: first ? `The same on average over ${first.voc!.images} photos` : "The same over many photos",
      source: summed.map(({id, voc}) => `${id} on ${voc!.name}`).join(" · "),
      drawn: {models: summed.map(({id}) => id)}
    });
  });
  return frame;
}
