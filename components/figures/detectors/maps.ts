import {median} from "../../analysis/arrays.js";
import {detectLayer, layerDetectors, type LayerDetections, type LayerDetector} from "../../analysis/detectors/layer.js";
import {agreementMatrix, overlap} from "../../analysis/agreement.js";
import {highNormTokens} from "../../analysis/norms.js";
import {spearman} from "../../analysis/ranks.js";
import type {Feed, View} from "../../site/feed.js";
import {slider} from "../../ui/inputs.js";
import {somControls} from "../diagonal/controls.js";
import {detectorNotes, detectorOptions, detectorStyle} from "./style.js";
import {formatValue} from "../../ui/dom.js";
import {figure, provenance} from "../frame/figure.js";
import {follow} from "../frame/follow.js";
import {marksOn} from "../frame/tokens.js";
import {marksLegend, rampLegend} from "../../charts/legend.js";
import {matrix} from "../../charts/matrix.js";
import {patchMap} from "../../charts/patchMap.js";
import {plate, plates} from "../../charts/plate.js";
import {maximum, patchName, patchNorms} from "../../charts/reading.js";

/** What a view's layer looks like to every detector. */
export function detectionsOf({record, choice, selection}: View, layer = choice.layer): LayerDetections {
  return detectLayer(record, choice.trunk, layer, detectorOptions(selection));
}

/** Scores in the unit that a reader sees: attention in times uniform, norms in times the median. */
function shownScores(id: LayerDetector, scores: Float64Array): Float64Array {
  if (id === "som") return scores.map((score) => score * (scores.length + 1));
  if (id !== "l2") return scores;
  const unit = median(scores);
  return scores.map((score) => score / unit);
}

/** Four detectors on the same tokens: scores as colours, sets as rings. */
export function detectorMaps(feed: Feed): HTMLElement {
  const {store} = feed;
  const hands = {
    onHover: (hover: number | null) => store.point({hover}),
    onPick: (patch: number, other: boolean) => store.set(other ? {background: patch} : {target: patch})
  };
  const panels = Object.fromEntries(
    layerDetectors.map((id) => {
      const {title, unit} = detectorStyle[id];
      const signed = id === "som";
      const map = patchMap({grid: [14, 14], label: `${title}, ${unit}`, unit, signed, ...hands});
      const legend = rampLegend({label: `${detectorStyle[id].label}: ${unit}`, domain: [0, 1], signed});
      return [id, {map, frame: plate(map, {title}), legend}];
    })
  ) as Record<
    LayerDetector,
    {
      map: ReturnType<typeof patchMap>;
      frame: ReturnType<typeof plate>;
      legend: ReturnType<typeof rampLegend>;
    }
  >;
  const som = somControls(store);
  const count = slider({
    label: "L2 takes",
    least: 0,
    most: 60,
    value: store.value.count,
    suffix: "longest",
    hint: "L2 always finds so many, outliers or not. SFP’s released code: 10",
    onChange: (value) => store.set({count: value})
  });
  const contamination = slider({
    label: "LOF takes",
    least: 0,
    most: 0.3,
    step: 0.01,
    value: store.value.contamination,
    suffix: "of all",
    hint: "The share of tokens with the largest scores. SC-CLIP: 0.05",
    onChange: (value) => store.set({contamination: value})
  });
  const threshold = slider({
    label: "MAD from",
    least: 0,
    most: 20,
    step: 0.5,
    value: store.value.threshold,
    suffix: "σ",
    hint: "Norms this many robust standard deviations above the median. The usual cut: 3.5",
    onChange: (value) => store.set({threshold: value})
  });
  const frame = figure(
    plates(
      layerDetectors.map((id) => panels[id].frame),
      210
    ),
    {
      id: "detectors",
      title: "Four ideas of an outlier",
      waiting: "Loading the analysis of this photo.",
      lede: "Scores of four detectors on the same layer’s tokens, each with its own unit and range; rings are its set.",
      legend: [...layerDetectors.map((id) => panels[id].legend), marksLegend(["outlier", "highNorm", "brushed"])],
      controls: [...som.inputs, count, contamination, threshold],
      reading:
        "SOM looks at attention, L2 and MAD at the token’s length, LOF at how far it lies from other tokens. L2 and LOF find a fixed number whatever the layer; SOM and MAD may find none. Hover a patch to read its four scores.",
      data: () =>
        shown
          ? Array.from(shown.som.scores, (_, patch) => ({
              patch,
              ...Object.fromEntries(
                layerDetectors.flatMap((id) => {
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
  const point = () => {
    const {hover, brush} = store.pointing;
    for (const id of layerDetectors) {
      panels[id].map.update({hover, brush});
      const found = shown?.[id];
      const score = found && hover !== null ? shownScores(id, found.scores)[hover] : null;
      panels[id].frame.update({readout: score === null ? "" : formatValue(score)});
    }
  };
  follow(
    feed,
    frame,
    (view) => {
      const {record, choice, selection, picture} = view;
      shown = detectionsOf(view);
      const high = marksOn(highNormTokens(patchNorms(record, choice.trunk, choice.layer)), "highNorm");
      const sizes: string[] = [];
      for (const id of layerDetectors) {
        const found = shown[id];
        const {map, legend} = panels[id];
        if (!found) {
          map.update({grid: record.grid, values: null, marks: []});
          continue;
        }
        const scores = shownScores(id, found.scores);
        const domain = [
          id === "l2" || id === "lof" ? 1 : 0,
          maximum(id === "som" ? scores.map(Math.abs) : scores)
        ] as const;
        const members = marksOn(found.outliers, "outlier");
        map.update({
          grid: record.grid,
          values: scores,
          domain,
          scale: selection.scale,
          marks: [...high, ...members]
        });
        legend.update({domain, scale: selection.scale});
        sizes.push(`${detectorStyle[id].label} ${members.length}`);
      }
      som.show(selection);
      count.update({value: selection.count});
      contamination.update({value: selection.contamination});
      threshold.update({value: selection.threshold});
      frame.update({
        title: `Four ideas of an outlier: of ${record.grid[0] * record.grid[1]} patches in layer ${choice.layer + 1} they find ${sizes.join(", ")}`,
        source: provenance(
          {...record, image: picture.title},
          {layer: choice.layer + 1, trunk: choice.trunk, notes: detectorNotes(selection)}
        )
      });
      point();
      frame.dataset.drawn = `${record.image} ${choice.trunk} ${choice.layer + 1} ${sizes.join(" ")}`;
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
    onHover: (hover) => store.point({hover}),
    onPick: (patch, other) => store.set(other ? {background: patch} : {target: patch})
  });
  const photoFrame = plate(photo, {title: "how many find it"});
  const names = layerDetectors.map((id) => detectorStyle[id].label);
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
  let present: LayerDetector[] = [];
  let picked: readonly [number, number] | null = null;
  const point = () => {
    const {hover, brush} = store.pointing;
    photo.update({hover, brush});
    frame.dataset.brushed = String(brush?.size ?? 0);
    if (!brush && picked) sets.update({current: (picked = null)});
    const finders = hover === null ? [] : present.filter((id) => shown?.[id]?.outliers[hover]);
    photoFrame.update({
      readout: hover === null ? "" : finders.map((id) => detectorStyle[id].label).join(", ") || "none"
    });
  };
  follow(
    feed,
    frame,
    (view) => {
      const {record, choice, selection, picture} = view;
      const found = detectionsOf(view);
      shown = found;
      present = layerDetectors.filter((id) => found[id]);
      const all = present.map((id) => found[id]!);
      const labels = present.map((id) => detectorStyle[id].label);
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
          {layer: choice.layer + 1, trunk: choice.trunk, notes: detectorNotes(selection)}
        )
      });
      point();
      frame.dataset.drawn = `${record.image} ${choice.layer + 1} ${Array.from(jaccards.subarray(0, present.length), (value) => value.toFixed(3)).join(" ")}`;
    },
    () => point()
  );
  return frame;
}
