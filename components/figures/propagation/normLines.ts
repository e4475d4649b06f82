import {largestOverMedian} from "../../analysis/causes.js";
import {layerSummaries} from "../../analysis/summary.js";
import {heldTrunks, missingNorms, notInImport} from "../../records/absent.js";
import type {ImageRecord, Trunk} from "../../records/record.js";
import type {Feed} from "../../site/feed.js";
import {h} from "../../ui/dom.js";
import {figure, provenance} from "../frame/figure.js";
import {follow} from "../frame/follow.js";
import {heldStrokesLegend} from "../frame/heldLegend.js";
import type {Rows} from "../frame/rows.js";
import {lines} from "../../charts/lines.js";
import type {Stroke} from "../../charts/marks.js";
import {trunkStrokes} from "../../charts/marks.js";
import {plate} from "../../charts/plate.js";
import {relativeNorms} from "../../charts/reading.js";

/** With SOM, once the layer's outliers are replaced: what the next block sees. */
export const repairedStroke: Stroke = {...trunkStrokes.purified, label: "after its repair", dash: "1 3"};

const lede =
  "Left: the largest patch norm of each layer in times that layer’s median patch, on a logarithmic scale. Right: patches in the outlier set.";

/** The largest patch norm and the number of outliers against the layer, without SOM and with it. */
export function normLines(feed: Feed): HTMLElement {
  const {store} = feed;
  const onPick = (layer: number) => store.set({layer});
  const norms = lines({series: [], label: "↑ largest norm, times the median", scale: "log", onPick});
  const counts = lines({series: [], label: "↑ patches in the outlier set", onPick});
  let known: {record: ImageRecord; rows: Measured[]} | undefined;
  const normPlate = plate(norms, {title: "largest patch norm"});
  const frame = figure(h("div", {class: "beside"}, normPlate, plate(counts, {title: "outliers"})), feed, {
    id: "norms-by-layer",
    title: "SOM flattens norms; Eq. 4 still selects patches",
    waiting: "Loading.",
    lede,
    legend: [heldStrokesLegend(feed, {purified: [repairedStroke]})],
    reading:
      "Two different kinds of outlier: on the left tokens with a high norm, on the right patches selected by Eq. 4. Where the left falls to about 1 and the right does not, Eq. 4 selects tokens with ordinary norms.",
    data: () => (known ? tableOf(known.rows) : [])
  });
  follow(feed, frame, ({record, choice, picture}) => {
    const current = choice.layer + 1;
    if (known?.record === record) {
      norms.update({current});
      counts.update({current});
    } else {
      const rows = heldTrunks(record).map((trunk) => measure(record, trunk));
      known = {record, rows};
      const named = ({trunk}: Measured) => ({...trunkStrokes[trunk], label: trunk === "plain" ? "without" : "with"});
      norms.update({
        current,
        series: rows.flatMap((row) => [
          ...(row.largest ? [{...named(row), values: row.largest}] : []),
          ...(row.repaired ? [{...repairedStroke, values: row.repaired, quiet: true}] : [])
        ])
      });
      counts.update({current, series: rows.map((row) => ({...named(row), values: row.outliers}))});
      normPlate.update({
        absent: rows.some(({largest}) => largest) ? "" : notInImport(...missingNorms(record, "plain"))
      });
    }
    const missing = notInImport(...missingNorms(record, "purified"));
    frame.update({
      title: titleOf(record, known.rows),
      lede: [lede, missing].filter(Boolean).join(" "),
      source: provenance({...record, image: picture.title}, {notes: ["mean over heads"]})
    });
    frame.update({drawn: {image: record.image, layer: current}});
  });
  return frame;
}

/** What the last layer comes to. */
function titleOf({layers, grid}: ImageRecord, [plain, purified]: Measured[]): string {
  const patches = grid[0] * grid[1];
  const [before, after] = [plain, purified].map((row) => row?.largest?.[layers - 1].toFixed(1));
  if (before === undefined || after === undefined) {
    const length = before === undefined ? "" : `the largest patch norm is ${before} times the median, and `;
    return `In the last layer ${length}${plain.outliers[layers - 1]} of ${patches} patches are outliers without SOM${purified ? `, ${purified.outliers[layers - 1]} with it` : ""}`;
  }
  return `In the last layer the largest patch norm is ${before} times the median without SOM and ${after} with it, yet ${purified.outliers[layers - 1]} of ${patches} patches are selected by Eq. 4`;
}

/** A trunk's layers: its largest norms in times the median, as far as its tokens are known, and the sizes of its sets. */
interface Measured {
  trunk: Trunk;
  largest?: number[];
  /** Of the purified trunk, after repair. */
  repaired?: number[];
  outliers: number[];
}

function measure(record: ImageRecord, trunk: Trunk): Measured {
  const rows = layerSummaries(record, trunk);
  const outliers = rows.map(({outliers: count}) => count);
  if (missingNorms(record, trunk).length) return {trunk, outliers};
  const largest = rows.map(({maxNorm, medianNorm}) => maxNorm / medianNorm);
  if (trunk === "plain") return {trunk, outliers, largest};
  // The last layer has no repair to follow.
  const repaired = rows.slice(0, -1).map(({layer}) => {
    const norms = relativeNorms(record, trunk, layer, 1, true);
    return largestOverMedian(norms);
  });
  return {trunk, outliers, largest, repaired};
}

function tableOf(rows: readonly Measured[]): Rows {
  return rows[0].outliers.map((_, layer) => {
    const row: Record<string, number | string> = {layer: layer + 1};
    const suffix = ({trunk}: Measured) => (trunk === "plain" ? "without" : "with");
    for (const each of rows) if (each.largest) row[`largest_${suffix(each)}`] = each.largest[layer];
    for (const {repaired} of rows) if (repaired) row.largest_repaired = repaired[layer] ?? "";
    for (const each of rows) row[`outliers_${suffix(each)}`] = each.outliers[layer];
    return row;
  });
}
