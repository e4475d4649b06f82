import {modelAgreement} from "../../analysis/compareModels.js";
import {layerAtDepth} from "../../analysis/layerMeasures.js";
import {rampLegend} from "../../charts/legend.js";
import {matrix} from "../../charts/matrix.js";
import type {Place} from "../../site/feed.js";
import {figure} from "../frame/figure.js";
import type {Rows} from "../frame/rows.js";
import {followModels} from "./follow.js";

/** Whether two models mean the same patches: the overlap of their outlier sets on one photo. */
export function modelAgreementFigure(place: Place): HTMLElement {
  const table = matrix({
    rows: [],
    columns: [],
    values: [],
    domain: [0, 1],
    label: "share of outliers that two models share",
    cellHeight: 40,
    cellWidth: 120,
    format: (value) => (Number.isNaN(value) ? "" : `${(100 * value).toFixed(0)} %`)
  });
  let rows: Rows = [];
  const frame = figure(table, place, {
    id: "models-agreement",
    title: "Do models agree on which patches are outliers?",
    lede: "Patches in both sets as a share of those in either (Jaccard), each model at the same relative depth.",
    waiting: "Loading what the models find.",
    legend: [rampLegend({label: "Jaccard", domain: [0, 1], scale: "linear"})],
    reading: "A cell is empty where both sets are, or where grids differ and patches cannot be compared.",
    data: () => rows
  });
  followModels(place, frame, ({seen, selection}) => {
    const {layers} = seen[0].model;
    const layer = Math.min(selection.layer, layers) - 1;
    const values = modelAgreement(seen, layer);
    const names = seen.map(({model}) => `${model.id}, layer ${layerAtDepth(layer, layers, model.layers) + 1}`);
    table.update({rows: names, columns: names, values});
    rows = names.flatMap((model, i) =>
      names.map((other, j) => ({
        model,
        other,
        jaccard: Number.isNaN(values[i * names.length + j]) ? "" : values[i * names.length + j]
      }))
    );
    const shared = seen.length > 1 ? values[1] : NaN;
    frame.update({
      title: Number.isNaN(shared)
        ? `Layer ${layer + 1}: fewer than two sets to compare`
        : `Layer ${layer + 1}: ${seen[0].model.id} and ${seen[1].model.id} share ${(100 * shared).toFixed(0)} % of their outliers`,
      source: `${selection.image} · without SOM · mean over heads · Eq. 4, factor 1, no cap`,
      drawn: {image: selection.image, layer: layer + 1, models: seen.length}
    });
  });
  return frame;
}
