/** A figure of a split page: both sides of it, and their difference, as one figure that is linked to, shown and saved as one. */
import type {Feed, Place, View} from "../../site/feed.js";
import {h} from "../../ui/dom.js";
import {figure, provenance} from "../frame/figure.js";
import {follow} from "../frame/follow.js";
import type {FigureEntry} from "../catalog.js";
import type {Rows} from "../frame/rows.js";
import type {Compare, Comparison} from "./comparison.js";
import {differenceMaps, type Differences} from "./differenceMaps.js";
import {corpusSidesNamed, outlierCount, outlierNumbers, pairTitle, sidesNamed} from "./words.js";

/** What is shown twice. */
interface Pair {
  /** The figure's id in the catalogue. */
  id: string;
  /** Whose link, caption and citation are those of both sides. */
  place: Place;
  feeds: readonly [a: Feed, b: Feed];
  /** The two drawings of the figure. */
  figures: readonly [a: HTMLElement, b: HTMLElement];
  /** Whether the figure is about many images, and not about the chosen photo. */
  corpus: boolean;
  /** Loads what is compared map by map, if anything. */
  difference?: () => Promise<Compare>;
}

/** Where a figure declares no comparison: the numbers of its title alone. */
const outliersAlone: Compare = () => ({quantities: [], numbers: outlierNumbers});

/** A figure of the catalogue that is drawn twice, as one figure. */
export function pairOf(
  entry: FigureEntry,
  place: Place,
  feeds: readonly [Feed, Feed],
  figures: readonly [HTMLElement, HTMLElement]
): HTMLElement {
  const corpus = entry.needs === "corpus" && entry.page === "corpus";
  return pairFigure({id: entry.id, place, feeds, figures, corpus, difference: entry.difference});
}

/** The pair as a figure of its own; its anchor ends in `-ab`. */
function pairFigure({id, place, feeds, figures, corpus, difference}: Pair): HTMLElement {
  const maps = difference ? differenceMaps(feeds[0].store) : undefined;
  const sides = figures.map((figureOf, i) =>
    h("div", {class: "side"}, h("b", {class: "side-letter"}, "AB"[i]), figureOf)
  );
  let drawn: Differences = {};
  let views: readonly [View, View] | undefined;
  let compare = outliersAlone;
  const frame = figure(h("div", {class: "sides"}, ...sides, maps?.element ?? null), place, {
    id,
    title: "Two sides",
    pair: feeds,
    waiting: "Loading both sides.",
    data: maps ? () => differenceRows(drawn) : null
  });
  frame.classList.add("is-pair");
  const say = ([a, b]: readonly [View, View], {numbers}: Comparison) => {
    const names = corpus ? corpusSidesNamed(a, b) : sidesNamed(a, b);
    frame.update({waiting: "", lede: ledeOf(names), source: corpus ? "" : sourceOf(a, b)});
    const title = (found: string | undefined) => {
      if (views?.[0] === a && views[1] === b) frame.update({title: pairTitle(found, names)});
    };
    const found = corpus ? undefined : numbers(a, b);
    if (found instanceof Promise) found.then(title, () => title(undefined));
    else title(found);
  };
  const draw = () => {
    const [a, b] = feeds.map(({state}) => ("view" in state ? state.view : undefined));
    // Where both sides change, the one that comes last draws for both.
    if (!a || !b || feeds.some(({pending}) => pending)) return;
    views = [a, b];
    const comparison = compare(a, b);
    const told = (differences: Differences) => {
      drawn = differences;
      say([a, b], comparison);
      frame.update({drawn: drawnOf(a, b, differences)});
    };
    if (maps) maps.update(views, comparison, told);
    else told({});
  };
  difference?.().then((loaded) => {
    compare = loaded;
    draw();
  });
  follow(feeds[0], frame, draw, ({hover}) => maps?.point(hover));
  follow(feeds[1], frame, draw);
  return frame;
}

function drawnOf(a: View, b: View, differences: Differences) {
  return {
    a: outlierCount(a) ?? null,
    b: outlierCount(b) ?? null,
    imageA: a.record.image,
    imageB: b.record.image,
    modelA: a.record.provenance.model,
    modelB: b.record.provenance.model,
    layerA: a.choice.layer + 1,
    layerB: b.choice.layer + 1,
    differences: Object.keys(differences)
  };
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

/** A row a cell: the values of both sides and A − B, of each quantity that is drawn. */
export function differenceRows(drawn: Differences): Rows {
  const entries = Object.entries(drawn);
  if (entries.length === 0) return [];
  const {grid, axes} = entries[0][1].a;
  const [rows, columns] = grid;
  return Array.from({length: rows * columns}, (_, cell) => ({
    ...(!axes && {patch: cell}),
    [axes?.[0] ?? "row"]: Math.floor(cell / columns) + 1,
    [axes?.[1] ?? "column"]: (cell % columns) + 1,
    ...Object.fromEntries(
      entries.flatMap(([name, {a, b, values}]) => [
        [`${name}_A`, a.values[cell]],
        [`${name}_B`, b.values[cell]],
        [`${name}_difference`, values[cell]]
      ])
    )
  }));
}
