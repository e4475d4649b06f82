/** Counting what variants get right, image by image. */
import type {LabelledAreas, PredictedAreas} from "../../components/analysis/measured.js";
import {areas, Confusion} from "../../components/model/evaluation/metric.js";
import type {Colours} from "../../components/model/image/normalise.js";
import {segment, type FeatureProvider} from "../../components/model/segmentation/segment.js";
import type {WindowFeatures} from "../../components/model/segmentation/scores.js";
import {frequentTable, type Protocol, type Subject} from "./protocols.js";
import type {Together} from "./together.js";

const table = frequentTable();

/** Segments one photo and counts its labelled pixels. */
export async function measureImage(
  features: FeatureProvider,
  colours: Colours,
  text: Float32Array,
  {classes, settings}: Protocol,
  {image, labels}: Subject
): Promise<PredictedAreas> {
  const {labels: predicted} = await segment({image, colours, features, text, classes, settings});
  const confusion = new Confusion(classes.length);
  confusion.add(labels, table, predicted);
  const found = areas(confusion);
  return classes.flatMap((_, c) => (found.predicted[c] ? [c, found.intersection[c], found.predicted[c]] : []));
}

/**
 * Providers of one photo's features, one a variant. They ask for the same windows in the same order, so each batch is
 * computed once, for all of them.
 */
export function providers(together: Together, count: number): FeatureProvider[] {
  const batches: Promise<WindowFeatures[]>[] = [];
  return Array.from({length: count}, (_, variant) => {
    let batch = 0;
    return async (windows) => (await (batches[batch++] ??= together.features(windows)))[variant];
  });
}

/** The labelled pixels of a photo's classes. */
export function labelledAreas({labels}: Subject, classes: number): LabelledAreas {
  const counts = new Float64Array(classes);
  for (const label of labels) if (table[label] < classes) ++counts[table[label]];
  return Array.from(counts).flatMap((count, c) => (count ? [c, count] : []));
}
