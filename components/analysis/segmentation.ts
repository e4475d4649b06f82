import {mean, type Numbers} from "./arrays.js";

/** The label that mmseg does not score. */
export const IGNORED = 255;

/**
 * Pixels counted by label (row) and prediction (column). One row and one column more than there are classes: the last
 * collect what is not a class, as mmseg does (such a pixel counts against the class on the other side).
 */
export interface Confusion {
  classes: number;
  /** (classes + 1) × (classes + 1). */
  counts: Float64Array;
}

/** Counts of one image. Pixels labelled `ignored` are dropped, whatever is predicted there. */
export function confusion(labels: Numbers, predictions: Numbers, classes: number, ignored = IGNORED): Confusion {
  const counts = new Float64Array((classes + 1) ** 2);
  const place = (value: number): number => (value >= 0 && value < classes ? value : classes);
  for (let pixel = 0; pixel < labels.length; ++pixel) {
    if (labels[pixel] === ignored) continue;
    ++counts[place(labels[pixel]) * (classes + 1) + place(predictions[pixel])];
  }
  return {classes, counts};
}

/** Counts of several images together: the data set's, which is what the metrics are defined on. */
export function pooled(all: readonly Confusion[]): Confusion {
  const classes = all[0]?.classes ?? 0;
  const counts = new Float64Array((classes + 1) ** 2);
  for (const one of all) {
    if (one.classes !== classes) throw new Error(`cannot pool ${one.classes} classes with ${classes}`);
    one.counts.forEach((count, cell) => (counts[cell] += count));
  }
  return {classes, counts};
}

/** Shares in [0, 1]; print them × 100. */
export interface Scores {
  /** Σ I_c / (Σ P_c + Σ G_c − Σ I_c) of each class; NaN where it is neither labelled nor predicted. */
  iou: Float64Array;
  /** Σ I_c / Σ G_c of each class; NaN where it is not labelled. */
  accuracy: Float64Array;
  /** Mean IoU over the classes that have one. */
  mIoU: number;
  mAcc: number;
  /** Σ_c I_c / Σ_c G_c. */
  aAcc: number;
}

/**
 * mmseg's IoUMetric. On one image's counts this is that image's own mIoU, not a part of the data set's: label it so.
 */
export function scores({classes, counts}: Confusion): Scores {
  const across = classes + 1;
  const intersection = new Float64Array(classes);
  const labelled = new Float64Array(classes);
  const predicted = new Float64Array(classes);
  for (let c = 0; c < classes; ++c) {
    intersection[c] = counts[c * across + c];
    for (let other = 0; other < across; ++other) {
      labelled[c] += counts[c * across + other];
      predicted[c] += counts[other * across + c];
    }
  }
  const iou = intersection.map((both, c) => both / (predicted[c] + labelled[c] - both));
  const accuracy = intersection.map((both, c) => both / labelled[c]);
  const total = (areas: Float64Array): number => areas.reduce((sum, area) => sum + area, 0);
  return {iou, accuracy, mIoU: mean(iou), mAcc: mean(accuracy), aAcc: total(intersection) / total(labelled)};
}

/** mmseg's reduce_zero_label: 0 becomes ignored, every other label moves down by one, ignored stays. A copy. */
export function reduceZeroLabel(labels: Numbers): Uint8Array {
  return Uint8Array.from(labels, (label) => (label === 0 || label === IGNORED ? IGNORED : label - 1));
}
