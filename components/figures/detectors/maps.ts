import {shownScores, type Detector} from "../../analysis/detectors/detector.js";
import {detectorIds, detectors, type DetectorId} from "../../analysis/detectors/index.js";
import {prefixLength} from "../../records/record.js";
import type {LayerDetections} from "../../analysis/detectors/layer.js";
import {agreementMatrix, overlap} from "../../analysis/agreement.js";
import {spearman} from "../../analysis/ranks.js";
import type {Feed} from "../../site/feed.js";
import {detectorControls} from "./controls.js";
import {
  countName,
  detectionsOf,
  detectorNotes,
  detectorTitle,
  missingWords,
  needOthers,
  notComputed,
  presentIn
} from "./reading.js";
import {formatValue} from "../../ui/dom.js";
import {patchHands} from "../frame/kit.js";
import {figure, provenance, type Drawn} from "../frame/figure.js";
import {follow} from "../frame/follow.js";
import {marksOn} from "../frame/tokens.js";
import {sharedRange} from "../side/sharedRange.js";
import {marksLegend, rampLegend} from "../../charts/legend.js";
import {matrix} from "../../charts/matrix.js";
import {patchMap} from "../../charts/patchMap.js";
import {plate, plates} from "../../charts/plate.js";
import {highNormOf, maximum, patchName} from "../../charts/reading.js";

const lede =
  "Scores of every detector on the same layer’s tokens, each with its own unit and range; rings are its set.";

/** Every detector on the same tokens: scores as colours, sets as rings. */
export function detectorMaps(feed: Feed): HTMLElement {
  const {store} = feed;
  const hands = patchHands(store);
  const panels = Object.fromEntries(
    detectorIds.map((id) => {
      const {label, unit}: Detector = detectors[id];
      const title = detectorTitle(id);
      const map = patchMap({
        grid: [14, 14],
        label: `${title}, ${unit.label}`,
        unit: unit.label,
        signed: unit.signed,
        ...hands
      });
      const legend = rampLegend({label: `${label}: ${unit.label}`, domain: [0, 1], signed: unit.signed});
      return [id, {map, frame: plate(map, {title}), legend}];
    })
  ) as Record<
    DetectorId,
    {
      map: ReturnType<typeof patchMap>;
      frame: ReturnType<typeof plate>;
      legend: ReturnType<typeof rampLegend>;
    }
  >;
  const controls = detectorControls(store, detectorIds);
  const frame = figure(
    plates(
      detectorIds.map((id) => panels[id].frame),
      210
    ),
    feed,
    {
      id: "detectors",
      title: `${countName(detectorIds.length)} ideas of an outlier`,
      waiting: "Loading the analysis of this photo.",
      lede,
      legend: [...detectorIds.map((id) => panels[id].legend), marksLegend(["outlier", "highNorm", "brushed"])],
      controls: controls.inputs,
      reading: `${detectorIds.map((id) => detectors[id].reading).join(" ")} Hover a patch to read its scores.`,
      data: () =>
        shown
          ? Array.from(shown.som.scores, (_, patch) => ({
              patch,
              ...Object.fromEntries(
                detectorIds.flatMap((id) => {
                  const found = shown?.[id];
                  return found
                    ? [
                        [`${id}_score`, found.scores[patch]],
                        [`${id}_outlier`, found.outliers[patch]]
                      ]
                    : [];
                })
              )
            }))
          : []
    }
  );
  let shown: LayerDetections | undefined;
  let keys = 0;
  const point = () => {
    const {hover, brush} = store.pointing;
    for (const id of detectorIds) {
      panels[id].map.update({hover, brush});
      const found = shown?.[id];
      const score = found && hover !== null ? shownScores(detectors[id], found.scores, keys)[hover] : null;
      panels[id].frame.update({readout: score === null ? "" : formatValue(score)});
    }
  };
  follow(
    feed,
    frame,
    (view) => {
      const {record, choice, selection, picture} = view;
      shown = detectionsOf(view);
      const high = marksOn(highNormOf(record, choice.trunk, choice.layer), "highNorm");
      keys = prefixLength(record.prefix) + record.grid[0] * record.grid[1];
      const sizes: string[] = [];
      for (const id of detectorIds) {
        const found = shown[id];
        const {map, frame: panel, legend} = panels[id];
        panel.hidden = legend.hidden = !found;
        if (!found) continue;
        const detector: Detector = detectors[id];
        const {from = 0, signed} = detector.unit;
        const scores = shownScores(detector, found.scores, keys);
        const domain = sharedRange(feed, `detectors ${id}`, [from, maximum(signed ? scores.map(Math.abs) : scores)]);
        const members = marksOn(found.outliers, "outlier");
        map.update({
          grid: record.grid,
          values: scores,
          domain,
          scale: selection.maps.scale,
          marks: [...high, ...members]
        });
        legend.update({domain, scale: selection.maps.scale});
        sizes.push(`${detectors[id].label} ${members.length}`);
      }
      controls.show(selection);
      const missing = detectorIds.filter((id) => !shown![id]).map((id) => detectors[id].label);
      frame.update({
        lede: [lede, missingWords(view)].filter(Boolean).join(" "),
        title: `${countName(sizes.length)} ${sizes.length === 1 ? "idea" : "ideas"} of an outlier: of ${record.grid[0] * record.grid[1]} patches in layer ${choice.layer + 1} ${sizes.length === 1 ? "it finds" : "they find"} ${sizes.join(", ")}`,
        source: provenance(
          {...record, image: picture.title},
          {
            layer: choice.layer + 1,
            trunk: choice.trunk,
            notes: [...detectorNotes(selection, presentIn(shown!)), ...(missing.length ? [notComputed(missing)] : [])]
          }
        )
      });
      point();
      frame.update({drawn: {image: record.image, trunk: choice.trunk, layer: choice.layer + 1, outliers: sizes}});
    },
    () => point()
  );
  return frame;
}

/** Where detectors agree: patch by patch, pair by pair as sets, and pair by pair as rankings. */
export function detectorAgreement(feed: Feed): HTMLElement {
  const {store} = feed;
  const photo = patchMap({
    grid: [14, 14],
    label: "how many detectors find a patch",
    unit: "detectors",
    ...patchHands(store)
  });
  const photoFrame = plate(photo, {title: "how many find it"});
  const names = detectorIds.map((id) => detectors[id].label);
  const format = (value: number) => value.toFixed(2).replace("-", "−");
  const blank = {rows: names, columns: names, values: [], cellHeight: 44, cellWidth: 72, format};
  const sets = matrix({
    ...blank,
    label: "Jaccard index of two sets",
    domain: [0, 1],
    onPick: (row, column) => {
      const [a, b] = [present[row], present[column]].map((id) => shown?.[id]?.outliers);
      if (!a || !b) return;
      picked = [row, column];
      sets.update({current: picked});
      store.point({brush: new Set(Array.from(a.keys()).filter((i) => a[i] && b[i]))});
    }
  });
  const ranks = matrix({...blank, label: "rank correlation of two scores", signed: true, domain: [0, 1]});
  const legends = [
    rampLegend({label: "detectors", domain: [0, 4], scale: "linear"}),
    rampLegend({label: "Jaccard", domain: [0, 1], scale: "linear"}),
    rampLegend({label: "Spearman’s ρ", domain: [0, 1], scale: "linear", signed: true})
  ];
  const frame = figure(
    plates(
      [photoFrame, plate(sets, {title: "same patches? Jaccard"}), plate(ranks, {title: "same order? Spearman’s ρ"})],
      280
    ),
    feed,
    {
      id: "agreement",
      title: "Where they agree",
      waiting: "Loading.",
      lede: "Left: the number of detectors whose set holds the patch. Middle: what two sets share, as part of what either holds. Right: rank correlation of the scores over all patches.",
      legend: legends,
      reading:
        "L2 and MAD rank by the same norm, so their order is one by construction. A click on a cell of the middle table marks the patches that both find, in all maps. Two sets of very different size cannot share much: read the index with their sizes above.",
      data: () =>
        present.flatMap((first, i) =>
          present.slice(i + 1).map((second) => {
            const [a, b] = [shown![first]!, shown![second]!];
            const {both, onlyA, onlyB} = overlap(a.outliers, b.outliers);
            return {first, second, both, only_first: onlyA, only_second: onlyB, spearman: spearman(a.scores, b.scores)};
          })
        )
    }
  );
  let shown: LayerDetections | undefined;
  let present: DetectorId[] = [];
  let picked: readonly [number, number] | null = null;
  let made: Drawn = {};
  const point = () => {
    const {hover, brush} = store.pointing;
    photo.update({hover, brush});
    frame.update({drawn: {...made, brushed: brush?.size ?? 0}});
    if (!brush && picked) sets.update({current: (picked = null)});
    const finders = hover === null ? [] : present.filter((id) => shown?.[id]?.outliers[hover]);
    photoFrame.update({
      readout: hover === null ? "" : finders.map((id) => detectors[id].label).join(", ") || "none"
    });
  };
  follow(
    feed,
    frame,
    (view) => {
      const {record, choice, selection, picture} = view;
      needOthers(view);
      const found = detectionsOf(view);
      shown = found;
      present = presentIn(found);
      const all = present.map((id) => found[id]!);
      const labels = present.map((id) => detectors[id].label);
      const votes = Array.from(found.som.scores, (_, i) => all.filter(({outliers}) => outliers[i]).length);
      photo.update({
        grid: record.grid,
        values: votes,
        domain: [0, present.length],
        scale: "linear",
        photo: null,
        marks: votes.flatMap((votesFor, patch) =>
          votesFor === present.length ? [{patch, mark: "outlier" as const}] : []
        )
      });
      const jaccards = agreementMatrix(all.map(({outliers}) => outliers));
      sets.update({rows: labels, columns: labels, values: jaccards});
      ranks.update({
        rows: labels,
        columns: labels,
        values: all.flatMap((a) => all.map((b) => spearman(a.scores, b.scores)))
      });
      const every = votes.filter((votesFor) => votesFor === present.length);
      const best = votes.reduce((a, b, i) => (b > votes[a] ? i : a), 0);
      frame.update({
        title:
          every.length > 0
            ? `All ${present.length} agree on ${every.length} ${every.length === 1 ? "patch" : "patches"}`
            : `No patch is found by all ${present.length}; at most ${votes[best]} agree, as on ${patchName(best, record.grid[1])}`,
        source: provenance(
          {...record, image: picture.title},
          {layer: choice.layer + 1, trunk: choice.trunk, notes: detectorNotes(selection, presentIn(shown!))}
        )
      });
      made = {
        image: record.image,
        layer: choice.layer + 1,
        jaccards: Array.from(jaccards.subarray(0, present.length), (value) => value.toFixed(3))
      };
      point();
    },
    () => point()
  );
  return frame;
}
