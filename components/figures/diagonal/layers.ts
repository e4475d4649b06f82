import type {Feed, View} from "../../site/feed.js";
import {diagonalRows, type DiagonalReading} from "./reading.js";
import {selectedDiagonal, diagonalSource} from "./scatter.js";
import {formatValue} from "../../ui/dom.js";
import {figure} from "../frame/figure.js";
import {follow} from "../frame/follow.js";
import {marksLegend, rampLegend} from "../../charts/legend.js";
import {maximum, rowWords} from "../../charts/reading.js";
import {ridges} from "../../charts/ridges.js";
import {scatterStrip} from "../../charts/scatterStrip.js";

/** Keeps what was read of all layers until something other than the layer changes. */
function everyLayer(): (view: View) => DiagonalReading[] | null {
  let key: unknown[] = [];
  return (view) => {
    const {
      detectors,
      maps: {scale}
    } = view.selection;
    const next = [view.record, view.choice.trunk, detectors.som, scale];
    if (next.every((value, i) => value === key[i])) return null;
    key = next;
    return Array.from({length: view.record.layers}, (_, layer) => selectedDiagonal(view, layer));
  };
}

/** The scatter of every layer on common axes. */
export function diagonalByLayer(feed: Feed): HTMLElement {
  const {store} = feed;
  const blank = {x: [], y: [], members: []};
  const strip = scatterStrip({
    items: Array.from({length: 12}, (_, i) => ({label: String(i + 1), ...blank})),
    label: "attention from the class token across, to itself up",
    domain: [0, 1],
    factor: 1,
    onPick: (item) => store.set({layer: item + 1})
  });
  const frame = figure(strip, feed, {
    id: "diagonal-layers",
    title: "The points move below the line from layer to layer",
    waiting: "Loading.",
    lede: "The same scatter for every layer, on common axes: from the class token across, to itself up, times uniform.",
    legend: [marksLegend(["token", "outlier", "brushed"])],
    reading:
      "In early layers the points lie along the left edge: patches attend to themselves, and the class token to none in particular. A click chooses the layer; what is brushed above is marked in all.",
    data: () => shown.flatMap((reading, layer) => diagonalRows(reading, {layer: layer + 1}))
  });
  let shown: DiagonalReading[] = [];
  const read = everyLayer();
  follow(
    feed,
    frame,
    (view) => {
      const {choice, selection} = view;
      const readings = read(view);
      if (!readings) return strip.update({current: choice.layer});
      shown = readings;
      const domain = [0, maximum(...readings.flatMap(({x, y}) => [x, y]))] as const;
      const {prefix} = view.record;
      strip.update({
        label: rowWords("attention from the class token across, to itself up", prefix),
        domain,
        scale: selection.maps.scale,
        factor: choice.factor,
        current: choice.layer,
        items: readings.map(({x, y, members, count}, i) => ({
          label: `layer ${i + 1}`,
          note: count ? `${count} below` : "",
          x,
          y,
          members
        }))
      });
      const first = readings.findIndex(({count}) => count > 0);
      frame.update({
        title:
          first < 0
            ? "In no layer does a patch fall below the line"
            : `The first patches fall below the line in layer ${first + 1}; in the last layer it is ${readings.at(-1)!.count} of ${readings[0].x.length}`,
        lede: `The same scatter for every layer, on common axes from 0 to ${formatValue(domain[1])} times uniform: from the class token across, to itself up.`,
        source: diagonalSource(view)
      });
      frame.update({drawn: {image: view.record.image, outliers: readings.map(({count}) => count)}});
    },
    ({hover, brush}) => strip.update({hover, brush})
  );
  return frame;
}

/** How the margin spreads in every layer, and how much of it lies above zero. */
export function marginFigure(feed: Feed): HTMLElement {
  const {store} = feed;
  let readings: DiagonalReading[] = [];
  const chart = ridges({
    rows: Array.from({length: 12}, () => []),
    reach: 1,
    label: "margin, times uniform",
    notes: Array.from({length: 12}, () => ""),
    onPick: (row) => store.set({layer: row + 1})
  });
  const legend = rampLegend({label: "self is greater ← margin → class is greater", domain: [0, 1], signed: true});
  const frame = figure(chart, feed, {
    id: "margins",
    title: "Is there a gap between outliers and the other patches?",
    waiting: "Loading.",
    lede: "How many patches have which margin (m times the class token’s attention minus their own), a histogram a layer. Height: square root of the number, each layer its own.",
    legend: [legend],
    reading:
      "A threshold is well placed when it falls into a gap. Where a histogram crosses zero without a gap, the line divides similar patches, and small changes decide which of them are outliers.",
    data: () =>
      readings.flatMap(({margins, members}, layer) =>
        Array.from(margins, (margin, patch) => ({layer: layer + 1, patch, margin, outlier: members[patch]}))
      )
  });
  const read = everyLayer();
  const pointed = (hover: number | null) => readings.map(({margins}) => (hover === null ? null : margins[hover]));
  follow(
    feed,
    frame,
    (view) => {
      const {choice, selection} = view;
      const next = read(view);
      if (!next) return chart.update({current: choice.layer});
      readings = next;
      const reach = maximum(...readings.map(({margins}) => margins.map(Math.abs)));
      const near = readings[choice.layer];
      chart.update({
        rows: readings.map(({margins}) => margins),
        reach,
        scale: selection.maps.scale,
        notes: readings.map(({count}) => (count ? `${count} in S` : "none")),
        current: choice.layer,
        pointed: pointed(store.pointing.hover)
      });
      legend.update({
        domain: [0, reach],
        scale: selection.maps.scale,
        label: rowWords("self is greater ← margin → class is greater", view.record.prefix)
      });
      frame.update({source: diagonalSource(view)});
      frame.update({drawn: {image: view.record.image, outliers: near.count}});
    },
    ({hover}) => chart.update({pointed: pointed(hover)})
  );
  return frame;
}
