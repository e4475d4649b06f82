/** What two sides of the feature figures are compared by: the chosen measure of each map. */
import {maximum} from "../../charts/reading.js";
import {askWords, type Asked} from "../../site/asked.js";
import {proceed, type Answer} from "../../site/cache.js";
import type {View} from "../../site/feed.js";
import {onPatches, type Compare, type Quantity, type Sheet} from "../side/comparison.js";
import {featureMaps} from "./featureMaps.js";
import {allMaps, chosenClass, measured} from "./features.js";
import {segmenters, stages, type FeatureStage} from "./stages.js";

/** Colours have no difference with a sign: where they are shown, norms are compared. */
type Compared = "norm" | "token" | "word";

const units: Record<Compared, string> = {
  norm: "times the map’s median",
  token: "cosine to ★",
  word: "cosine to the words"
};

export const compareStages = comparing(stages);
export const compareRivals = comparing(segmenters);

function comparing(maps: readonly FeatureStage[]): Compare {
  return (a, b) => {
    const {measure} = a.selection.features;
    const compared = measure === "pca" ? "norm" : measure;
    const names = (measure === "pca" ? allMaps : maps).map(({name}) => name);
    const sfp = quantityOf(maps.at(-1)!.name === "vis" ? maps.at(-1)! : maps[0], compared, names);
    return {
      quantities: maps.map((stage) => quantityOf(stage, compared, names)),
      numbers: () => proceed(both(sfp, a, b), ([left, right]) => numbersOf(compared, left, right)),
      note: measure === "pca" ? "Colours cannot be subtracted, so these are norms; cosines have a difference too." : ""
    };
  };
}

function quantityOf({name, title}: FeatureStage, compared: Compared, names: readonly string[]): Quantity {
  return {
    id: name,
    label: title,
    unit: units[compared],
    of: (view) =>
      proceed(featureMaps(view.source, names), (found) => {
        const map = found.get(name);
        if (!map) return null;
        const {selection} = view;
        const asked = compared === "word" ? askWords({...selection, words: selection.words.list}) : null;
        return proceed(asked as Answer<Asked | null>, (words) =>
          onPatches(view, measured(compared, map, view, words, selection.words.class))
        );
      })
  };
}

function both({of}: Quantity, a: View, b: View): Answer<[Sheet | null, Sheet | null]> {
  return proceed(of(a), (left) => proceed(of(b), (right): [Sheet | null, Sheet | null] => [left, right]));
}

/** "norms of SFP’s features up to 1.4 against 1.9 times their median". */
function numbersOf(compared: Compared, a: Sheet | null, b: Sheet | null): string | undefined {
  if (!a || !b) return undefined;
  const two = (of: (sheet: Sheet) => number) => `${of(a).toFixed(2)} against ${of(b).toFixed(2)}`;
  if (compared === "norm") return `Norms of SFP’s features up to ${two(({values}) => maximum(values))} × their median`;
  const mean = ({values}: Sheet) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
  return `Mean cosine of SFP’s features to ${compared === "token" ? "★" : "the words"} ${two(mean)}`;
}

/** The words that a view's heat map is for. */
export function wordsOf(asked: Asked, word: number): string {
  return asked.classes[chosenClass(asked, word)].words.join(", ");
}
