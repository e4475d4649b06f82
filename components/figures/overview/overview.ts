import {highNormRatio} from "../../analysis/norms.js";
import {trunks, type ImageRecord, type Trunk} from "../../records/record.js";
import type {Feed} from "../../site/feed.js";
import {h} from "../../ui/dom.js";
import {figure, provenance} from "../frame/figure.js";
import {follow} from "../frame/follow.js";
import {highNormWords, tokenLegend, tokenMarks} from "../frame/tokens.js";
import {layerStrip} from "../../charts/layerStrip.js";
import {rampLegend} from "../../charts/legend.js";
import {patchMap} from "../../charts/patchMap.js";
import {plate, plates, trunkPlates} from "../../charts/plate.js";
import {maximum, median, readLayer, relativeNorms} from "../../charts/reading.js";

/** The lengths of all patches' tokens, layer by layer, in times the layer's median patch. */
type Lengths = Record<Trunk, Float32Array[]>;

/**
 * The site in one figure: as the layer moves, a few patches grow far longer than the rest, and with
 * SOM they do not. One range holds for all layers and both trunks.
 */
export function overviewFigure(feed: Feed): HTMLElement {
  const {store} = feed;
  const onHover = (hover: number | null) => store.point({hover});
  const blank = {grid: [14, 14], unit: "times the median", onHover} as const;
  const photo = patchMap({...blank, label: "the photo", lines: true});
  const maps = {
    plain: patchMap({...blank, label: "token norms without SOM"}),
    purified: patchMap({...blank, label: "token norms with SOM"})
  };
  const frames = {
    photo: plate(photo, {title: h("span", {}, h("span", {class: "is-outlier"}, "outliers"), " and high-norm tokens")}),
    ...trunkPlates(maps)
  };
  const strips = {plain: strip(feed, "without SOM"), purified: strip(feed, "with SOM")};
  const legend = rampLegend({label: "token norm, times the layer’s median patch", domain: [1, 10]});
  const frame = figure(
    h(
      "div",
      {},
      plates([frames.photo, frames.plain, frames.purified], 240),
      h("div", {class: "strips"}, h("span", {}, "without"), strips.plain, h("span", {}, "with"), strips.purified)
    ),
    {
      id: "overview",
      title: "A few patches grow far longer than all others",
      waiting: "Loading the analysis of this photo.",
      lede: "The norm of every patch’s token after the chosen layer, in times the layer’s median patch.",
      legend: [legend, tokenLegend(feed, ["outlier", "highNorm"])],
      reading:
        "Move the layer, or press play. Colours begin at the median and span all layers of both rows. Rings and crosses are two things: a ring is a patch that a test takes for an outlier, by attention in the case of Eq. 4; a cross is a token whose norm is over 10 times the median.",
      data: () =>
        (known?.lengths.plain ?? []).flatMap((lengths, layer) =>
          Array.from(lengths, (plain, patch) => ({
            layer: layer + 1,
            patch,
            plain,
            purified: known!.lengths.purified[layer][patch]
          }))
        )
    }
  );

  let known: {record: ImageRecord; lengths: Lengths; most: number} | undefined;
  follow(
    feed,
    frame,
    (view) => {
      const {record, choice, selection, picture} = view;
      const {layer, head, factor, cap} = choice;
      const {grid} = record;
      const fresh = known?.record !== record;
      if (fresh) known = measure(record);
      const {lengths, most} = known!;
      // Below the median nothing is long: the colours are left to what is above it.
      const domain = [1, most] as const;
      const {scale} = selection;
      const plain = {...choice, trunk: "plain"} as const;
      const reading = readLayer(record, plain);
      const marks = tokenMarks(view, plain, reading);
      photo.update({grid, photo: picture.image, marks});
      for (const trunk of trunks) {
        maps[trunk].update({grid, values: lengths[trunk][layer], domain, scale});
        strips[trunk].update(
          fresh || strips[trunk].dataset.scale !== scale
            ? {
                grid,
                domain,
                scale,
                current: layer,
                items: lengths[trunk].map((values, i) => ({label: String(i + 1), values}))
              }
            : {current: layer}
        );
        strips[trunk].dataset.scale = scale;
      }
      legend.update({domain, scale});
      const [before, after] = trunks.map((trunk) => maximum(lengths[trunk][layer]));
      frame.update({
        title: overviewTitle(layer, before, after, highNormWords(reading)),
        source: provenance(
          {...record, image: picture.title},
          {layer: layer + 1, head, factor, cap, notes: [`largest norm of all layers: ${round(most)} times`]}
        )
      });
      frame.dataset.drawn = `${record.image} ${layer + 1}`;
    },
    ({hover}, {choice}) => {
      photo.update({hover});
      for (const trunk of trunks) {
        maps[trunk].update({hover});
        const value = hover === null ? null : known?.lengths[trunk][choice.layer][hover];
        frames[trunk].update({readout: value == null ? "" : `${round(value)} ×`});
      }
    }
  );
  return frame;
}

/** What SOM does to the largest norm of a layer (0-based), and whether its test finds the tokens that it is about. */
function overviewTitle(layer: number, before: number, after: number, found: string): string {
  const little = before >= highNormRatio && after > 0.9 * before;
  const norms = little
    ? `SOM changes little in layer ${layer + 1}: the largest token norm is ${round(before)} times the median without it, ${round(after)} times with it`
    : `In layer ${layer + 1} the largest token norm is ${round(before)} times the median; with SOM, ${round(after)} times`;
  return [norms, found].filter(Boolean).join(". ");
}

function strip(feed: Feed, name: string): ReturnType<typeof layerStrip> {
  return layerStrip({
    grid: [14, 14],
    items: Array.from({length: 12}, (_, i) => ({label: String(i + 1), values: []})),
    label: `token norms ${name}`,
    least: 52,
    onPick: (item) => feed.store.set({layer: item + 1})
  });
}

/** Norms after repair, in units of the plain trunk's median: the two rows then share their unit. */
function measure(record: ImageRecord) {
  const layers = Array.from({length: record.layers}, (_, layer) => layer);
  const units = layers.map((layer) => median(relativeNorms(record, "plain", layer, 1)));
  const lengths: Lengths = {
    plain: layers.map((layer) => relativeNorms(record, "plain", layer, units[layer])),
    purified: layers.map((layer) => relativeNorms(record, "purified", layer, units[layer], true))
  };
  return {record, lengths, most: maximum(...lengths.plain, ...lengths.purified)};
}

function round(value: number): string {
  return value >= 10 ? value.toFixed(0) : value.toFixed(1);
}
