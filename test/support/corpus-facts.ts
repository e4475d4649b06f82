/** Made-up facts of images, of a real model's shape: what a corpus sums up, without running a model. */
import type {ImageFacts} from "../../components/analysis/corpus/facts.js";
import {pairName, pairsOf} from "../../components/analysis/corpus/facts.js";
import {detectorIds} from "../../components/analysis/detectors/index.js";
import {mapMeasures, measures} from "../../components/analysis/layerMeasures.js";
import {seededRandom} from "../../components/analysis/random.js";

export const factsProvenance = {
  model: "made up",
  weights: "0",
  device: "none",
  method: "sfp",
  options: [],
  versions: {}
};

/** Image `place`, the same for the same place: patches are in sets more often near the grid's first corner. */
export function madeFacts(place: number, {layers = 12, side = 14} = {}): ImageFacts {
  const random = seededRandom(place + 1);
  const patches = side * side;
  const row = (of: (layer: number) => number) => Array.from({length: layers}, (_, layer) => of(layer));
  const leaning = 0.5 + random();
  const set = () =>
    Uint8Array.from({length: layers * patches}, (_, i) =>
      Number(random() < (leaning * (0.2 + Math.floor(i / patches) / layers)) / (2 + (i % patches)))
    );
  const sets = {
    som: set(),
    ...Object.fromEntries(detectorIds.filter((id) => id !== "som").map((id) => [id, set()]))
  };
  const sizes = row((layer) => sets.som.subarray(layer * patches, (layer + 1) * patches).filter(Boolean).length);
  return {
    image: `image-${place}`,
    grid: [side, side],
    layers,
    provenance: factsProvenance,
    counts: {plain: sizes, purified: sizes.map((size) => size >> 1)},
    lengths: {plain: row(() => Math.exp(3.5 * random())), purified: row(() => 1 + random())},
    sets,
    ranks: Object.fromEntries(pairsOf(detectorIds).map((pair) => [pairName(pair), row(() => 2 * random() - 1)])),
    norms: Uint8Array.from({length: layers * patches}, () => 100 + Math.floor(100 * random())),
    tenths: Uint8Array.from({length: patches}, (_, i) => Math.floor((10 * ((i * 37 + place) % patches)) / patches)),
    sides: Uint8Array.from({length: patches}, () => Math.floor(3 * random())),
    measures: mapMeasures(measures, () => row((layer) => (place % 50 === 7 && layer === 0 ? NaN : random())))
  };
}
