/** A figure of a split page: both sides of it, and their difference, as one figure that is linked to, shown and saved as one. */
import type {Feed, View} from "../../site/feed.js";
import {side} from "../../site/side.js";
import {h} from "../../ui/dom.js";
import {figure, provenance} from "../frame/figure.js";
import {follow} from "../frame/follow.js";
import type {Rows} from "../frame/rows.js";
import {differenceMaps, type Differences} from "./differenceMaps.js";
import type {QuantityId} from "./quantities.js";
import {corpusSidesNamed, outlierCount, pairTitle, sidesNamed} from "./words.js";

/** What is shown twice. */
export interface ShownPair {
  /** The figure's id in the catalogue. */
  id: string;
  feeds: readonly [a: Feed, b: Feed];
  /** The two drawings of the figure. */
  figures: readonly [a: HTMLElement, b: HTMLElement];
  /** Whether the figure is about many images, and not about the chosen photo. */
  corpus: boolean;
  /** What is compared patch by patch, if anything. */
  difference: readonly QuantityId[];
}

/** The pair as a figure of its own; its anchor ends in `-ab`. */
export function pairFigure({id, feeds, figures, corpus, difference}: ShownPair): HTMLElement {
  const [first, second] = feeds;
  const maps = difference.length ? differenceMaps(first.store, difference) : undefined;
  const sides = figures.map((figureOf, i) =>
    h("div", {class: "side"}, h("b", {class: "side-letter"}, "AB"[i]), figureOf)
  );
  const content = h("div", {class: "sides"}, ...sides, maps?.element ?? null);
  let drawn: Differences = {};
  let views: [View, View] | undefined;
  const frame = figure(
    content,
    {store: side, side: "ab"},
    {
      id,
      title: "Two sides",
      pair: true,
      waiting: "Loading both sides.",
      data: maps ? () => (views ? differenceRows(views, drawn) : []) : null
    }
  );
  frame.classList.add("is-pair");
  const draw = () => {
    const [a, b] = feeds.map(({state}) => ("view" in state ? state.view : undefined));
    if (!a || !b) return;
    views = [a, b];
    const names = corpus ? corpusSidesNamed(a, b) : sidesNamed(a, b);
    frame.update({
      waiting: "",
      title: corpus
        ? names[0]
          ? `Two sides: ${names.join(" | ")}`
          : "The two sides show the same so far"
        : pairTitle(a, b),
      lede: ledeOf(names),
      source: corpus ? "" : sourceOf(a, b)
    });
    const told = (differences: Differences) => {
      drawn = differences;
      frame.update({
        drawn: {
          a: outlierCount(a) ?? null,
          b: outlierCount(b) ?? null,
          imageA: a.record.image,
          imageB: b.record.image,
          modelA: a.record.provenance.model,
          modelB: b.record.provenance.model,
          layerA: a.choice.layer + 1,
          layerB: b.choice.layer + 1,
          differences: Object.keys(differences)
        }
      });
    };
    if (maps) maps.update(a, b, told);
    else told({});
  };
  follow(first, frame, draw, ({hover}) => maps?.point(hover));
  follow(second, frame, draw);
  return frame;
}

function ledeOf([one, other]: readonly [a: string, b: string]): string {
  return one
    ? `A: ${one}. B: ${other}. All else is the same.`
    : "Free something of B in the bar to tell the sides apart.";
}

function sourceOf(a: View, b: View): string {
  const [one, other] = [a, b].map(({record, picture, choice}) => {
    const {layer, head, trunk, factor, cap} = choice;
    return provenance({...record, image: picture.title}, {layer: layer + 1, head, trunk, factor, cap});
  });
  return `A: ${one}; B: ${other}`;
}

/** A row a patch: the values of both sides and A − B, of each quantity that is drawn. */
export function differenceRows([{record}]: readonly [Pick<View, "record">, unknown], drawn: Differences): Rows {
  const [rows, columns] = record.grid;
  const entries = Object.entries(drawn);
  return Array.from({length: rows * columns}, (_, patch) => ({
    patch,
    row: Math.floor(patch / columns) + 1,
    column: (patch % columns) + 1,
    ...Object.fromEntries(
      entries.flatMap(([name, {a, b, values}]) => [
        [`${name}_A`, a[patch]],
        [`${name}_B`, b[patch]],
        [`${name}_difference`, values[patch]]
      ])
    )
  }));
}
