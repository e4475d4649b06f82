import {shownScores} from "../../analysis/detectors/detector.js";
import {detectorIds, detectors} from "../../analysis/detectors/index.js";
import {prefixLength} from "../../records/record.js";
import type {Feed, View} from "../../site/feed.js";
import {detectorControls} from "./controls.js";
import {ownTestField} from "./ownTestField.js";
import {looks, shownIds, type ShownId} from "../frame/ownTest.js";
import {
  countName,
  detectionsOf,
  detectorNotes,
  detectorTitle,
  missingWords,
  withoutScores,
  presentIn,
  type Found
} from "./reading.js";
import {formatValue} from "../../ui/dom.js";
import {patchHands, type Hands} from "../frame/kit.js";
import type {Rows} from "../frame/rows.js";
import {figure, provenance, type FigureOptions} from "../frame/figure.js";
import {follow} from "../frame/follow.js";
import {heldMarksLegend} from "../frame/heldLegend.js";
import {marksOn} from "../frame/tokens.js";
import {sharedRange} from "../side/sharedRange.js";
import {rampLegend} from "../../charts/legend.js";
import {patchMap} from "../../charts/patchMap.js";
import {plate, plates} from "../../charts/plate.js";
import {highNormOf, maximum} from "../../charts/reading.js";

const lede =
  "Scores of every detector on the same layer’s tokens, each with its own unit and range; rings are its set.";

/** A map of one detector's scores, its frame and its legend. */
interface Panel {
  map: ReturnType<typeof patchMap>;
  frame: ReturnType<typeof plate>;
  legend: ReturnType<typeof rampLegend>;
}

function panelOf(id: ShownId, hands: Hands): Panel {
  const {label, unit} = looks[id];
  const title = id === "expr" ? label : detectorTitle(id);
  const map = patchMap({
    grid: [14, 14],
    label: `${title}, ${unit.label}`,
    unit: unit.label,
    signed: unit.signed,
    ...hands
  });
  const legend = rampLegend({label: `${label}: ${unit.label}`, domain: [0, 1], signed: unit.signed});
  return {map, frame: plate(map, {title}), legend};
}

/** Every detector on the same tokens: scores as colours, sets as rings. */
export function detectorMaps(feed: Feed): HTMLElement {
  const {store} = feed;
  const hands = patchHands(store);
  const panels = new Map(shownIds.map((id) => [id, panelOf(id, hands)]));
  const controls = detectorControls(store, detectorIds);
  const own = ownTestField(store);
  const frame = figure(
    plates(
      Array.from(panels.values(), (panel) => panel.frame),
      210
    ),
    feed,
    {
      id: "detectors",
      title: `${countName(detectorIds.length)} ideas of an outlier`,
      waiting: "Loading the analysis of this photo.",
      lede,
      legend: [
        ...Array.from(panels.values(), ({legend}) => legend),
        heldMarksLegend(feed, ["outlier", "highNorm", "brushed"])
      ],
      controls: [...controls.inputs, own.element],
      reading: readingOf(detectorIds),
      data: () => (shown ? rows(shown) : [])
    }
  );
  let shown: Found | undefined;
  let keys = 0;
  const point = () => {
    const {hover, brush} = store.pointing;
    for (const [id, {map, frame: panel}] of panels) {
      map.update({hover, brush});
      const found = shown?.[id];
      const score = found && hover !== null ? shownScores(looks[id], found.scores, keys)[hover] : null;
      panel.update({readout: score === null ? "" : formatValue(score)});
    }
  };
  follow(
    feed,
    frame,
    (view) => {
      const {record, choice, selection} = view;
      const found = (shown = detectionsOf(view));
      keys = prefixLength(record.prefix) + record.grid[0] * record.grid[1];
      for (const [id, panel] of panels) paint(feed, panel, id, view, found, keys);
      controls.show(selection);
      own.show(view);
      const sizes = presentIn(found).map((id) => `${looks[id].label} ${sizeOf(found[id]!.outliers)}`);
      frame.update(words(view, found, sizes));
      point();
      frame.update({drawn: {image: record.image, trunk: choice.trunk, layer: choice.layer + 1, outliers: sizes}});
    },
    () => point()
  );
  return frame;
}

/** Shows one detector's scores and set; nothing where it has none. */
function paint(feed: Feed, {map, frame, legend}: Panel, id: ShownId, view: View, all: Found, keys: number): void {
  const {record, choice, selection} = view;
  const found = all[id];
  frame.hidden = legend.hidden = !found;
  if (!found) return;
  const {from = 0, signed} = looks[id].unit;
  const {scale} = selection.maps;
  const scores = shownScores(looks[id], found.scores, keys);
  const finite = scores.filter(Number.isFinite);
  const domain = sharedRange(feed, "detectors", [from, maximum(signed ? finite.map(Math.abs) : finite)], id);
  if (id === "expr") frame.update({title: `${looks[id].label}: ${selection.detectors.expr}`});
  const high = marksOn(highNormOf(record, choice.trunk, choice.layer), "highNorm");
  map.update({
    grid: record.grid,
    values: scores,
    domain,
    scale,
    marks: [...high, ...marksOn(found.outliers, "outlier")]
  });
  legend.update({domain, scale});
}

/** What the detectors that are shown mean. */
function readingOf(ids: readonly ShownId[]): string {
  const all = ids.flatMap((id) => (id === "expr" ? [] : [detectors[id].reading]));
  return [...all, "Hover a patch to read its scores."].join(" ");
}

function sizeOf(set: Uint8Array): number {
  return set.reduce((sum, flag) => sum + flag, 0);
}

function words(view: View, found: Found, sizes: readonly string[]): Partial<FigureOptions> {
  const {record, choice, selection, picture} = view;
  const missing = detectorIds.filter((id) => !found[id]).map((id) => detectors[id].label);
  const one = sizes.length === 1;
  return {
    lede: [lede, missingWords(view)].filter(Boolean).join(" "),
    reading: readingOf(presentIn(found)),
    title: `${countName(sizes.length)} ${one ? "idea" : "ideas"} of an outlier: of ${record.grid[0] * record.grid[1]} patches in layer ${choice.layer + 1} ${one ? "it finds" : "they find"} ${sizes.join(", ")}`,
    source: provenance(
      {...record, image: picture.title},
      {
        layer: choice.layer + 1,
        trunk: choice.trunk,
        notes: [
          ...detectorNotes(selection, presentIn(found)),
          ...(missing.length ? [withoutScores(missing, record)] : [])
        ]
      }
    )
  };
}

function rows(found: Found): Rows {
  return Array.from(found.som.scores, (_, patch) => ({
    patch,
    ...Object.fromEntries(
      presentIn(found).flatMap((id) => [
        [`${id}_score`, found[id]!.scores[patch]],
        [`${id}_outlier`, found[id]!.outliers[patch]]
      ])
    )
  }));
}
