/** Counting what variants get right, image by image. */
import type {LabelledAreas, PredictedAreas} from "../../components/analysis/measured.js";
import {areas, Confusion} from "../../components/model/evaluation/metric.js";
import type {Colours} from "../../components/model/image/normalise.js";
import type {PropagationOptions} from "../../components/model/segmentation/propagate.js";
import type {WindowFeatures} from "../../components/model/segmentation/scores.js";
import {
  labelPixels,
  scoreWindows,
  type FeatureProvider,
  type SeenWindows
} from "../../components/model/segmentation/segment.js";
import {frequentTable, type Protocol, type LabelledInput} from "./protocols.js";

const table = frequentTable();

/**
 * Segments one photo with several variants in one pass and counts its labelled pixels: one row a variant.
 *
 * @param features what the variants' networks say about the windows, in their order
 * @param propagation of the scores of each variant, by its place
 */
export async function measureImage(
  features: (...seen: Parameters<FeatureProvider>) => Promise<WindowFeatures[]>,
  colours: Colours,
  text: Float32Array,
  {classes, settings}: Protocol,
  {image, labels}: LabelledInput,
  propagation: readonly (PropagationOptions | undefined)[] = []
): Promise<PredictedAreas[]> {
  // Methods may look at all windows of a picture at once.
  const input = {image, colours, text, classes, settings, batch: "all"} as const;
  let seen: SeenWindows | undefined;
  for await (const next of scoreWindows(input, (windows, whole) => features(windows, whole, image))) seen = next;
  const rows: PredictedAreas[] = [];
  for (const variant of seen!.scores.keys()) {
    const {labels: predicted} = await labelPixels({...input, propagation: propagation[variant]}, seen!, variant);
    const confusion = new Confusion(classes.length);
    confusion.add(labels, table, predicted);
    const found = areas(confusion);
    rows.push(classes.flatMap((_, c) => (found.predicted[c] ? [c, found.intersection[c], found.predicted[c]] : [])));
  }
  return rows;
}

/** The labelled pixels of a photo's classes. */
export function labelledAreas({labels}: LabelledInput, classes: number): LabelledAreas {
  const counts = new Float64Array(classes);
  for (const label of labels) if (table[label] < classes) ++counts[table[label]];
  return Array.from(counts).flatMap((count, c) => (count ? [c, count] : []));
}
