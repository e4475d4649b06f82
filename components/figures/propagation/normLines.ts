import {layerSummaries} from "../../analysis/summary.js";
import type {ImageRecord} from "../../records/record.js";
import type {Feed} from "../../site/feed.js";
import {h} from "../../ui/dom.js";
import {figure, provenance} from "../frame/figure.js";
import {follow} from "../frame/follow.js";
import {strokesLegend} from "../../charts/legend.js";
import {lines} from "../../charts/lines.js";
import type {Stroke} from "../../charts/marks.js";
import {trunkStrokes} from "../../charts/marks.js";
import {plate} from "../../charts/plate.js";
import {maximum, median, relativeNorms} from "../../charts/reading.js";

/** With SOM, once the layer's outliers are replaced: what the next block sees. */
export const repairedStroke: Stroke = {...trunkStrokes.purified, label: "after its repair", dash: "1 3"};

/** The longest patch and the number of outliers against the layer, without SOM and with it. */
export function normLines(feed: Feed): HTMLElement {
  const {store} = feed;
  const onPick = (layer: number) => store.set({layer});
  const norms = lines({series: [], label: "↑ largest norm, times the median", scale: "log", onPick});
  const counts = lines({series: [], label: "↑ patches in the outlier set", onPick});
  let known: {record: ImageRecord; rows: ReturnType<typeof measure>} | undefined;
  const frame = figure(
    h("div", {class: "beside"}, plate(norms, {title: "longest patch"}), plate(counts, {title: "outliers"})),
    {
      id: "norms-by-layer",
      title: "Norms are flattened; the test goes on firing",
      waiting: "Loading.",
      lede: "Left: the largest patch norm of each layer in times that layer’s median patch, on a logarithmic scale. Right: patches in the outlier set.",
      legend: [strokesLegend([trunkStrokes.plain, trunkStrokes.purified, repairedStroke])],
      reading:
        "Two different things called outlier: on the left a token far longer than the rest, on the right one that fails the test of Eq. 4. Where the left falls to about 1 and the right does not, the test finds tokens whose length is ordinary.",
      data: () => known?.rows.table ?? []
    }
  );
  follow(feed, frame, ({record, choice, picture}) => {
    const current = choice.layer + 1;
    if (known?.record === record) {
      norms.update({current});
      counts.update({current});
    } else {
      known = {record, rows: measure(record)};
      const {plain, purified, repaired, counts: numbers} = known.rows;
      norms.update({
        current,
        series: [
          {...trunkStrokes.plain, label: "without", values: plain},
          {...trunkStrokes.purified, label: "with", values: purified},
          {...repairedStroke, values: repaired, quiet: true}
        ]
      });
      counts.update({
        current,
        series: [
          {...trunkStrokes.plain, label: "without", values: numbers.plain},
          {...trunkStrokes.purified, label: "with", values: numbers.purified}
        ]
      });
    }
    const {plain, purified, counts: numbers} = known.rows;
    const last = record.layers;
    frame.update({
      title: `In the last layer the longest patch is ${plain[last - 1].toFixed(1)} times the median without SOM and ${purified[last - 1].toFixed(1)} with it, yet ${numbers.purified[last - 1]} of ${record.grid[0] * record.grid[1]} patches fail the test`,
      source: provenance({...record, image: picture.title}, {notes: ["mean over heads"]})
    });
    frame.dataset.drawn = `${record.image} ${current}`;
  });
  return frame;
}

function measure(record: ImageRecord) {
  const layers = Array.from({length: record.layers}, (_, layer) => layer);
  const [before, after] = [layerSummaries(record, "plain"), layerSummaries(record, "purified")];
  const relative = (rows: typeof before) => rows.map(({maxNorm, medianNorm}) => maxNorm / medianNorm);
  const [plain, purified] = [relative(before), relative(after)];
  // The last layer has no repair to follow.
  const repaired = layers.slice(0, -1).map((layer) => {
    const norms = relativeNorms(record, "purified", layer, 1, true);
    return maximum(norms) / median(norms);
  });
  const counts = {plain: before.map(({outliers}) => outliers), purified: after.map(({outliers}) => outliers)};
  const table = layers.map((layer) => ({
    layer: layer + 1,
    largest_without: plain[layer],
    largest_with: purified[layer],
    largest_repaired: repaired[layer] ?? "",
    outliers_without: counts.plain[layer],
    outliers_with: counts.purified[layer]
  }));
  return {plain, purified, repaired, counts, table};
}
