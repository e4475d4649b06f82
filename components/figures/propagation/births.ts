import {persistence, spells, survival, transitions} from "../../analysis/persistence.js";
import {heldTrunks, missingTrunk, notInImport} from "../../records/absent.js";
import {trunks, type ImageRecord, type Trunk} from "../../records/record.js";
import {historyOf} from "../../analysis/summary.js";
import type {Feed} from "../../site/feed.js";
import {alluvial} from "../../charts/alluvial.js";
import {h, s} from "../../ui/dom.js";
import {figure, provenance} from "../frame/figure.js";
import {follow} from "../frame/follow.js";
import {heldStrokesLegend} from "../frame/heldLegend.js";
import {lines} from "../../charts/lines.js";
import {marks, trunkStrokes} from "../../charts/marks.js";
import {trunkPlates} from "../../charts/plate.js";

const flowLede =
  "All patches, layer by layer: the outlier set below in red, the others above in grey. Widths are numbers of patches; the number on top is the set’s size.";
const spellLede = "A spell is an unbroken run of layers in which a patch is an outlier. Kaplan and Meier’s estimate.";

/** Who becomes an outlier, who stays one and who ceases to be one, from each layer to the next. */
export function birthsFigure(feed: Feed): HTMLElement {
  const {store} = feed;
  const onPick = (layer: number) => store.set({layer: layer + 1});
  const blank = {patches: 196, first: 0, transitions: [], onPick};
  const flows = {
    plain: alluvial({...blank, label: "without SOM"}),
    purified: alluvial({...blank, label: "with SOM"})
  };
  const frames = trunkPlates(flows);
  const frame = figure(h("div", {class: "stacked"}, frames.plain, frames.purified), feed, {
    id: "births",
    title: "Outliers come and go between layers",
    waiting: "Loading.",
    lede: flowLede,
    legend: [flowLegend()],
    reading:
      "Follow the red band: patches that enter it from above become outliers, patches that leave it stop being outliers, and the rest are outliers in both layers.",
    data: () =>
      shown
        ? heldTrunks(shown).flatMap((trunk) =>
            transitions(historyOf(shown!, trunk)).map(({from, kept, births, deaths}) => ({
              trunk,
              from: from + 1,
              to: from + 2,
              kept,
              births,
              deaths
            }))
          )
        : []
  });
  let shown: ImageRecord | undefined;
  follow(feed, frame, ({record, choice, picture}) => {
    for (const trunk of trunks) frames[trunk].hidden = missingTrunk(record, trunk).length > 0;
    for (const trunk of heldTrunks(record)) {
      if (record === shown) flows[trunk].update({current: choice.layer});
      else {
        const history = historyOf(record, trunk);
        const first = history.outliers as Uint8Array;
        flows[trunk].update({
          patches: history.patches,
          first: first.subarray(0, history.patches).reduce((sum, flag) => sum + flag, 0),
          transitions: transitions(history),
          current: choice.layer
        });
      }
    }
    shown = record;
    const stay = (trunk: Trunk) => percent(persistence(transitions(historyOf(record, trunk))));
    const missing = notInImport(...missingTrunk(record, "purified"));
    frame.update({
      title: `Of the outliers of one layer, ${stay("plain")} are outliers in the next without SOM${missing ? "" : `, ${stay("purified")} with it`}`,
      lede: [flowLede, missing].filter(Boolean).join(" "),
      source: provenance({...record, image: picture.title}, {notes: ["mean over heads"]})
    });
    frame.update({drawn: {image: record.image, layer: choice.layer + 1}});
  });
  return frame;
}

/** How long outliers last: the chance that a spell goes on for more than so many layers. */
export function survivalFigure(feed: Feed): HTMLElement {
  const chart = lines({
    series: [],
    label: "↑ share of spells that last longer",
    across: "layers since the onset",
    start: 0,
    extent: [0, 1],
    curve: "step-after"
  });
  const frame = figure(chart, feed, {
    id: "survival",
    title: "For how many layers a patch stays an outlier",
    waiting: "Loading.",
    lede: spellLede,
    legend: [heldStrokesLegend(feed)],
    reading:
      "The step at 1 is the share of spells that end after a single layer. Where the network ends before the spell does, the spell is censored: it counts as at risk for the layers observed, and never as ended. Spells of neighbouring patches are not independent, so no interval is drawn.",
    data: () => trunks.flatMap((trunk) => Array.from(curves[trunk] ?? [], (share, layers) => ({trunk, layers, share})))
  });
  let shown: ImageRecord | undefined;
  let curves: Partial<Record<Trunk, ArrayLike<number>>> = {};
  follow(feed, frame, ({record, picture}) => {
    if (record === shown) return;
    shown = record;
    const found = heldTrunks(record).map((trunk) => {
      const all = spells(historyOf(record, trunk));
      const curve = survival(all);
      const censored = all.filter((spell) => spell.censored).length;
      return {
        trunk,
        curve,
        ends: percent(1 - (curve[1] ?? NaN)),
        count: `${all.length} spells, ${censored} of them censored by the last layer`
      };
    });
    curves = Object.fromEntries(found.map(({trunk, curve}) => [trunk, curve]));
    chart.update({
      series: found.map(({trunk, curve}) => ({
        ...trunkStrokes[trunk],
        label: trunk === "plain" ? "without" : "with",
        values: curve
      }))
    });
    const [plain, purified] = found;
    frame.update({
      title: `${plain.ends} of spells end after one layer without SOM${purified ? `, ${purified.ends} with it` : ""}`,
      lede: [
        spellLede,
        `Without SOM: ${plain.count}.`,
        purified ? `With SOM: ${purified.count}.` : notInImport(...missingTrunk(record, "purified"))
      ].join(" "),
      source: provenance({...record, image: picture.title}, {notes: ["mean over heads"]})
    });
    frame.update({drawn: {image: record.image}});
  });
  return frame;
}

function percent(share: number): string {
  return Number.isNaN(share) ? "none" : `${Math.round(share * 100)} %`;
}

function flowLegend(): HTMLElement {
  const item = (colour: string, opacity: number, label: string) =>
    h(
      "li",
      {},
      s(
        "svg",
        {width: 22, height: 12, "aria-hidden": "true"},
        s("rect", {width: 22, height: 12, fill: colour, "fill-opacity": opacity})
      ),
      label
    );
  return h(
    "ul",
    {class: "legend-marks"},
    item(marks.outlier.colour, 0.8, "kept"),
    item(marks.outlier.colour, 0.4, "new"),
    item(marks.token.colour, 0.5, "gone"),
    item(marks.token.colour, 0.16, "in neither layer")
  );
}
